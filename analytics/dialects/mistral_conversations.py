"""Mistral's Conversations API, with models and with agents.

https://docs.mistral.ai/api/endpoint/beta/conversations

The server keeps the conversation, so a request holds only new entries, and neither tools nor instructions after the
first. `connector_tokens` (what built-in tools put into the prompt) come on top of `prompt_tokens`, as the total of the
documented answers shows: https://docs.mistral.ai/agents/tools/built-in/websearch. How the kept history is billed is not
documented.
"""

import re
from collections.abc import Callable, Iterator
from itertools import groupby

from analytics.dialects.call import Call
from analytics.dialects.canonical import call_block, dumps, other_block, tool_block, undressed
from analytics.dialects.exchange import Block, Json, RequestReading, ResponseReading, Role, Usage
from analytics.dialects.fields import count, items, obj, objects, picked, text, total
from analytics.dialects.openai_content import content_pieces, error_code, error_of, first_text

PARAMETERS = (
    "agent_id",
    "agent_version",
    "completion_args",
    "from_entry_id",
    "handoff_execution",
    "store",
)
ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant", "system": "system"}
CONVERSATION = re.compile(r"/conversations/(?P<id>[^/]+)(?:/restart)?$")
HANDOFF = ("previous_agent_id", "previous_agent_name", "next_agent_id", "next_agent_name")
# The types of an answer's entries; the events of each are named after it, with one more word.
ENTRIES = frozenset({"message.output", "function.call", "tool.execution", "agent.handoff"})


class MistralConversations:
    """`/v1/conversations`, `/v1/conversations/ID` and `/v1/conversations/ID/restart`, whole and streamed."""

    def read_request(self, call: Call) -> RequestReading:
        request = call.request
        found = CONVERSATION.search(call.path)
        blocks = filled(self.contents(request))
        start = next((i for i, block in enumerate(blocks) if block.role != "system"), len(blocks))
        return RequestReading(
            model=text(request, "model"),
            streamed=request.get("stream") is True,
            preamble=blocks[:start],
            history=blocks[start:],
            state_ref=f"conversation:{found['id']}" if found else None,
            parameters=picked(request, *PARAMETERS),
        )

    def contents(self, request: Json) -> Iterator[Block]:
        """Tools, instructions, and the new entries: a text, or a list of them."""
        yield from map(tool_block, items(request, "tools"))
        instructions = text(request, "instructions")
        if instructions:
            yield Block("system", "system", instructions)
        inputs = request.get("inputs")
        for entry in inputs if isinstance(inputs, list) else [inputs]:
            if entry is not None:
                yield from entry_blocks(entry)
        for confirmation in items(request, "tool_confirmations"):
            yield other_block("user", confirmation)

    def read_response(self, call: Call) -> ResponseReading:
        events = [obj(event.value) for event in call.events]
        answer = streamed_answer(events) if call.streamed else obj(call.body)
        outputs = list(objects(answer, "outputs"))
        raw = obj(answer, "usage")
        error = error_of(answer, failed=(call.status or 0) >= 400)
        return ResponseReading(
            model=first_text(reversed(outputs), "model"),
            response_id=first_text(reversed(outputs), "id"),
            reply=filled(block for output in outputs for block in entry_blocks(output)),
            usage=read_usage(raw),
            usage_raw=raw or None,
            error_code=error_code(error),
            error_message=text(error, "message"),
            state_id=text(answer, "conversation_id") or conversation_in_path(call),
            ended=bool(error) or "usage" in answer if call.streamed else call.complete,
            details=details(raw),
        )


def conversation_in_path(call: Call) -> str | None:
    """The conversation that goes on; a restart begins another one, which only the answer names."""
    found = CONVERSATION.search(call.path)
    return found["id"] if found and not call.path.endswith("/restart") else None


def filled(blocks: Iterator[Block]) -> tuple[Block, ...]:
    """The blocks without empty texts; an empty tool result stays, for it answers its call."""
    return tuple(block for block in blocks if block.content or block.kind == "tool_result")


def entry_blocks(entry: object) -> Iterator[Block]:
    """One entry: a message where it does not say otherwise, in or out."""
    if isinstance(entry, str):
        yield Block("user", "user", entry)
        return
    found = obj(entry)
    reader = READERS.get(text(entry, "type") or "message.input")
    if not found or not reader:
        yield other_block("user", entry)
    else:
        yield from reader(found)


def _message(entry: Json) -> Iterator[Block]:
    default = "assistant" if text(entry, "type") == "message.output" else "user"
    role = ROLES.get(text(entry, "role") or default, "user")
    return (block for block, _ in content_pieces(role, entry.get("content")))


def _function_call(entry: Json) -> Iterator[Block]:
    yield call_block(entry.get("name"), entry.get("arguments"), entry.get("tool_call_id"))


def _function_result(entry: Json) -> Iterator[Block]:
    result = entry.get("result")
    written = result if isinstance(result, str) else dumps(undressed(result)) if result is not None else ""
    yield Block("tool", "tool_result", written, text(entry, "tool_call_id"))


def _tool_execution(entry: Json) -> Iterator[Block]:
    """A tool that the server ran; `info` is what it has to say about it."""
    origin = {"type": "tool.execution", **picked(entry, "info")}
    yield call_block(entry.get("name"), entry.get("arguments"), entry.get("id"), origin)


def _handoff(entry: Json) -> Iterator[Block]:
    yield other_block("assistant", {"type": "agent.handoff", **picked(entry, *HANDOFF)})


READERS: dict[str, Callable[[Json], Iterator[Block]]] = {
    "message.input": _message,
    "message.output": _message,
    "function.call": _function_call,
    "function.result": _function_result,
    "tool.execution": _tool_execution,
    "agent.handoff": _handoff,
}


def streamed_answer(events: list[Json]) -> Json:
    """The answer in the shape of a whole one; what the stream did not reach is missing."""
    answer: Json = {}
    pieces: dict[tuple[int | None, str], list[Json]] = {}
    for event in events:
        name = text(event, "type") or ""
        match name:
            case "conversation.response.started":
                answer |= picked(event, "conversation_id")
            case "conversation.response.done":
                answer["usage"] = obj(event, "usage")
            case "conversation.response.error":
                answer["error"] = picked(event, "code", "message")
        kind = name.rpartition(".")[0]
        if kind in ENTRIES:
            pieces.setdefault((count(event, "output_index"), kind), []).append(event)
        answer |= picked(event, "error", "detail")
    return answer | {"outputs": [_entry(kind, found) for (_, kind), found in pieces.items()]}


def _entry(kind: str, pieces: list[Json]) -> Json:
    """An entry: the fields of its events, its arguments or its content put together."""
    entry = {name: value for piece in reversed(pieces) for name, value in piece.items()}
    written = "".join(text(piece, "arguments") or "" for piece in pieces)
    return entry | {"type": kind, "arguments": written, "content": _content(pieces)}


def _content(pieces: list[Json]) -> list[object]:
    """Neighbouring texts as one, and so neighbouring thoughts; other parts come whole."""
    parts = [obj(c) or {"type": "text", "text": c} for c in (piece.get("content") for piece in pieces) if c]
    content: list[object] = []
    for kind, run in groupby(parts, key=lambda part: text(part, "type")):
        found = list(run)
        match kind:
            case "text":
                content.append({"type": "text", "text": "".join(text(part, "text") or "" for part in found)})
            case "thinking":
                content.append({"type": "thinking", "thinking": [t for part in found for t in _thoughts(part)]})
            case _:
                content += found
    return content


def _thoughts(part: Json) -> list[object]:
    thought = part.get("thinking")
    return thought if isinstance(thought, list) else [thought]


def read_usage(raw: Json) -> Usage:
    given, made = obj(raw, "prompt_tokens_details"), obj(raw, "completion_tokens_details")
    prompt = count(raw, "prompt_tokens")
    return Usage(
        input_tokens=total(prompt, count(raw, "connector_tokens")) if prompt is not None else None,
        cache_read_tokens=count(given, "cached_tokens"),
        output_tokens=count(raw, "completion_tokens"),
        reasoning_tokens=count(made, "reasoning_tokens"),
    )


def details(raw: Json) -> Json:
    """How often each built-in tool ran (these are billed by the call), and the tokens they brought in."""
    return {name: value for name, value in picked(raw, "connector_tokens", "connectors").items() if value}
