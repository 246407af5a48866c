"""Posting: the ledgers of a batch, written in the transaction that links it.

An exchange's ledger follows from its own facts and its parent's, so it is posted whenever its parent is decided.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from analytics.ledger.entry import Entry, Row, entry_of, ledger_row
from analytics.ledger.sending import Known, Pair, sent_by, sent_first
from analytics.lineage.facts import Facts
from analytics.store.database import sql


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
    known = _load_blocks(connection, postings)
    rows = [_row(posting, entries, known) for posting in postings if posting.x.exchange_id in entries]
    schema = connection.table("ledgers").limit(0).to_arrow_table().schema
    connection.register("batch", pa.Table.from_pylist(rows, schema=schema))
    connection.execute(sql("delete_ledgers"))
    connection.execute(sql("insert_ledgers"))
    connection.unregister("batch")


def _row(posting: Posting, entries: Mapping[str, Entry], known: Known) -> Row:
    x, pair = entries[posting.x.exchange_id], posting.pair
    if posting.ambiguous:
        return ledger_row(x, None, None)
    y = entries.get(pair.y.exchange_id) if pair else None
    if pair is None or y is None:
        return ledger_row(x, None, sent_first(x))
    return ledger_row(x, y, sent_by(pair, x, y, known))


def _load_entries(connection: duckdb.DuckDBPyConnection, postings: Iterable[Posting]) -> dict[str, Entry]:
    wanted = {posting.x.exchange_id for posting in postings}
    wanted |= {posting.pair.y.exchange_id for posting in postings if posting.pair}
    connection.register("wanted", pa.table({"exchange_id": list(wanted)}))
    rows = connection.execute(sql("ledger_entries")).to_arrow_table().to_pylist()
    connection.unregister("wanted")
    return {str(row["exchange_id"]): entry_of(row) for row in rows}


def _load_blocks(connection: duckdb.DuckDBPyConnection, postings: Iterable[Posting]) -> Known:
    """The blocks of which it has to be known what they are: added ones, and those of preambles that changed."""
    wanted = {block for posting in postings if posting.pair for block in _unclear(posting.pair)}
    if not wanted:
        return {}
    connection.register("wanted", pa.table({"block_hash": [block.hex() for block in wanted]}))
    rows = connection.execute(sql("ledger_blocks")).fetchall()
    connection.unregister("wanted")
    return {bytes.fromhex(block.replace("-", "")): (kind, tokens) for block, kind, tokens in rows}


def _unclear(pair: Pair) -> set[bytes]:
    preambles = pair.preambles or ((), ())
    return {*preambles[0], *preambles[1], *pair.added}
