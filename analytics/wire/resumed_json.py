"""JSON objects that repeat one that came lately: only what was added to their history is parsed.

A request of a conversation is the one before it with a few messages more, byte for byte. Where it is, its value is the
earlier one's with the new members at the end of the list, and the members that both have are the very same objects.
The same value comes out as from `loads`: the bytes before the list and after it were one JSON object with the earlier
members in between, and what stands between them now is those and the members of a list of its own. The memory is
bounded, and is only that.
"""

import json
import secrets
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import count
from typing import Final, NamedTuple

import orjson

from analytics.recent import Recent
from analytics.wire.json_stream import loads, strict_loads

type Json = dict[str, object]

# Where the APIs keep the history.
LISTS: Final = ("messages", "input", "contents")
MEMORY_BYTES: Final = 16 * 2**20
MEMORY_PLACES: Final = 20_000
# A body is known by a few bytes before every so many; shorter ones are parsed sooner than looked up.
GRID: Final = 4096
SAMPLE: Final = 32
CHUNK: Final = 16_384
# Stands for a list's members where it is to be seen that it is the list itself that was found.
MARK: Final = secrets.token_hex(16)


class Style(NamedTuple):
    """How a client writes JSON: what follows a key and a member, and how a value is written."""

    colon: bytes
    comma: bytes
    write: Callable[[object], bytes]


# JavaScript, Go and recent clients in Python; and Python's own way.
STYLES: Final = (
    Style(b":", b",", orjson.dumps),
    Style(b": ", b", ", lambda value: json.dumps(value).encode()),
)


class Known(NamedTuple):
    """A body that came lately. `ends` is where each member of the list ends, `tail` what comes after the last one."""

    place: int
    data: bytes
    value: Json
    name: str
    ends: list[int]
    tail: bytes
    style: Style


_bodies: Recent[int, Known] = Recent(MEMORY_BYTES)
_places: Recent[tuple[int, bytes], int] = Recent(MEMORY_PLACES)
_numbers = count()


def loads_resumed(data: bytes) -> object:
    """The same as `loads`; what it has in common with a body that came lately must not be changed."""
    if len(data) < GRID:
        return loads(data)
    known = _find(data)
    resumed = _resume(known, data) if known else None
    if resumed:
        return resumed
    try:
        value = strict_loads(data)
    except ValueError:
        return loads(data)
    _study(data, value)
    return value


def _find(data: bytes) -> Known | None:
    """A body that has these bytes far behind in the same place."""
    for at in range(len(data) // GRID * GRID, 0, -GRID):
        place = _places.get((at, data[at - SAMPLE : at]))
        if place is not None:
            return _bodies.get(place)
    return None


def _resume(known: Known, data: bytes) -> Json | None:
    """The value of a body that differs from a known one in the last members of the list at most."""
    stop = len(data) - len(known.tail)
    members = _members_shared(known, data, stop)
    if not members or not data.endswith(known.tail):
        return None
    end = known.ends[members - 1]
    added = _added(data[end:stop])
    if added is None:
        return None
    listed = known.value[known.name]
    value = {**known.value, known.name: [*listed[:members], *added]}  # type: ignore[index]  # it is a list
    ends = _ends(data, end, added, known.style, between=True)
    if ends is not None:
        _remember(known._replace(data=data, value=value, ends=[*known.ends[:members], *ends]), end)
    return value


def _members_shared(known: Known, data: bytes, stop: int) -> int:
    """How many members of the known list this body begins with, as far as that place."""
    end = known.ends[-1]
    if end <= stop and data.startswith(memoryview(known.data)[:end]):  # mostly it goes on
        return len(known.ends)
    return bisect_right(known.ends, min(_shared(known.data, data), stop))


def _added(data: bytes) -> Sequence[object] | None:
    """The members in these bytes, each of them after a comma; None where there is anything else."""
    if not data:
        return []
    if not data.startswith(b","):
        return None
    try:
        # As deep as they are in the body, for there is a limit.
        match strict_loads(b"[[%b]]" % data[1:]):
            case [[_, *_] as added]:
                return added
    except ValueError:
        pass
    return None


def _study(data: bytes, value: object) -> None:
    """Remember a body, if it has a history and is written in a style that is known."""
    name = next((name for name in LISTS if value.get(name)), None) if isinstance(value, dict) else None
    members = value[name] if name and isinstance(value, dict) else None
    if name is None or not isinstance(members, list):
        return
    for style in STYLES:
        opening = b'"%b"%b[' % (name.encode(), style.colon)
        start = data.find(opening) + len(opening)
        ends = _ends(data, start, members, style, between=False) if start >= len(opening) else None
        if ends and _is_list(data[:start], name, data[ends[-1] :]):
            known = Known(next(_numbers), data, value, name, ends, data[ends[-1] :], style)  # type: ignore[arg-type]
            _remember(known, 0)


def _is_list(head: bytes, name: str, tail: bytes) -> bool:
    """Whether what stands between these bytes are the members of the list of that name."""
    try:
        value = strict_loads(b'%b"%b"%b' % (head, MARK.encode(), tail))
    except ValueError:
        return False
    return isinstance(value, dict) and value.get(name) == [MARK]


def _ends(data: bytes, at: int, members: Sequence[object], style: Style, *, between: bool) -> list[int] | None:
    """Where each of the members ends that are written from there on; None where they are written in another style."""
    ends: list[int] = []
    for member in members:
        try:
            written = style.comma + style.write(member) if between or ends else style.write(member)
        except (TypeError, RecursionError):  # extreme depth
            return None
        if not data.startswith(written, at):
            return None
        at += len(written)
        ends.append(at)
    return ends


def _remember(known: Known, since: int) -> None:
    """Keep a body, to be found by where its members stand from there on."""
    _bodies.put(known.place, known, len(known.data))
    for at in range((since // GRID + 1) * GRID, known.ends[-1] + 1, GRID):
        _places.put((at, known.data[at - SAMPLE : at]), known.place)


def _shared(x: bytes, y: bytes) -> int:
    """How many bytes both begin with."""
    most, at = min(len(x), len(y)), 0
    while at < most and x[at : at + CHUNK] == y[at : at + CHUNK]:
        at += CHUNK
    low, high = at, min(at + CHUNK, most)
    while low < high:
        middle = (low + high + 1) // 2
        if x[at:middle] == y[at:middle]:
            low = middle
        else:
            high = middle - 1
    return min(low, most)
