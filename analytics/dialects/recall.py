"""Recall: what a message was read as lately. A request repeats most messages of the one before it, byte for byte.

Reading is pure, so that it does not show: the memory is bounded, and without it the same comes out, only slower.
Messages are known by their identity where the parsed body shares them with an earlier one (`wire/resumed_json.py`): as
many as possible from the front at once, then each by itself; else by their content.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import is_
from typing import Any, Final, NamedTuple

import orjson

from analytics.recent import Recent

MEMORY_BYTES: Final = 24 * 2**20
MEMORY_STARTS: Final = 16 * 2**20  # of messages most of which are remembered elsewhere too
SMALLEST: Final = 200  # what a remembered message takes beside its content
# How many messages at the end of a list may be new, or changed, for its beginning to be looked for.
MOST_ADDED: Final = 16

type Parts = tuple[Any, ...]
type Reader = tuple[object, ...]


class Recalled(NamedTuple):
    """A value, which is kept alive so that no other one has its identity, what was made of it, and what both take."""

    value: object
    parts: Parts
    weight: int


class Start(NamedTuple):
    """The same of some values from the front of a list."""

    values: Sequence[object] = ()
    parts: Sequence[Any] = ()
    weight: int = 0


NOTHING: Final = Start()

_starts: Recent[tuple[int, int, Reader], Start] = Recent(MEMORY_STARTS)
_same: Recent[tuple[int, Reader], Recalled] = Recent(MEMORY_BYTES)
_alike: Recent[tuple[object, ...], Parts] = Recent(MEMORY_BYTES)


def recalled_each[V, P](read: Callable[[V], Iterable[P]], values: Iterable[V]) -> list[P]:
    """What `read` makes of each of these JSON values, in one list.

    It must be pure: a function, or a method that depends on its class alone.
    """
    reader = type(getattr(read, "__self__", None)), read.__module__, read.__name__
    given = list(values)
    start = _start(given, reader)
    found, weight = list[P](start.parts), start.weight
    for value in given[len(start.values) :]:
        known = _same.get((id(value), reader)) or _recalled(read, reader, value)
        found += known.parts
        weight += known.weight
    if len(given) > len(start.values):
        _starts.put((id(given[-1]), len(given), reader), Start(given, tuple(found), weight), weight)
    return found


def _start(given: Sequence[object], reader: Reader) -> Start:
    """The longest front of these values that came lately as a whole."""
    for end in range(len(given), max(0, len(given) - MOST_ADDED), -1):
        known = _starts.get((id(given[end - 1]), end, reader))
        if known and all(map(is_, known.values, given)):
            return known
    return NOTHING


def _recalled[V](read: Callable[[V], Iterable[object]], reader: Reader, value: V) -> Recalled:
    try:
        written = orjson.dumps(value)
    except (TypeError, ValueError):  # integers over 64 bits, extreme depth
        return Recalled(value, tuple(read(value)), SMALLEST)
    key, weight = (reader, *_digest(written)), len(written) + SMALLEST
    parts = _alike.get(key)
    if parts is None:
        parts = tuple(read(value))
        _alike.put(key, parts, weight)
    found = Recalled(value, parts, weight)
    _same.put((id(value), reader), found, weight)
    return found


def _digest(written: bytes) -> tuple[int, int]:
    """128 bits, keyed anew in every process: several times as fast as a digest that others could make again."""
    return hash(written), hash(b"\0" + written)
