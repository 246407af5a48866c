"""Putting a streamed chat completion's deltas together into the message they add up to.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from collections.abc import Iterator
from itertools import groupby

from analytics.dialects.exchange import Json
from analytics.dialects.fields import items, obj, objects, text

TEXTS = ("reasoning_content", "reasoning", "refusal")


def joined(deltas: list[Json]) -> Json:
    """The message that a stream's deltas add up to."""
    message: Json = {name: "".join(text(delta, name) or "" for delta in deltas) for name in TEXTS}
    message["content"] = joined_content(deltas)
    for name in ("reasoning_details", "images"):
        message[name] = [part for delta in deltas for part in items(delta, name)]
    message["tool_calls"] = [_joined_call(calls) for calls in _calls(deltas)]
    functions = [obj(delta, "function_call") for delta in deltas if delta.get("function_call")]
    if functions:
        message["function_call"] = _joined_function(functions)
    audio = [obj(delta, "audio") for delta in deltas if delta.get("audio")]
    if audio:
        spoken = "".join(text(piece, "transcript") or "" for piece in audio)
        message["audio"] = {"id": _first(audio, "id"), "transcript": spoken}
    return message


def joined_content(deltas: list[Json]) -> object:
    """The content: a string, or a list of parts where parts came (Mistral sends thinking as parts, text as strings)."""
    pieces = [piece for delta in deltas for piece in _content(delta)]
    runs = [(kind, [part for _, part in run]) for kind, run in groupby(pieces, key=lambda piece: piece[0])]
    if all(kind == "text" for kind, _ in runs):
        return "".join(text(part, "text") or "" for _, parts in runs for part in parts)
    return [part for kind, parts in runs for part in _joined_parts(kind, parts)]


def _content(delta: Json) -> Iterator[tuple[str, Json]]:
    content = delta.get("content")
    if isinstance(content, str) and content:
        yield "text", {"text": content}
    for part in items(delta, "content"):
        yield ("text", {"text": part}) if isinstance(part, str) else (text(part, "type") or "", obj(part))


def _joined_parts(kind: str, parts: list[Json]) -> list[Json]:
    """Neighbours of one kind. A part that is no text is whole already."""
    if kind == "text":
        return [{"type": "text", "text": "".join(text(part, "text") or "" for part in parts)}]
    if kind == "thinking":
        return [{"type": "thinking", "thinking": [thought for part in parts for thought in _thoughts(part)]}]
    return parts


def _thoughts(part: Json) -> list[object]:
    thought = part.get("thinking")
    return thought if isinstance(thought, list) else [thought]


def _calls(deltas: list[Json]) -> list[list[Json]]:
    """The pieces of each tool call, in the order the calls began.

    A piece goes on with the call of its index. Some servers give every call the index 0 or none and send it whole,
    with a name and an id of its own; others repeat the name, or invent a new id per piece but name it only once.
    """
    calls: list[list[Json]] = []
    under_way: dict[object, int] = {}
    for piece in (call for delta in deltas for call in objects(delta, "tool_calls")):
        index = piece.get("index")
        key = index if isinstance(index, int | str) else None
        at = under_way.get(key)
        if at is None or _is_another(piece, calls[at], key):
            under_way[key] = len(calls)
            calls.append([piece])
        else:
            calls[at].append(piece)
    return calls


def _is_another(piece: Json, call: list[Json], index: object) -> bool:
    """Whether a piece with the index of a call under way begins another call."""
    if not text(obj(piece, "function") or obj(piece, "custom"), "name"):
        return False
    ref = text(piece, "id")
    return ref != _first(call, "id") if ref else index is None


def _joined_call(calls: list[Json]) -> Json:
    functions = [obj(call, "function") or obj(call, "custom") for call in calls]
    return {"id": _first(calls, "id"), "function": _joined_function(functions)}


def _joined_function(functions: list[Json]) -> Json:
    """Arguments come as text in pieces, or whole as an object."""
    whole = next((f["arguments"] for f in functions if isinstance(f.get("arguments"), dict)), None)
    pieces = [text(f, "arguments") or text(f, "input") or "" for f in functions]
    return {"name": _first(functions, "name"), "arguments": whole if whole is not None else "".join(pieces)}


def _first(objects_: list[Json], name: str) -> str | None:
    return next((found for found in (text(o, name) for o in objects_) if found), None)
