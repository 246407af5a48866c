"""OpenAI Chat Completions, and the shape that most other providers copied.

https://platform.openai.com/docs/api-reference/chat
"""

from collections.abc import Iterator

from analytics.dialects.call import Call
from analytics.dialects.canonical import call_block, other_block
from analytics.dialects.exchange import Block, Json, RequestReading, ResponseReading, Role, Usage
from analytics.dialects.fields import count, items, obj, objects, picked, text
from analytics.dialects.openai_content import (
    ROLES,
    Piece,
    all_in_output,
    breakpoints,
    content_pieces,
    definition_piece,
    definition_pieces,
    deployment,
    error_code,
    error_of,
    filled,
    first_text,
    flat,
    known,
    opening,
    part_block,
    reported_cost,
    sealed_block,
    session_hint,
)
from analytics.dialects.openai_deltas import joined
from analytics.dialects.recall import recalled_each

PARAMETERS = (
    "audio",
    "cache_control",
    "enable_thinking",
    "frequency_penalty",
    "function_call",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "min_p",
    "modalities",
    "moderation",
    "n",
    "parallel_tool_calls",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning",
    "reasoning_effort",
    "reasoning_format",
    "response_format",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream_options",
    "temperature",
    "thinking",
    "thinking_budget",
    "tool_choice",
    "top_k",
    "top_logprobs",
    "top_p",
    "verbosity",
    "web_search_options",
)


class OpenAIChat:
    """`/v1/chat/completions`, whole and streamed."""

    parameters: tuple[str, ...] = PARAMETERS

    def read_request(self, call: Call) -> RequestReading:
        request = call.request
        pieces = filled([*self.tools(request), *self.history(request)])
        blocks, start = tuple(block for block, _ in pieces), opening(pieces)
        return RequestReading(
            model=text(request, "model") or self.model_in_path(call),
            streamed=request.get("stream") is True,
            preamble=blocks[:start],
            history=blocks[start:],
            session_hint=session_hint(call, request),
            parameters=picked(request, *self.parameters) | breakpoints(pieces),
        )

    def model_in_path(self, call: Call) -> str | None:
        """The model where the body does not name it."""
        return deployment(call.path)

    def tools(self, request: Json) -> Iterator[Piece]:
        """`tools`, and `functions`, their older form."""
        yield from recalled_each(definition_pieces, items(request, "tools"))
        for function in items(request, "functions"):
            yield definition_piece({"type": "function", "function": function})

    def history(self, request: Json) -> Iterator[Piece]:
        """All messages, system messages included."""
        yield from recalled_each(self.marked, objects(request, "messages"))

    def marked(self, message: Json) -> list[Piece]:
        """One message's pieces; a cache mark on the message itself is one on its last block."""
        pieces = filled(self.message(message))
        if pieces and breakpoints([(pieces[-1][0], message)]):
            pieces[-1] = pieces[-1][0], message
        return pieces

    def message(self, message: Json) -> Iterator[Piece]:
        """The pieces of one message, of a request or of a reply."""
        role = ROLES.get(text(message, "role") or "assistant", "user")
        if role == "tool":
            yield from self.tool_result(message)
            return
        yield from self.name(role, message)
        yield from ((thought, {}) for thought in self.thoughts(message))
        yield from content_pieces(role, message.get("content"))
        yield from self.extras(role, message)
        yield from ((made, {}) for made in self.calls(message))

    def name(self, role: Role, message: Json) -> Iterator[Piece]:
        """Who of several users speaks. An assistant's name is dress: agents add it to replies that came without."""
        name = text(message, "name")
        if name and role != "assistant":
            yield other_block(role, {"name": name}), {}

    def tool_result(self, message: Json) -> list[Piece]:
        ref = text(message, "tool_call_id") or text(message, "name")
        pieces = list(content_pieces("tool", message.get("content"), ref))
        return pieces or [(Block("tool", "tool_result", "", ref), {})]

    def thoughts(self, message: Json) -> Iterator[Block]:
        """Reasoning: `reasoning_content` (DeepSeek and most others), `reasoning` (Groq, vLLM) or both it and
        `reasoning_details` (OpenRouter, whose clients send back the details, the text, or both)."""
        details = list(objects(message, "reasoning_details"))
        written = "".join(text(part, "text") or text(part, "summary") or "" for part in details)
        thought = written or flat(message.get("reasoning_content")) or flat(message.get("reasoning"))
        if thought:
            yield Block("assistant", "thinking", thought)
        for data in (text(part, "data") for part in details):
            if data:
                yield sealed_block(data)

    def extras(self, role: Role, message: Json) -> Iterator[Piece]:
        """What stands beside the content: a refusal, generated images, audio (sent back by its id)."""
        refusal = text(message, "refusal")
        if refusal:
            yield part_block(role, refusal), {}
        for image in items(message, "images"):
            yield part_block(role, image), {}
        audio = obj(message, "audio")
        if audio:
            yield other_block(role, picked(audio, "id") or picked(audio, "transcript"), "audio"), {}

    def calls(self, message: Json) -> Iterator[Block]:
        """`tool_calls`, and `function_call`, its older form."""
        for call in objects(message, "tool_calls"):
            function = obj(call, "function") or obj(call, "custom")
            yield call_block(function.get("name"), function.get("arguments", function.get("input")), call.get("id"))
        function = obj(message, "function_call")
        if function:
            yield call_block(function.get("name"), function.get("arguments"))

    def read_response(self, call: Call) -> ResponseReading:
        answers = self.answers(call)
        failed = call.status is not None and call.status >= 400
        error = next((e for e in (self.error(answer, failed) for answer in answers) if e), {})
        raw = next((u for u in map(self.usage_object, reversed(answers)) if u), None)
        stop = first_text((choice for a in reversed(answers) for choice in first(a)), "finish_reason")
        return ResponseReading(
            model=first_text(answers, "model"),
            response_id=first_text(answers, "id"),
            reply=self.reply(answers),
            usage=self.usage(raw or {}),
            usage_raw=raw,
            stop_reason=stop,
            error_code=error_code(error),
            error_message=text(error, "message") or (call.text[:500] or None if failed else None),
            service_tier=first_text(reversed(answers), "service_tier") or text(raw, "service_tier"),
            ended=call.done or bool(stop or error) if call.streamed else call.complete,
            details=self.details(answers),
        )

    def answers(self, call: Call) -> list[Json]:
        """The events of a stream or the one whole answer; Google's compatible API wraps an error in a list."""
        whole = call.body if isinstance(call.body, list) else [call.body]
        return [answer for answer in [event.value for event in call.events] or whole if isinstance(answer, dict)]

    def reply(self, answers: list[Json]) -> tuple[Block, ...]:
        """The first choice's message: put together from a stream's deltas, or as it came.

        Perplexity sends both, in whole answers too, where the delta is empty.
        """
        choices = [choice for answer in answers for choice in first(answer)]
        made = joined([obj(choice, "delta") for choice in choices])
        whole = next((m for m in (obj(choice, "message") for choice in reversed(choices)) if m), {})
        told = (filled(self.message({**message, "role": "assistant"})) for message in (made, whole))
        return tuple(block for block, _ in next((pieces for pieces in told if pieces), []))

    def error(self, answer: Json, failed: bool) -> Json:
        """The error of an answer, or of its choice (OpenRouter), {} where there is none."""
        return error_of(answer, failed) or next((e for e in (obj(c, "error") for c in first(answer)) if e), {})

    def usage_object(self, answer: Json) -> Json:
        """The answer's usage object; a stream may repeat it, and then the last one counts."""
        return obj(answer, "usage")

    def usage(self, raw: Json) -> Usage:
        """Input and output are all-in here: the details are parts of them.

        The names of other providers are read here too, since gateways pass them on whatever their own shape.
        """
        given, made = obj(raw, "prompt_tokens_details"), obj(raw, "completion_tokens_details")
        prompt, completion = count(raw, "prompt_tokens"), count(raw, "completion_tokens")
        reasoning = known(count(made, "reasoning_tokens"), count(raw, "reasoning_tokens"))
        written, by_ttl = obj(given, "cache_creation"), obj(given, "cache_write_tokens_details")
        return Usage(
            input_tokens=prompt,
            cache_read_tokens=known(
                count(given, "cached_tokens"), count(raw, "cached_tokens"), count(raw, "prompt_cache_hit_tokens")
            ),
            cache_write_tokens=known(count(given, "cache_write_tokens"), count(given, "cache_creation_input_tokens")),
            cache_write_5m_tokens=count(written, "ephemeral_5m_input_tokens"),
            cache_write_30m_tokens=count(by_ttl, "ttl_30m_tokens"),
            cache_write_1h_tokens=count(written, "ephemeral_1h_input_tokens"),
            cache_write_12h_tokens=count(by_ttl, "ttl_12h_tokens"),
            output_tokens=all_in_output(prompt, completion, reasoning, count(raw, "total_tokens")),
            reasoning_tokens=reasoning,
            audio_input_tokens=count(given, "audio_tokens"),
            audio_output_tokens=count(made, "audio_tokens"),
            reported_cost_usd=self.cost(raw),
        )

    def cost(self, raw: Json) -> float | None:
        """What the provider says it charged."""
        return reported_cost(raw)

    def details(self, answers: list[Json]) -> Json:
        """Which backend answered, since another one has another cache, and how many choices were paid for."""
        backend = {name: first_text(answers, name) for name in ("system_fingerprint", "provider")}
        found = picked(dict(backend), *backend)
        others = {str(index) for a in answers for c in objects(a, "choices") if (index := c.get("index"))}
        return found | ({"choices": len(others) + 1} if others else {})


def first(answer: Json) -> Iterator[Json]:
    """The first of an answer's choices: what a conversation goes on with where `n` is over 1."""
    return (choice for choice in objects(answer, "choices") if not choice.get("index"))
