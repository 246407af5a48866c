"""Writing a batch of readings: one transaction, idempotent by exchange id and by hash."""

from collections.abc import Iterable, Sequence

import duckdb
import pyarrow as pa

from analytics.dialects.exchange import Block
from analytics.reading import Chain, Reading, Row, as_uuid
from analytics.spool import packed
from analytics.store.database import sql

TABLES = ("exchanges", "blocks", "prefixes", "preambles", "raw_exchanges")


def write_batch(connection: duckdb.DuckDBPyConnection, readings: Sequence[Reading]) -> None:
    """Insert what is not there yet. The connection is in a transaction; the caller commits."""
    rows: dict[str, list[Row]] = {
        "exchanges": [reading.row for reading in readings],
        "blocks": _block_rows(readings),
        "prefixes": _prefix_rows(readings),
        "preambles": _preamble_rows(readings),
        "raw_exchanges": [_raw_row(reading) for reading in readings if reading.raw],
    }
    for table in TABLES:
        if rows[table]:
            _insert(connection, table, rows[table])
    connection.execute(sql("delete_read_raw"))


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    # The table itself says which columns and types there are; a column that a row lacks is NULL.
    schema = connection.table(table).limit(0).to_arrow_table().schema
    connection.register("batch", pa.Table.from_pylist(rows, schema=schema))
    if table == "exchanges" and any(row["reading"] == "read" for row in rows):
        connection.execute(sql("replace_unread"))
    connection.execute(sql(f"insert_{table}"))
    connection.unregister("batch")


def _block_rows(readings: Iterable[Reading]) -> list[Row]:
    found: dict[bytes, Row] = {}
    for reading in readings:
        full = reading.row["content"] == "full"
        for digest, block in reading.chain.blocks.items():
            if digest not in found:
                found[digest] = _block_row(digest, block, full)
    return list(found.values())


def _block_row(digest: bytes, block: Block, full: bool) -> Row:
    content = block.content.encode("utf-8", "replace")
    return {
        "block_hash": as_uuid(digest),
        "role": block.role,
        "kind": block.kind,
        "content": content.decode() if full else None,
        "bytes": len(content) if block.size is None else block.size,
    }


def _prefix_rows(readings: Iterable[Reading]) -> list[Row]:
    links = {link.prefix: link for reading in readings for link in reading.chain.links}
    return [
        {
            "prefix_hash": as_uuid(link.prefix),
            "parent_hash": as_uuid(link.parent) if link.depth > 1 else None,
            "block_hash": as_uuid(link.block),
            "depth": link.depth,
        }
        for link in links.values()
    ]


def _preamble_rows(readings: Iterable[Reading]) -> list[Row]:
    found: dict[object, Chain] = {r.row["preamble_hash"]: r.chain for r in readings if "preamble_hash" in r.row}
    return [
        {"preamble_hash": digest, "block_hashes": [as_uuid(block) for block in chain.preamble]}
        for digest, chain in found.items()
    ]


def _raw_row(reading: Reading) -> Row:
    record = reading.raw
    assert record is not None  # noqa: S101  # the caller chose the readings that have one
    keep = record.content == "full"
    return {
        "exchange_id": record.record_id,
        "meta": record.meta(),
        "request": packed(record.request.data) if keep else b"",
        "response": packed(record.response.data) if keep else b"",
    }
