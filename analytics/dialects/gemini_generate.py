"""Gemini's generateContent and streamGenerateContent, on the Gemini API and on Vertex AI.

https://ai.google.dev/api/generate-content
"""

import re
from collections.abc import Iterator

from analytics.dialects.call import Call
from analytics.dialects.exchange import Block, Json, RequestReading, ResponseReading
from analytics.dialects.fields import obj, objects, text
from analytics.dialects.gemini_calls import joined_calls
from analytics.dialects.gemini_parts import contents_blocks, either, either_count, either_text, listed, tool_blocks
from analytics.dialects.gemini_usage import read_usage

PARAMETERS = ("cachedContent", "generationConfig", "serviceTier", "toolConfig")
DETAILS = ("avgLogprobs", "finishMessage")
# A client that asks for `$alt=json;enum-encoding=int` gets numbers for names.
# https://github.com/googleapis/googleapis/blob/master/google/ai/generativelanguage/v1beta/generative_service.proto
FINISH_REASONS = (
    "FINISH_REASON_UNSPECIFIED",
    "STOP",
    "MAX_TOKENS",
    "SAFETY",
    "RECITATION",
    "OTHER",
    "LANGUAGE",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "MALFORMED_FUNCTION_CALL",
)
BLOCK_REASONS = ("BLOCK_REASON_UNSPECIFIED", "SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT")

_MODEL_IN_PATH = re.compile(r"/(?:models|tunedModels|endpoints)/([^/:]+)(?::\w+)?$")


class GeminiGenerate:
    """`:generateContent`, and `:streamGenerateContent` as SSE or as a JSON array. The model is in the path."""

    parameters: tuple[str, ...] = PARAMETERS

    def read_request(self, call: Call) -> RequestReading:
        request = self.request(call)
        blocks = tuple(contents_blocks(listed(request, "contents")))
        opening = next((i for i, block in enumerate(blocks) if block.role != "system"), len(blocks))
        cached = either_text(request, "cachedContent")
        return RequestReading(
            model=self.model(call, request),
            streamed="stream" in call.path.rpartition(":")[2].lower(),
            preamble=(*self.preamble(request), *blocks[:opening]),
            history=blocks[opening:],
            state_ref=f"cachedContent:{cached}" if cached else None,
            session_hint=either_text(request, "sessionId"),
            parameters={name: found for name in self.parameters if (found := either(request, name)) is not None},
        )

    def request(self, call: Call) -> Json:
        """The generation request itself."""
        return call.request

    def model(self, call: Call, request: Json) -> str | None:
        found = _MODEL_IN_PATH.search(call.path)
        return found[1] if found else bare_name(text(request, "model"))

    def preamble(self, request: Json) -> Iterator[Block]:
        for tool in listed(request, "tools"):
            yield from tool_blocks(tool)
        instruction = either(request, "systemInstruction")
        if isinstance(instruction, dict):
            instruction = {**instruction, "role": "system"}
        yield from contents_blocks([instruction], "system")

    def read_response(self, call: Call) -> ResponseReading:
        answers = self.answers(call)
        candidates = [c for answer in answers for c in first_candidate(answer)]
        error = next((e for e in map(error_object, answers) if e), {})
        stop = stop_reason(answers, candidates)
        ended = bool(stop or error) if call.events else call.complete and (call.body is not None or not call.streamed)
        raw = next((u for u in (usage_object(a) for a in reversed(answers)) if counted(u)), None)
        raw = raw or next((u for u in map(usage_object, reversed(answers)) if u), None)
        return ResponseReading(
            model=bare_name(last_text(answers, "modelVersion")),
            response_id=last_text(answers, "responseId"),
            reply=tuple(contents_blocks(joined_calls([obj(c.get("content")) for c in candidates]), "assistant")),
            usage=read_usage(raw or {}, ended),
            usage_raw=raw,
            stop_reason=stop,
            error_code=text(error, "status") or numbered(error.get("code")),
            error_message=text(error, "message"),
            service_tier=either_text(raw, "serviceTier") or either_text(raw, "trafficType"),
            ended=ended,
            details=details(answers, candidates),
        )

    def answers(self, call: Call) -> list[Json]:
        """The answer's chunks; a whole answer is one, and an error may come as an array of one."""
        values = [event.value for event in call.events] or (call.body if isinstance(call.body, list) else [call.body])
        return [self.unwrapped(value) for value in values if isinstance(value, dict)]

    def unwrapped(self, answer: Json) -> Json:
        """The generation response itself."""
        return answer


class GeminiCodeAssist(GeminiGenerate):
    """Gemini CLI signed in with Google: the same request and response, each in a wrapper.

    https://github.com/google-gemini/gemini-cli/blob/main/packages/core/src/code_assist/converter.ts
    """

    def request(self, call: Call) -> Json:
        return obj(call.request, "request")

    def model(self, call: Call, request: Json) -> str | None:
        return bare_name(text(call.request, "model"))

    def unwrapped(self, answer: Json) -> Json:
        return obj(answer, "response") or answer


class GeminiCountTokens(GeminiGenerate):
    """`:countTokens` reads a request and generates nothing: its count is an answer, not usage, and it is not billed.

    https://ai.google.dev/api/tokens
    """

    def request(self, call: Call) -> Json:
        """As it is, or inside `generateContentRequest` (Gemini API) or `request` (Code Assist)."""
        return obj(either(call.request, "generateContentRequest")) or obj(call.request, "request") or call.request

    def read_response(self, call: Call) -> ResponseReading:
        answers = self.answers(call)
        error = next((e for e in map(error_object, answers) if e), {})
        names = {"totalTokens": "counted_tokens", "cachedContentTokenCount": "counted_cached_tokens"}
        counts: Json = {
            ours: found for a in answers for name, ours in names.items() if (found := either_count(a, name)) is not None
        }
        return ResponseReading(
            error_code=text(error, "status") or numbered(error.get("code")),
            error_message=text(error, "message"),
            ended=call.complete,
            details=counts,
        )


class GeminiEmbed(GeminiGenerate):
    """`:embedContent` and `:batchEmbedContents`: texts in, vectors out, no history. https://ai.google.dev/api/embeddings"""

    parameters: tuple[str, ...] = ("outputDimensionality", "taskType")

    def request(self, call: Call) -> Json:
        """Its contents in the shape of a generation request."""
        requests = list(objects(call.request, "requests")) or [call.request]
        return {**requests[0], "contents": [either(request, "content") for request in requests]}


def bare_name(model: str | None) -> str | None:
    """`models/gemini-x` is `gemini-x`."""
    return model.rpartition("/")[2] or None if model else None


def first_candidate(answer: Json) -> Iterator[Json]:
    """The first candidate: what a conversation goes on with where more were asked for."""
    return (candidate for candidate in objects(answer, "candidates") if not candidate.get("index"))


def last_text(answers: list[Json], name: str) -> str | None:
    return next((found for found in (either_text(a, name) for a in reversed(answers)) if found), None)


def usage_object(answer: Json) -> Json:
    """Every chunk may carry it; on Vertex the early ones say only `trafficType`."""
    return obj(either(answer, "usageMetadata"))


def counted(usage: Json) -> bool:
    return any(either(usage, f"{name}TokenCount") is not None for name in ("prompt", "candidates", "total"))


def stop_reason(answers: list[Json], candidates: list[Json]) -> str | None:
    """The candidate's `finishReason`; a prompt that was blocked has no candidate, and its `blockReason` stands in."""
    finished = [named(either(candidate, "finishReason"), FINISH_REASONS) for candidate in reversed(candidates)]
    blocked = [named(either(either(a, "promptFeedback"), "blockReason"), BLOCK_REASONS) for a in answers]
    return next((reason for reason in (*finished, *blocked) if reason), None)


def named(value: object, names: tuple[str, ...]) -> str | None:
    """An enum's name, also where its number was sent. Number 0 and an unknown one say nothing."""
    if isinstance(value, int) and not isinstance(value, bool):
        return names[value] if 0 < value < len(names) else (str(value) if value else None)
    return value if isinstance(value, str) and value else None


def numbered(code: object) -> str | None:
    return str(code) if isinstance(code, int | str) and not isinstance(code, bool) and code else None


def error_object(answer: Json) -> Json:
    error = answer.get("error")
    return {"message": error} if isinstance(error, str) and error else obj(error)


def details(answers: list[Json], candidates: list[Json]) -> Json:
    """What pricing and findings may ask for: grounding is billed per search, a blocked prompt says why."""
    found: Json = {name: v for c in candidates for name in DETAILS if (v := either(c, name)) is not None}
    searches = [listed(either(c, "groundingMetadata"), "webSearchQueries") for c in candidates]
    feedback = next((f for f in (obj(either(a, "promptFeedback")) for a in answers) if f), None)
    choices = max((len(list(objects(answer, "candidates"))) for answer in answers), default=0)
    extra = {"web_searches": max(map(len, searches), default=0), "prompt_feedback": feedback}
    return found | {k: v for k, v in extra.items() if v} | ({"choices": choices} if choices > 1 else {})
