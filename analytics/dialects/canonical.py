"""Canonical content: one string for one content, whatever dress it wore on the wire."""

import hashlib
import json
import re
from collections.abc import Iterable

import orjson

from analytics.dialects.exchange import Block, Json, Kind, Role
from analytics.wire.json_stream import loads

# Marks that clients add to content without changing it. They move from turn to turn.
DRESS = frozenset({"cache_control", "cachePoint", "prompt_cache_breakpoint"})
# Where a whole number may be written as a float.
_FLOAT = re.compile(r"[0-9](?:\.0|e[+]?[0-9]+)[,}\]]")


def dumps(value: object) -> str:
    """JSON with sorted keys and no spaces; equal values give equal strings. Never raises."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except (TypeError, ValueError):  # integers over 64 bits, lone surrogates, extreme depth
        return _slow_dumps(value)


def _slow_dumps(value: object) -> str:
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    except RecursionError:
        return _digest(value)


def _digest(value: object) -> str:
    """A digest of a value too deep to serialise, taken without recursion."""
    digest, stack = hashlib.sha256(), [value]
    while stack:
        match stack.pop():
            case dict() as found:
                digest.update(b"{%d" % len(found))
                stack.extend(part for pair in sorted(found.items(), key=lambda p: p[0]) for part in pair)
            case list() as found:
                digest.update(b"[%d" % len(found))
                stack.extend(found)
            case leaf:
                digest.update(repr(leaf).encode("utf-8", "backslashreplace"))
    return digest.hexdigest()


def undressed(value: object, levels: int = 2) -> object:
    """The value without cache marks and nulls in its outer levels; deeper ones may be a tool's own fields."""
    if not levels:
        return value
    if isinstance(value, dict):
        return {k: undressed(v, levels - 1) for k, v in value.items() if k not in DRESS and v is not None}
    if isinstance(value, list):
        # A list's own members are on its level; lists in lists cost one, so that depth is bounded.
        return [undressed(v, levels - isinstance(v, list)) for v in value]
    return value


def tool_block(definition: object) -> Block:
    """One tool definition of the preamble."""
    return Block("system", "tools", dumps(undressed(definition)))


def call_block(name: object, arguments: object, ref: object = None, origin: Json | None = None) -> Block:
    """A tool call. Arguments sent as a JSON string and as an object are the same call, and so are 1.0 and 1: a client
    in JavaScript reads the one and sends back the other.

    `origin` tells apart the calls of a tool that the server runs from those of a client's tool of the same name.
    """
    content: Json = {"name": name if isinstance(name, str) else None, **_arguments(arguments), **(origin or {})}
    return Block("assistant", "tool_call", _whole_numbers(dumps(content)), ref if isinstance(ref, str) else None)


def _whole_numbers(text: str) -> str:
    """The JSON with whole numbers written as integers."""
    if not _FLOAT.search(text):
        return text
    try:
        return dumps(json.loads(text, parse_float=_number))
    except (RecursionError, ValueError):  # a digest, or as deep as JSON may be
        return text


def _number(digits: str) -> int | float:
    number = float(digits)
    return int(number) if number.is_integer() else number


def _arguments(arguments: object) -> Json:
    if not isinstance(arguments, str):
        return {"arguments": arguments if arguments is not None else {}}
    if not arguments.strip():
        return {"arguments": {}}
    try:
        orjson.loads(arguments)  # strict: what only a tolerant parser takes is no JSON, and stays the text it is
        return {"arguments": loads(arguments.encode())}
    except ValueError:
        return {"arguments_text": arguments}


def media_block(role: Role, kind: Kind, media_type: str | None, data: str) -> Block:
    """An image, document or audio sent inline: kept as its digest, since the bytes are many and say little."""
    digest = hashlib.sha256(data.encode("utf-8", "replace")).hexdigest()
    return Block(role, kind, dumps({"media_type": media_type, "sha256": digest}), size=len(data))


def other_block(role: Role, value: object, kind: Kind = "other") -> Block:
    """Content that has no text of its own: kept as canonical JSON."""
    return Block(role, kind, dumps(undressed(value)))


def merged(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks without empty texts. Blocks are parts, so merged and split same-role messages come out alike."""
    return tuple(b for b in blocks if b.content)
