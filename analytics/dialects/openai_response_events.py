"""A streamed response put together: the final response object, and its items as far as they came.

https://platform.openai.com/docs/api-reference/responses-streaming
"""

from analytics.dialects.exchange import Json
from analytics.dialects.fields import items, obj, text

# `response.done` is what some servers of the ChatGPT backend send for completed, failed and incomplete alike.
ENDS = frozenset(f"response.{end}" for end in ("completed", "failed", "incomplete", "cancelled", "done"))
# The deltas of a stream that was cut off: which item they belong to, and where their text goes.
PARTS = {
    "response.output_text.delta": ("message", "content", "output_text", "text"),
    "response.refusal.delta": ("message", "content", "refusal", "refusal"),
    "response.reasoning_text.delta": ("reasoning", "content", "reasoning_text", "text"),
    "response.reasoning_summary_text.delta": ("reasoning", "summary", "summary_text", "text"),
}
FIELDS = {
    "response.function_call_arguments.delta": ("function_call", "arguments"),
    "response.custom_tool_call_input.delta": ("custom_tool_call", "input"),
    "response.mcp_call_arguments.delta": ("mcp_call", "arguments"),
    "response.code_interpreter_call_code.delta": ("code_interpreter_call", "code"),
}


def is_end(event: Json) -> bool:
    """Whether the event is the provider's own end of a response."""
    return text(event, "type") in ENDS


def responses_of(events: list[Json]) -> list[list[Json]]:
    """The events by response. There is one, unless a client's `response.steer` made the server go on with another."""
    found: list[list[Json]] = [[]]
    for event in events:
        if event.get("type") == "response.created" and any(map(is_end, found[-1])):
            found.append([])
        found[-1].append(event)
    return found


def final_response(events: list[Json]) -> Json:
    """The response object of the end, else of the latest event that has one."""
    ends = [obj(event, "response") for event in events if is_end(event)]
    others = [obj(event, "response") for event in events if obj(event, "response")]
    return next((response for response in reversed(ends or others)), {})


def streamed_items(events: list[Json]) -> list[object]:
    """The output items, in order: as finished, else as the end of the stream lists them, else from their deltas.

    The finished item goes first: its encrypted reasoning is the one to send back, says OpenAI's reference, and the
    ChatGPT backend and some gateways list no items, or not all, at the end.
    """
    begun, finished, deltas = _begun(events, "added"), _begun(events, "done"), _deltas(events)
    listed = dict(enumerate(items(final_response(events), "output")))
    found = {**{at: _partial(begun.get(at, {}), deltas.get(at, [])) for at in begun | deltas}, **listed, **finished}
    return [found[at] for at in sorted(found)]


def _begun(events: list[Json], stage: str) -> dict[int, object]:
    return {
        _index(event): event.get("item")
        for event in events
        if event.get("type") == f"response.output_item.{stage}" and obj(event, "item")
    }


def _index(event: Json) -> int:
    at = event.get("output_index")
    return at if isinstance(at, int) else 0


def _deltas(events: list[Json]) -> dict[int, list[Json]]:
    found: dict[int, list[Json]] = {}
    for event in events:
        kind = text(event, "type")
        if (kind in PARTS or kind in FIELDS) and text(event, "delta"):
            found.setdefault(_index(event), []).append(event)
    return found


def _partial(item: object, deltas: list[Json]) -> Json:
    """The item as it began, with what its deltas add."""
    partial: Json = {"role": "assistant", **obj(item)}
    for kind, (owner, name) in FIELDS.items():
        pieces = [text(delta, "delta") or "" for delta in deltas if delta.get("type") == kind]
        if pieces:
            partial |= {"type": owner, name: "".join(pieces)}
    for (owner, name), parts in _parts(deltas).items():
        if partial.get("type", owner) == owner:
            partial |= {"type": owner, name: parts}
    return partial


def _parts(deltas: list[Json]) -> dict[tuple[str, str], list[Json]]:
    """The content and summary parts that the deltas add up to, in order."""
    pieces: dict[tuple[str, int], list[str]] = {}
    for delta in deltas:
        kind = text(delta, "type") or ""
        if kind in PARTS:
            pieces.setdefault((kind, _part_index(delta)), []).append(text(delta, "delta") or "")
    parts: dict[tuple[str, str], list[Json]] = {}
    for (kind, _), texts in sorted(pieces.items(), key=lambda entry: entry[0][1]):
        owner, name, part_type, field = PARTS[kind]
        parts.setdefault((owner, name), []).append({"type": part_type, field: "".join(texts)})
    return parts


def _part_index(delta: Json) -> int:
    at = delta.get("content_index", delta.get("summary_index"))
    return at if isinstance(at, int) else 0
