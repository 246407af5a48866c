"""Verification: what is stored is hashed again, every reference is followed, and the ledgers are added up again."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from uuid import UUID

import duckdb

from analytics.dialects.exchange import Block
from analytics.hashing import ROOT, SIZE, Hasher
from analytics.store.database import sql

type Values = tuple[object, ...]

PAGE = 10_000
SHOWN = 3
# Queries that yield what is wrong, and how to say it.
CHECKS = {
    "verify_once": "stored more than once",
    "verify_prefixes": "steps of a history without the step before or without their block",
    "verify_preambles": "preambles with a block that is not stored",
    "verify_requests": "exchanges without their history or their preamble",
    "verify_replies": "exchanges with a reply that is not stored",
    "verify_raw": "exchanges that were not read and have lost their bytes",
    "verify_links": "exchanges without a place in a conversation, or before their parent in it",
    "verify_wire": "exchanges whose resent, echoed and new blocks or bytes are not all of the request's",
    "verify_tokens": "exchanges whose parts of the input do not add up to the reported tokens",
    "verify_money": "exchanges whose parts of the cost do not add up to it",
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One kind of thing that is wrong, how often, and the first few."""

    text: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at (of how many exchanges that are stored), and what is wrong.

    `foreign`: all hashes were made with another installation's secret.
    `textless` blocks came from calls captured with `--content none`: their texts are not there to be hashed again.
    """

    exchanges: int
    stored_exchanges: int
    blocks: int
    textless: int
    prefixes: int
    preambles: int
    wrong: list[Wrong] = field(default_factory=list)
    foreign: bool = False


def verify_database(connection: duckdb.DuckDBPyConnection, hasher: Hasher) -> Verification:
    """Everything that can be checked by itself, of the calls that the connection was narrowed to (`narrowing.py`)."""
    counts = connection.execute(sql("verified_counts")).fetchone() or (0, 0, 0, 0, 0, 0)
    found = Verification(*counts)
    rehashed = [_collected(text, _mismatches(connection, name, again(hasher))) for name, text, again in HASHES]
    hashed = found.prefixes + found.preambles + found.blocks - found.textless
    if hashed and sum(wrong.count for wrong in rehashed[:3]) == hashed:
        return replace(found, foreign=True)
    checked = [_collected(text, _values(connection, name)) for name, text in CHECKS.items()]
    found.wrong.extend(wrong for wrong in (*rehashed, *checked) if wrong.count)
    return found


def _rows(connection: duckdb.DuckDBPyConnection, name: str) -> Iterator[Values]:
    result = connection.execute(sql(name))
    while page := result.fetchmany(PAGE):
        yield from page


def _values(connection: duckdb.DuckDBPyConnection, name: str) -> Iterator[str]:
    return (str(row[0]) for row in _rows(connection, name))


def _mismatches(connection: duckdb.DuckDBPyConnection, name: str, again: Callable[..., bytes]) -> Iterator[str]:
    """The stored hashes, each the first of its row, that do not come out of the rest of the row."""
    for stored, *parts in _rows(connection, name):
        if _digest(stored) != again(*parts):
            yield str(stored)


def _collected(text: str, values: Iterable[str]) -> Wrong:
    count, examples = 0, []
    for value in values:
        count += 1
        if count <= SHOWN:
            examples.append(value)
    return Wrong(text, count, tuple(examples))


def _digest(value: object) -> bytes:
    return value.bytes if isinstance(value, UUID) else ROOT


def _block(hasher: Hasher) -> Callable[..., bytes]:
    return lambda role, kind, content: hasher.block(Block(role, kind, content))


def _prefix(hasher: Hasher) -> Callable[..., bytes]:
    return lambda parent, block: hasher.prefix(_digest(parent), _digest(block))


def _preamble(hasher: Hasher) -> Callable[..., bytes]:
    return lambda blocks: hasher.bag(_digest(block) for block in blocks)


def _stride(hasher: Hasher) -> Callable[..., bytes]:
    """The end of the walk over a stride's blocks."""

    def walk(start: object, blocks: bytes) -> bytes:
        steps = (blocks[at : at + SIZE] for at in range(0, len(blocks), SIZE))
        return [link.prefix for link in hasher.chain(steps, _digest(start))][-1] if blocks else ROOT

    return walk


# Hashes to make again: the query, how to say that one differs, and how it is made from the rest of the row.
HASHES: tuple[tuple[str, str, Callable[[Hasher], Callable[..., bytes]]], ...] = (
    ("blocks_to_verify", "blocks whose text is not the one that was hashed", _block),
    ("prefixes_to_verify", "steps of a history whose hash is not that of the steps up to it", _prefix),
    ("preambles_to_verify", "preambles whose hash is not that of their blocks", _preamble),
    ("strides_to_verify", "longer steps of a history that lead elsewhere", _stride),
)
