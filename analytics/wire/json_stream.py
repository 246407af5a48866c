"""JSON as it is found on the wire: RFC 8259 first, then what clients and servers really send.

`loads` is the one JSON parser of the project. `parse_json_stream` reads bodies that are an array sent
piece by piece, as Gemini's streamGenerateContent without `alt=sse` is:
https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
"""

import codecs
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import orjson

# orjson's own limit, kept in the tolerant path too: whoever walks a value may recurse.
MAX_DEPTH = 1024

# Backslashes are taken two by two, so an escaped backslash before a "u" is never mistaken for an escape.
_ESCAPE = re.compile(
    r"\\(?:"
    r"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair
    r"|(u[dD][89a-fA-F][0-9a-fA-F]{2})"  # half of a pair
    r"|[^u][^\\]*(?:\\[^u][^\\]*)*"  # a run of other escapes, in one match for speed
    r")"
)
# An integer that 64 bits may not hold, of which orjson would make a float; and a quick way to see that there is none.
_LONG_INTEGER = re.compile(rb"(?<![0-9.])(?:-[0-9]{19}|[0-9]{20})")
_DIGITS_AS_ZEROS = bytes(b"0"[0] if 48 <= byte <= 57 else b" "[0] for byte in range(256))
_LONG = b"0" * 19
# Of 19 digits in a row at least three are among every sixth byte.
_SAMPLED, _SAMPLED_LONG = 6, b"000"
# Python refuses to read longer integers, and quadratic time is why.
_MOST_DIGITS = 4300
_BETWEEN = re.compile(r"[ \t\r\n,]*")
_ENDS_A_NUMBER = frozenset(" \t\r\n,]")


@dataclass(frozen=True, slots=True)
class Values:
    """`complete` is false when the body ended early; `invalid` counts whole lines that are not JSON."""

    values: tuple[object, ...]
    complete: bool = True
    invalid: int = 0


def loads(data: bytes) -> object:
    """One JSON value; raises ValueError and nothing else.

    Beyond the standard it takes a byte order mark, invalid UTF-8 and lone surrogates (both become U+FFFD,
    so every string can be encoded), NaN and Infinity, and raw control characters in strings. Integers are
    exact. Of duplicate keys the last counts. At most 1,024 levels deep.
    """
    try:
        return strict_loads(data)
    except ValueError:
        pass
    text = _text(data)
    return _guarded(lambda: _DECODER.decode(text))


def strict_loads(data: bytes) -> object:
    """One JSON value by the letter of the standard, all integers within 64 bits; raises ValueError and nothing else."""
    if _has_long_integer(data):
        raise ValueError("an integer that 64 bits may not hold")
    return orjson.loads(data)


def _has_long_integer(data: bytes) -> bool:
    if _SAMPLED_LONG not in data[::_SAMPLED].translate(_DIGITS_AS_ZEROS):
        return False
    return _LONG in data.translate(_DIGITS_AS_ZEROS) and _LONG_INTEGER.search(data) is not None


def parse_json_stream(data: bytes) -> Values:
    """The elements of an array, or the values one after the other, up to where the body was cut off."""
    try:
        value = loads(data)
    except ValueError:
        return _pieces(_text(data))
    return Values(tuple(value) if isinstance(value, list) else (value,))


def _pieces(text: str) -> Values:
    found: list[object] = []
    at, inside = 0, False
    while (at := _skip(text, at)) < len(text):
        if text[at] == ("]" if inside else "["):
            at, inside = at + 1, not inside
            continue
        try:
            value, at = _piece(text, at)
        except ValueError:
            return Values(tuple(found), complete=False)
        found.append(value)
    return Values(tuple(found), complete=not inside)


def _piece(text: str, at: int) -> tuple[object, int]:
    value, end = _guarded(lambda: _DECODER.raw_decode(text, at))
    # The rest of the body might have brought more digits.
    if type(value) in (int, float) and text[end : end + 1] not in _ENDS_A_NUMBER:
        raise ValueError("cut off inside a number")
    return value, end


def _skip(text: str, at: int) -> int:
    between = _BETWEEN.match(text, at)
    return between.end() if between else at


def _text(data: bytes) -> str:
    """The body as text in which no string can decode to half a surrogate pair."""
    text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")
    return _ESCAPE.sub(lambda escape: r"\ufffd" if escape[1] else escape[0], text)


def _guarded[T](parse: Callable[[], T]) -> T:
    try:
        value = parse()
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if _deeper_than(MAX_DEPTH, value):
        raise ValueError("nested too deeply")
    return value


def _deeper_than(levels: int, value: object) -> bool:
    """Level by level, since a recursive walk would meet the very limit it looks for."""
    level = [value]
    for _ in range(levels):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return any(isinstance(node, dict | list | tuple) for node in level)


def _children(node: object) -> Iterable[object]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list | tuple) else ()


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


_DECODER = json.JSONDecoder(parse_int=_integer, strict=False)
