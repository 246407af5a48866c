"""Content parts put together from the events of ConverseStream, which Nova speaks in InvokeModel too.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html
"""

from collections.abc import Callable
from itertools import groupby

from analytics.dialects.exchange import Json
from analytics.dialects.fields import count, obj, text

# An event's name and its payload.
type Step = tuple[str, Json]

FIELDS = {"contentBlockStart": "start", "contentBlockDelta": "delta"}


def streamed_parts(steps: list[Step]) -> list[Json]:
    """The parts in the shape of a whole answer. What the stream did not reach is missing; citations are left out."""
    pieces: dict[tuple[int | None, str], list[object]] = {}
    for name, payload in steps:
        for kind, piece in obj(payload, FIELDS.get(name, "")).items():
            pieces.setdefault((count(payload, "contentBlockIndex"), kind), []).append(piece)
    return [{kind: JOINS[kind](found)} for (_, kind), found in pieces.items() if kind in JOINS]


def merged_texts(parts: list[Json]) -> list[Json]:
    """The parts with neighbouring texts as one: Nova's own format gives every piece of a text an index of its own."""
    merged: list[Json] = []
    for is_text, run in groupby(parts, key=lambda part: "text" in part):
        pieces = list(run)
        merged += [{"text": "".join(text(piece, "text") or "" for piece in pieces)}] if is_text else pieces
    return merged


def error_in(steps: list[Step]) -> Json:
    """An exception in mid-stream, as `exception` and `message`; {} where there is none."""
    found = next(((name, payload) for name, payload in steps if name.endswith(("Exception", "Error"))), None)
    return {"exception": found[0], "message": found[1].get("message")} if found else {}


def _joined_text(pieces: list[object]) -> object:
    return "".join(piece for piece in pieces if isinstance(piece, str))


def _joined_tool_use(pieces: list[object]) -> object:
    """Its start has the name; the input comes as JSON text in pieces, or whole as an object."""
    whole = next((obj(piece, "input") for piece in pieces if obj(piece, "input")), None)
    written = "".join(text(piece, "input") or "" for piece in pieces)
    return _fields(pieces) | {"input": whole or written}


def _joined_reasoning(pieces: list[object]) -> object:
    found = {
        name: "".join(text(piece, name) or text(obj(piece, "reasoningText"), name) or "" for piece in pieces)
        for name in ("text", "signature", "redactedContent")
    }
    return {name: value for name, value in found.items() if value}


def _joined_tool_result(pieces: list[object]) -> object:
    """Its start is an object, its deltas are lists of parts; neighbouring texts are pieces of one."""
    parts = [obj(part) for piece in pieces if isinstance(piece, list) for part in piece]
    return _fields(pieces) | {"content": merged_texts(parts)}


def _fields(pieces: list[object]) -> Json:
    """The fields of all the pieces; of a repeated one the first counts."""
    return {name: value for piece in reversed(pieces) for name, value in obj(piece).items()}


JOINS: dict[str, Callable[[list[object]], object]] = {
    "text": _joined_text,
    "toolUse": _joined_tool_use,
    "toolResult": _joined_tool_result,
    "reasoningContent": _joined_reasoning,
    "image": _fields,
}
