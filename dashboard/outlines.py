"""A call's blocks in order, each as what it is to the call before: resent, echoed or new. Hashes only, no contents.

The division is the wire ledger's (analytics/lineage/wire.py), block by block: its counts are those of `turns`. What
both histories begin with is not walked; it is a run of so many blocks until somebody asks for it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal, cast

import duckdb
import streamlit as st

from analytics.hashing import SIZE, as_uuid
from analytics.lineage.facts import Facts
from analytics.lineage.histories import Parting, load_partings
from analytics.lineage.loading import load_facts
from analytics.lineage.wire import echo_of
from analytics.store.database import sql
from dashboard.data import opened

type Place = Literal["preamble", "history", "reply"]
type Part = Literal["resent", "echoed", "new", "unknown", "reply"]


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive blocks of one part. `hashes` is None for the beginning that both histories share."""

    place: Place
    part: Part
    count: int
    hashes: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Outline:
    """A call's runs in order, and what else there is to say of them.

    `broken` is the first place where the request no longer is its parent's: the two lists of hashes from there on, with
    `place`. None where it goes on from the whole of it. `texts` is whether contents were stored.
    """

    runs: tuple[Run, ...]
    texts: bool
    read: bool
    trimmed: bool
    broken: tuple[Place, tuple[str, ...], tuple[str, ...]] | None


@st.cache_data(ttl=60.0, max_entries=100, show_spinner=False)
def outline(path: Path, exchange_id: str) -> Outline | None:
    """The outline of that call; None where there is no such call. Raises NoData or DataProblem."""
    with opened(path) as connection:
        found = connection.execute(sql("dashboard_conversation_call"), {"exchange": exchange_id})
        names = [column[0] for column in found.description]
        row = found.fetchone()
        if row is None:
            return None
        call = dict(zip(names, row, strict=True))
        parent = call["parent_exchange_id"]
        facts = load_facts(connection, [key for key in (exchange_id, parent) if key])
        return _outline(connection, call, facts.get(exchange_id), facts.get(parent or ""))


@st.cache_data(ttl=60.0, max_entries=50, show_spinner=False)
def beginning(path: Path, exchange_id: str, count: int) -> tuple[str, ...]:
    """The hashes of the first so many blocks of that call's history. Raises NoData or DataProblem."""
    with opened(path) as connection:
        facts = load_facts(connection, [exchange_id])[exchange_id].spoken
        strides = connection.execute(sql("dashboard_conversation_strides"), {"stem": facts.stem}).fetchall()
    return _uuids(b"".join(row[0] for row in strides) + facts.tail)[:count]


def _outline(
    connection: duckdb.DuckDBPyConnection, call: dict[str, object], x: Facts | None, y: Facts | None
) -> Outline:
    preamble, before = _texts(call["preamble"]), _texts(call["parent_preamble"])
    unknown = call["relation"] == "ambiguous"
    parting = load_partings(connection, [(x, y)])[0] if x and y else None
    parts = _parts(preamble, before if y else (), unknown=unknown)
    runs = [*_runs("preamble", preamble, parts), *_history(connection, x, y, parting, unknown=unknown)]
    reply = _texts(call["reply"])
    runs += [Run("reply", "reply", len(reply), reply)] if reply else []
    return Outline(
        runs=tuple(runs),
        texts=call["content"] == "full",
        read=call["reading"] == "read",
        trimmed=bool(call["request_trimmed"]),
        broken=_broken(preamble, before, parting, stateful=bool(call["state_ref"])) if y else None,
    )


def _history(
    connection: duckdb.DuckDBPyConnection, x: Facts | None, y: Facts | None, parting: Parting | None, *, unknown: bool
) -> Iterator[Run]:
    """The runs of the history; without a parent all of it is new, or unknown."""
    if x is None:
        return
    if y is None or parting is None:
        strides = connection.execute(sql("dashboard_conversation_strides"), {"stem": x.spoken.stem}).fetchall()
        whole = _uuids(b"".join(row[0] for row in strides) + x.spoken.tail)
        yield from _runs("history", whole, ["unknown" if unknown else "new"] * len(whole))
        return
    if parting.shared:
        yield Run("history", "resent", parting.shared, None)
    at, echoed = x.spoken.echo_at - parting.shared, echo_of(x, y).blocks
    rest, theirs = _hashes(parting.x), _hashes(parting.y)
    if not echoed or at < 0:
        yield from _runs("history", rest, _parts(rest, theirs))
        return
    around = iter(_parts((*rest[:at], *rest[at + echoed :]), theirs))
    parts: list[Part] = ["echoed" if at <= place < at + echoed else next(around) for place in range(len(rest))]
    yield from _runs("history", rest, parts)


def _parts(blocks: Sequence[str], before: Sequence[str], *, unknown: bool = False) -> list[Part]:
    """Each block as resent, as often as it was there before, or new."""
    if unknown:
        return ["unknown"] * len(blocks)
    left, parts = Counter(before), list[Part]()
    for block in blocks:
        left[block] -= 1
        parts.append("resent" if left[block] >= 0 else "new")
    return parts


def _runs(place: Place, blocks: Sequence[str], parts: Sequence[Part]) -> Iterator[Run]:
    for part, pairs in groupby(zip(parts, blocks, strict=True), key=lambda pair: pair[0]):
        hashes = tuple(block for _, block in pairs)
        yield Run(place, part, len(hashes), hashes)


def _broken(
    preamble: Sequence[str], before: Sequence[str], parting: Parting | None, *, stateful: bool
) -> tuple[Place, tuple[str, ...], tuple[str, ...]] | None:
    """Where the request first differs from its parent's; blocks that are only added at the end do not break it.

    Under server-side state what is not sent is not changed.
    """
    found = _from_difference(preamble, before)
    if found:
        return "preamble", *found
    rest = _from_difference(_hashes(parting.x), _hashes(parting.y)) if parting and not stateful else None
    return ("history", *rest) if rest else None


def _from_difference(now: Sequence[str], before: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    at = next((at for at, (a, b) in enumerate(zip(now, before, strict=False)) if a != b), min(len(now), len(before)))
    return (tuple(now[at:]), tuple(before[at:])) if at < len(before) else None


def _hashes(blocks: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(as_uuid(block) for block in blocks)


def _uuids(joined: bytes) -> tuple[str, ...]:
    return tuple(as_uuid(joined[at : at + SIZE]) for at in range(0, len(joined), SIZE))


def _texts(found: object) -> tuple[str, ...]:
    return tuple(cast(Sequence[str], found or ()))
