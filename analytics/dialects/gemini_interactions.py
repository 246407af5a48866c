"""Gemini's Interactions API, which keeps the conversation on the server. https://ai.google.dev/api/interactions-api

With `previous_interaction_id` the reported input covers this request's own input and not the restored history (two
recordings, May 2026: 12 tokens where the same turn without state reports 56). What is billed is not documented.
"""

from analytics.dialects.call import Call
from analytics.dialects.canonical import tool_block
from analytics.dialects.exchange import Block, Json, RequestReading, ResponseReading, Usage
from analytics.dialects.fields import count, obj, objects, text, total
from analytics.dialects.gemini_generate import bare_name, error_object, numbered
from analytics.dialects.gemini_parts import either, either_text, listed, snake
from analytics.dialects.gemini_steps import steps_blocks, streamed_steps

PARAMETERS = (
    "agent",
    "agentConfig",
    "background",
    "generationConfig",
    "responseFormat",
    "responseMimeType",
    "responseModalities",
    "serviceTier",
    "store",
)
# States of an interaction that goes on in the background; its end is not in this response.
UNFINISHED = frozenset({"in_progress", "queued"})


class GeminiInteractions:
    """`/interactions`, whole and streamed."""

    parameters: tuple[str, ...] = PARAMETERS

    def read_request(self, call: Call) -> RequestReading:
        request = call.request
        blocks = tuple(steps_blocks(listed(request, "input")))
        opening = next((i for i, block in enumerate(blocks) if block.role != "system"), len(blocks))
        previous = either_text(request, "previousInteractionId")
        return RequestReading(
            model=bare_name(text(request, "model") or text(request, "agent")),
            streamed=request.get("stream") is True,
            preamble=(*self.preamble(request), *blocks[:opening]),
            history=blocks[opening:],
            state_ref=f"previous_interaction_id:{previous}" if previous else None,
            parameters={snake(n): found for n in self.parameters if (found := either(request, n)) is not None},
        )

    def preamble(self, request: Json) -> tuple[Block, ...]:
        """The headers of an MCP server are credentials, and no part of what the model reads."""
        tools = (
            {name: value for name, value in tool.items() if name != "headers"} if isinstance(tool, dict) else tool
            for tool in listed(request, "tools")
        )
        return (*map(tool_block, tools), *steps_blocks(instructions(request), "system"))

    def read_response(self, call: Call) -> ResponseReading:
        answers = [obj(event.value) for event in call.events] or [obj(call.body)]
        final = interaction(answers)
        error = next((e for e in map(error_object, (*answers, final)) if e), {})
        status, raw = text(final, "status"), usage_object(answers, final)
        steps = listed(final, "steps") or listed(final, "outputs") or streamed_steps(answers)
        finished = None if status in UNFINISHED else status
        kept = call.request.get("store") is not False
        return ResponseReading(
            model=bare_name(text(final, "model") or text(final, "agent")),
            response_id=text(final, "id"),
            reply=tuple(steps_blocks(steps, "assistant")),
            usage=read_usage(raw),
            usage_raw=raw or None,
            stop_reason=finished,
            error_code=text(error, "status") or numbered(error.get("code")),
            error_message=text(error, "message"),
            service_tier=either_text(final, "serviceTier"),
            state_id=text(final, "id") if kept else None,
            ended=bool(finished or error) or call.done if call.events else call.complete and call.body is not None,
            details=details(final, raw),
        )


def instructions(request: Json) -> list[object]:
    """The system instruction: a text, or content whose role goes without saying."""
    found = either(request, "systemInstruction")
    if isinstance(found, dict):
        return [{"role": "system", "content": listed(found, "parts") or listed(found, "content") or [found]}]
    return [found] if isinstance(found, str) else []


def interaction(answers: list[Json]) -> Json:
    """The interaction as the last event that shows it has it, with the last status; a whole answer is one itself."""
    found: Json = {}
    for answer in answers:
        shown = obj(answer, "interaction") or (answer if "event_type" not in answer else {})
        found = found | {name: value for name, value in shown.items() if value is not None}
        status = text(answer, "status")
        if status:
            found = found | {"status": status}
    return found


def usage_object(answers: list[Json], final: Json) -> Json:
    """The interaction's usage; on the way each event's `metadata` may hold the counts so far."""
    so_far = (obj(answer, "metadata", "usage") for answer in reversed(answers))
    return obj(final, "usage") or next((usage for usage in so_far if usage), {})


def read_usage(raw: Json) -> Usage:
    """The total is the sum of four counts that do not overlap: input, tool use, output and thoughts."""
    given, tools, made, thoughts = (
        count(raw, f"total_{name}_tokens") for name in ("input", "tool_use", "output", "thought")
    )
    return Usage(
        input_tokens=total(given, tools) if given is not None else None,
        cache_read_tokens=count(raw, "total_cached_tokens"),
        output_tokens=total(made, thoughts) if made is not None else None,
        reasoning_tokens=thoughts,
        audio_input_tokens=audio(raw, "input_tokens_by_modality"),
        audio_output_tokens=audio(raw, "output_tokens_by_modality"),
    )


def audio(raw: Json, name: str) -> int | None:
    return total(*(count(part, "tokens") for part in objects(raw, name) if text(part, "modality") == "audio"))


def details(final: Json, raw: Json) -> Json:
    """The state of an unfinished interaction, and the searches, which are billed one by one."""
    searches = {
        str(t): n for g in objects(raw, "grounding_tool_count") if (t := g.get("type")) and (n := count(g, "count"))
    }
    status = text(final, "status")
    found: Json = {"grounding_tool_count": searches} if searches else {}
    return found | ({"status": status} if status in UNFINISHED else {})
