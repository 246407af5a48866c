"""Writing a batch of readings: one transaction, idempotent by exchange id and by hash."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

import duckdb
import pyarrow as pa

from analytics.background import tell_usage
from analytics.chaining import Chain
from analytics.dialects.exchange import Block
from analytics.hashing import STRIDE, as_uuid
from analytics.lineage.facts import OUTSIDE, SPOKEN, Facts
from analytics.lineage.keys import offers, seeks
from analytics.lineage.linking import link_exchanges
from analytics.lineage.loading import facts_of
from analytics.pricing.pricer import Pricer
from analytics.reading import Reading, Row
from analytics.spool import packed
from analytics.store.database import sql

LISTED = Pricer()
TABLES = ("exchanges", "chains", "meters", "blocks", "prefixes", "strides", "preambles", "raw_exchanges")


def write_batch(connection: duckdb.DuckDBPyConnection, readings: Sequence[Reading], pricer: Pricer = LISTED) -> None:
    """Insert what is not there yet, and link it. The connection is in a transaction; the caller commits.

    `pricer` prices earlier calls whose usage only these tell; it should be the one that the readings were priced with.
    """
    if not readings:
        return
    readings = list({reading.row["exchange_id"]: reading for reading in readings}.values())
    stored = _stored(connection, readings)
    facts = [facts_of(reading.row, reading.chain.spoken) for reading in readings if reading.row["api"] not in OUTSIDE]
    fresh = _fresh(connection, facts)
    rows: dict[str, list[Row]] = {
        "exchanges": [reading.row for reading in readings],
        "chains": [_chain_row(found) for found in facts],
        "meters": [_meter_row(reading) for reading in readings],
        "blocks": _block_rows(readings, stored),
        "prefixes": _prefix_rows(readings, stored),
        "strides": _stride_rows(readings, stored),
        "preambles": _preamble_rows(readings),
        "raw_exchanges": [_raw_row(reading) for reading in readings if reading.raw],
    }
    for table in TABLES:
        if rows[table]:
            _insert(connection, table, rows[table])
    connection.execute(sql("delete_read_raw"))
    told = tell_usage(connection, _of_responses(readings), pricer)
    link_exchanges(connection, list(dict.fromkeys((*(found.exchange_id for found in facts), *told))), fresh)


def _of_responses(readings: Sequence[Reading]) -> list[str]:
    """The calls of the API whose responses may run in the background."""
    return [str(r.row["exchange_id"]) for r in readings if str(r.row["api"]).startswith("openai.responses")]


def _stored(connection: duckdb.DuckDBPyConnection, readings: Sequence[Reading]) -> dict[bytes, int]:
    """The ends of what is familiar of these histories, where they are stored: a prefix never is without those before.

    To how many blocks each of them is the end.
    """
    if any(reading.row["content"] == "full" for reading in readings) and _textless(connection):
        return {}  # what is stored may lack the text that these bring
    chains = (reading.chain for reading in readings if reading.chain.familiar)
    ends = {chain.prefixes[chain.familiar - 1]: chain.familiar for chain in chains}
    if not ends:
        return {}
    connection.register("batch", pa.table({"prefix_hash": [as_uuid(end) for end in ends]}))
    found = {row[0] for row in connection.execute(sql("stored_prefixes")).fetchall()}
    connection.unregister("batch")
    return {end: count for end, count in ends.items() if as_uuid(end) in found}


def _textless(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether there are blocks of calls that were captured without contents."""
    return connection.execute(sql("textless_block")).fetchone() is not None


def _known(chain: Chain, stored: dict[bytes, int]) -> int:
    """How many leading blocks of the history are stored already."""
    return stored.get(chain.prefixes[chain.familiar - 1], 0) if chain.familiar else 0


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    # The table itself says which columns and types there are; a column that a row lacks is NULL.
    schema = connection.table(table).limit(0).to_arrow_table().schema
    connection.register("batch", pa.Table.from_pylist(rows, schema=schema))
    if table == "exchanges" and connection.execute(sql("unread_exchange")).fetchone():
        connection.execute(sql("replace_unread"))
    if table == "blocks" and any(row["content"] is not None for row in rows):
        connection.execute(sql("complete_blocks"))
    connection.execute(sql(f"insert_{table}"))
    connection.unregister("batch")


def _fresh(connection: duckdb.DuckDBPyConnection, facts: Sequence[Facts]) -> dict[str, Facts]:
    """Those of exchanges that come for the first time, by id: of others what is stored counts."""
    connection.register(
        "batch", pa.table({"exchange_id": pa.array([found.exchange_id for found in facts], pa.string())})
    )
    known = {row[0] for row in connection.execute(sql("known_chains")).fetchall()}
    connection.unregister("batch")
    return {found.exchange_id: found for found in facts if found.exchange_id not in known}


def _chain_row(facts: Facts) -> Row:
    spoken = {name: getattr(facts.spoken, name) for name in SPOKEN}
    keys = {"offers": offers(facts), "seeks": seeks(facts)}
    return {"exchange_id": facts.exchange_id, "started_at": facts.started_at, **spoken, **keys}


def _meter_row(reading: Reading) -> Row:
    return {"exchange_id": reading.row["exchange_id"], **asdict(reading.meter)}


def _block_rows(readings: Iterable[Reading], stored: dict[bytes, int]) -> list[Row]:
    found: dict[bytes, Row] = {}
    for reading in readings:
        chain, full = reading.chain, reading.row["content"] == "full"
        known = set(chain.history[: _known(chain, stored)])
        for digest, block in chain.blocks.items():
            # A call without contents may have come first: then the text of the next one completes the block.
            if digest not in known and (digest not in found or (full and found[digest]["content"] is None)):
                found[digest] = _block_row(digest, block, chain.sizes[digest], chain.tokens[digest], full)
    return list(found.values())


def _block_row(digest: bytes, block: Block, size: int, tokens: int, full: bool) -> Row:
    return {
        "block_hash": as_uuid(digest),
        "role": block.role,
        "kind": block.kind,
        "content": block.content.encode("utf-8", "replace").decode() if full else None,
        "bytes": size,
        "tokens": tokens,
    }


def _prefix_rows(readings: Iterable[Reading], stored: dict[bytes, int]) -> list[Row]:
    found: dict[bytes, Row] = {}
    for reading in readings:
        chain = reading.chain
        for at in range(_known(chain, stored), len(chain.prefixes)):
            if chain.prefixes[at] not in found:
                found[chain.prefixes[at]] = _prefix_row(chain, at)
    return list(found.values())


def _prefix_row(chain: Chain, at: int) -> Row:
    return {
        "prefix_hash": as_uuid(chain.prefixes[at]),
        "parent_hash": as_uuid(chain.prefixes[at - 1]) if at else None,
        "block_hash": as_uuid(chain.history[at]),
        "depth": at + 1,
    }


def _stride_rows(readings: Iterable[Reading], stored: dict[bytes, int]) -> list[Row]:
    found: dict[bytes, Row] = {}
    for reading in readings:
        chain = reading.chain
        first = _known(chain, stored) // STRIDE + 1
        for end in range(first * STRIDE, len(chain.prefixes) + 1, STRIDE):
            if chain.prefixes[end - 1] not in found:
                found[chain.prefixes[end - 1]] = _stride_row(chain, end)
    return list(found.values())


def _stride_row(chain: Chain, end: int) -> Row:
    return {
        "prefix_hash": as_uuid(chain.prefixes[end - 1]),
        "stride_from": as_uuid(chain.prefixes[end - 1 - STRIDE]) if end > STRIDE else None,
        "depth": end,
        "bytes": sum(chain.sizes[block] for block in chain.history[:end]),
        "blocks": b"".join(chain.history[end - STRIDE : end]),
    }


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
