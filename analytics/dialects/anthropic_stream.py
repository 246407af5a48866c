"""A message put together from the events of Anthropic's stream.

https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from collections.abc import Iterable

from analytics.dialects.call import Event
from analytics.dialects.exchange import Json
from analytics.dialects.fields import obj, text

# Delta type: the field of its piece, the field of the part that the pieces add up to, the part's type.
DELTAS = {
    "text_delta": ("text", "text", "text"),
    "thinking_delta": ("thinking", "thinking", "thinking"),
    "signature_delta": ("signature", "signature", "thinking"),
    "input_json_delta": ("partial_json", "input", "tool_use"),
    "compaction_delta": ("content", "content", "compaction"),
}


def streamed_message(events: Iterable[Event]) -> Json:
    """The message in the shape of a whole answer; what the stream did not reach is missing."""
    message: Json = {}
    parts: dict[object, list[Json]] = {}
    for event in events:
        value = obj(event.value)
        match text(value, "type"):
            case "message_start":
                # A gateway that retries mid-stream starts again: only the last message is an answer.
                message, parts = dict(obj(value, "message")), {}
            case "message_delta":
                message = _revised(message, value)
            case "content_block_start":
                parts[_index(value)] = [obj(value, "content_block")]
            case "content_block_delta":
                parts.setdefault(_index(value), [{}]).append(obj(value, "delta"))
            case "message":  # a gateway's whole answer as one event
                message |= value
        message |= _error(event, value)
    return message | ({"content": [_joined(*pieces) for pieces in parts.values()]} if parts else {})


def _index(value: Json) -> object:
    index = value.get("index")
    return index if isinstance(index, int) else None


def _revised(message: Json, value: Json) -> Json:
    """The message after a `message_delta`. Its counts are cumulative: they replace the earlier ones, field by field."""
    usage = obj(message, "usage") | {k: v for k, v in obj(value, "usage").items() if v is not None}
    extra = {k: v for k, v in value.items() if k not in ("type", "delta", "usage") and v is not None}
    delta = {k: v for k, v in obj(value, "delta").items() if v is not None}
    return message | extra | delta | ({"usage": usage} if usage else {})


def _error(event: Event, value: Json) -> Json:
    """An error in the stream; Bedrock's are exceptions, named by the event."""
    if value.get("error"):
        return {"error": value["error"]}
    if event.name and event.name.endswith("Exception"):
        return {"error": {"type": event.name, "message": text(value, "message")}}
    return {}


def _joined(start: Json, *deltas: Json) -> Json:
    """One content part: its start, and the pieces that came after."""
    part = dict(start)
    pieces: dict[str, list[str]] = {}
    for delta in deltas:
        name, field, kind = DELTAS.get(text(delta, "type") or "", ("", "", ""))
        part.setdefault("type", kind or None)
        piece = text(delta, name)
        if piece:
            pieces.setdefault(field, []).append(piece)
        if kind == "compaction" and delta.get("encrypted_content"):
            part["encrypted_content"] = delta["encrypted_content"]
    for field, found in pieces.items():
        part[field] = (text(start, field) or "") + "".join(found)
    return part
