"""Recall: what a message was read as lately. A request repeats most messages of the one before it, byte for byte.

Reading is pure, so that it does not show: the memory is bounded, and without it the same comes out, only slower.
A message is known by its identity where the parsed body shares it with an earlier one (`wire/resumed_json.py`), else by
its content.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

import orjson

from analytics.recent import Recent

MEMORY_BYTES: Final = 32 * 2**20
SMALLEST: Final = 200  # what a remembered message takes beside its content

type Parts = tuple[Any, ...]
type Reader = tuple[object, ...]

# What is remembered by identity is kept alive by it, so that no other value has the same.
_same: Recent[tuple[int, Reader], tuple[object, Parts]] = Recent(MEMORY_BYTES)
_alike: Recent[tuple[object, ...], Parts] = Recent(MEMORY_BYTES)


def recalled_each[V, P](read: Callable[[V], Iterable[P]], values: Iterable[V]) -> list[P]:
    """What `read` makes of each of these JSON values, in one list.

    It must be pure: a function, or a method that depends on its class alone.
    """
    reader = type(getattr(read, "__self__", None)), read.__module__, read.__name__
    found: list[P] = []
    for value in values:
        known = _same.get((id(value), reader))
        found += _recalled(read, reader, value) if known is None else known[1]
    return found


def _recalled[V, P](read: Callable[[V], Iterable[P]], reader: Reader, value: V) -> tuple[P, ...]:
    try:
        written = orjson.dumps(value)
    except (TypeError, ValueError):  # integers over 64 bits, extreme depth
        return tuple(read(value))
    key, weight = (reader, *_digest(written)), len(written) + SMALLEST
    found: tuple[P, ...] | None = _alike.get(key)
    if found is None:
        found = tuple(read(value))
        _alike.put(key, found, weight)
    _same.put((id(value), reader), (value, found), weight)
    return found


def _digest(written: bytes) -> tuple[int, int]:
    """128 bits, keyed anew in every process: several times as fast as a digest that others could make again."""
    return hash(written), hash(b"\0" + written)
