"""Posting: the ledgers of a batch, written in the transaction that links it.

An exchange's ledger follows from its own facts and its parent's, so it is posted whenever its parent is decided.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from analytics.ledger.changes import Piece, Pieces
from analytics.ledger.entry import Entry, Row, entry_of, ledger_row
from analytics.ledger.sending import Pair, sent_by, sent_first
from analytics.lineage.facts import Facts
from analytics.store.database import sql

# Values that DuckDB reads at once. https://duckdb.org/docs/stable/internals/vector
VECTOR = 2048


@dataclass(frozen=True, slots=True)
class Posting:
    """An exchange whose parent was decided: `pair` holds both, None where there is no parent, or more than one."""

    x: Facts
    pair: Pair | None = None
    ambiguous: bool = False


def post(connection: duckdb.DuckDBPyConnection, postings: Sequence[Posting]) -> None:
    """Write the ledgers of these exchanges; those that were there are replaced."""
    if not postings:
        return
    entries = _load_entries(connection, postings)
    pieces = _load_pieces(connection, postings, entries)
    rows = [_row(posting, entries, pieces) for posting in postings if posting.x.exchange_id in entries]
    schema = connection.table("ledgers").limit(0).to_arrow_table().schema
    connection.register("batch", pa.Table.from_pylist(rows, schema=schema))
    connection.execute(sql("delete_ledgers"))
    connection.execute(sql("insert_ledgers"))
    connection.unregister("batch")


def _row(posting: Posting, entries: Mapping[str, Entry], pieces: Pieces) -> Row:
    x, pair = entries[posting.x.exchange_id], posting.pair
    if posting.ambiguous:
        return ledger_row(x, None, None)
    y = entries.get(pair.y.exchange_id) if pair else None
    if pair is None or y is None:
        return ledger_row(x, None, sent_first(x))
    return ledger_row(x, y, sent_by(pair, x, y, pieces))


def _load_entries(connection: duckdb.DuckDBPyConnection, postings: Iterable[Posting]) -> dict[str, Entry]:
    wanted = {posting.x.exchange_id for posting in postings}
    wanted |= {posting.pair.y.exchange_id for posting in postings if posting.pair}
    connection.register("wanted", pa.table({"exchange_id": list(wanted)}))
    rows = connection.execute(sql("ledger_entries")).to_arrow_table().to_pylist()
    connection.unregister("wanted")
    return {str(row["exchange_id"]): entry_of(row) for row in rows}


def _load_pieces(
    connection: duckdb.DuckDBPyConnection, postings: Iterable[Posting], entries: Mapping[str, Entry]
) -> dict[bytes, Piece]:
    """The blocks of which it has to be known what they are: those that changed, and all of preambles that did."""
    pairs = [posting.pair for posting in postings if posting.pair]
    wanted = {block for pair in pairs for block in _unclear(pair)}
    # Texts only where both calls were captured with them, so that it does not matter which other calls were.
    readable = {block for pair in pairs if _full(pair, entries) for block in _changed(pair)}
    if not wanted:
        return {}
    columns = {"block_hash": [block.hex() for block in wanted], "readable": [block in readable for block in wanted]}
    connection.register("wanted", pa.table(columns))
    rows = connection.execute(sql("ledger_pieces")).fetchall()
    connection.unregister("wanted")
    texts = _load_texts(connection, sorted(place for *_, place in rows if place is not None))
    return {
        bytes.fromhex(block.replace("-", "")): Piece(kind, tokens, texts.get(place))
        for block, kind, tokens, place in rows
    }


def _load_texts(connection: duckdb.DuckDBPyConnection, places: Sequence[int]) -> dict[int, str]:
    """The texts at these places of the table, in their order. A join would unpack every text that is stored."""
    texts: dict[int, str] = {}
    for run in _runs(places):
        given = {"first": run[0], "last": run[-1], "places": run}
        texts.update(connection.execute(sql("ledger_texts"), given).fetchall())
    return texts


def _runs(places: Sequence[int]) -> Iterator[Sequence[int]]:
    """Those places that are close together: DuckDB unpacks so many at once."""
    start = 0
    for at in range(1, len(places) + 1):
        if at == len(places) or places[at] - places[at - 1] > VECTOR:
            yield places[start:at]
            start = at


def _unclear(pair: Pair) -> set[bytes]:
    preambles = pair.preambles or ((), ())
    return {*preambles[0], *preambles[1], *_changed(pair)}


def _changed(pair: Pair) -> set[bytes]:
    changes = pair.history_change, pair.preamble_change
    return {block for made in changes for block in (*made.fresh, *made.dropped)}


def _full(pair: Pair, entries: Mapping[str, Entry]) -> bool:
    return all(entries[facts.exchange_id].full for facts in (pair.x, pair.y) if facts.exchange_id in entries)
