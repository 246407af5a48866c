"""Two histories side by side, loaded from the store back to where they part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from analytics.hashing import SIZE, STRIDE
from analytics.lineage.facts import Facts
from analytics.store.database import sql


@dataclass(frozen=True, slots=True)
class Parting:
    """What two histories share from the start, in whole strides, and how each of them goes on."""

    shared: int
    shared_bytes: int
    x: list[bytes]
    y: list[bytes]


@dataclass(frozen=True, slots=True)
class Stride:
    """32 blocks of a history and what comes before them."""

    stride_from: str | None
    depth: int
    size: int
    blocks: bytes


@dataclass(slots=True)
class _Walk:
    """A walk from the end of a history towards its start."""

    stem: str | None
    depth: int
    pieces: list[bytes] = field(default_factory=list)

    def step(self, strides: dict[str, Stride]) -> None:
        stride = strides[self.stem or ""]
        self.pieces.append(stride.blocks)
        self.stem, self.depth = stride.stride_from, stride.depth - STRIDE

    def blocks(self) -> list[bytes]:
        joined = b"".join(reversed(self.pieces))
        return [joined[at : at + SIZE] for at in range(0, len(joined), SIZE)]


def load_partings(connection: duckdb.DuckDBPyConnection, pairs: Sequence[tuple[Facts, Facts]]) -> list[Parting]:
    """Where the histories of each pair part. Every step of all walks together is one query."""
    walks = [(_start(x), _start(y)) for x, y in pairs]
    strides: dict[str, Stride] = {}
    while missing := {walk.stem for pair in walks for walk in _behind(*pair)}:
        _load(connection, missing - strides.keys(), strides)
        for pair in walks:
            for walk in _behind(*pair):
                walk.step(strides)
    _load(connection, {x.stem for x, _ in walks} - strides.keys(), strides)
    return [_parting(x, y, strides) for x, y in walks]


def _start(facts: Facts) -> _Walk:
    return _Walk(facts.spoken.stem, facts.history_blocks // STRIDE * STRIDE, [facts.spoken.tail])


def _behind(x: _Walk, y: _Walk) -> list[_Walk]:
    """Which of the two has to step back: the longer one, or both."""
    if x.stem == y.stem:
        return []
    deepest = max(x.depth, y.depth)
    return [walk for walk in (x, y) if walk.depth == deepest]


def _load(connection: duckdb.DuckDBPyConnection, stems: Iterable[str | None], strides: dict[str, Stride]) -> None:
    wanted = [stem for stem in stems if stem]
    if not wanted:
        return
    connection.register("wanted", pa.table({"prefix_hash": wanted}))
    for prefix, *values in connection.execute(sql("lineage_strides")).fetchall():
        strides[prefix] = Stride(*values)
    connection.unregister("wanted")


def _parting(x: _Walk, y: _Walk, strides: dict[str, Stride]) -> Parting:
    shared = strides[x.stem] if x.stem else Stride(None, 0, 0, b"")
    return Parting(shared.depth, shared.size, x.blocks(), y.blocks())
