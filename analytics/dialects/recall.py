"""Recall: what a message was read as lately. A request repeats most messages of the one before it, byte for byte.

Reading is pure, so that it does not show: the memory is bounded, and without it the same comes out, only slower.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import orjson

from analytics.recent import Recent

MEMORY_BYTES: Final = 32 * 2**20
SMALLEST: Final = 200  # what a remembered message takes beside its content
# So many are looked up at once. Where one of them is new, each is looked up by itself.
TOGETHER: Final = 8

_recent: Recent[tuple[object, ...], tuple[Any, ...]] = Recent(MEMORY_BYTES)


def recalled[V, P](read: Callable[[V], Iterable[P]], value: V) -> tuple[P, ...]:
    """What `read` makes of a JSON value. It must be pure: a function, or a method that depends on its class alone."""
    return _recalled(read, 1, value, lambda: read(value))


def recalled_each[V, P](read: Callable[[V], Iterable[P]], values: Iterable[V]) -> list[P]:
    """What `read` makes of each of these JSON values, in one list."""
    given, found = list(values), list[P]()
    whole = len(given) - len(given) % TOGETHER
    for at in range(0, whole, TOGETHER):
        found += _group(read, given[at : at + TOGETHER])
    for value in given[whole:]:
        found += recalled(read, value)
    return found


def _group[V, P](read: Callable[[V], Iterable[P]], values: Sequence[V]) -> tuple[P, ...]:
    return _recalled(read, len(values), values, lambda: [part for value in values for part in recalled(read, value)])


def _recalled[P](
    read: Callable[..., Iterable[P]], count: int, value: object, make: Callable[[], Iterable[P]]
) -> tuple[P, ...]:
    try:
        written = orjson.dumps(value)
    except (TypeError, ValueError):  # integers over 64 bits, extreme depth
        return tuple(make())
    key = (type(getattr(read, "__self__", None)), read.__module__, read.__name__, count, _digest(written))
    weight = len(written) + SMALLEST * count
    found: tuple[P, ...] | None = _recent.get(key)
    if found is None:
        found = tuple(make())
        _recent.put(key, found, weight)
    return found


def _digest(written: bytes) -> tuple[int, int]:
    """128 bits, keyed anew in every process: several times as fast as a digest that others could make again."""
    return hash(written), hash(b"\0" + written)
