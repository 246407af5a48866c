"""Writing a batch of readings: one transaction, idempotent by exchange id and by hash."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import accumulate
from typing import cast

import duckdb
import pyarrow as pa

from analytics.background import tell_usage
from analytics.chaining import Chain, Stretch
from analytics.dialects.tool_names import tool_name
from analytics.hashing import STRIDE, as_uuid
from analytics.ledger.meter import Meter
from analytics.lineage.facts import OUTSIDE, SPOKEN, Facts
from analytics.lineage.keys import offers, seeks
from analytics.lineage.linking import link_exchanges
from analytics.lineage.loading import facts_of
from analytics.pricing.pricer import Pricer
from analytics.reading import Reading, Row
from analytics.spool import packed
from analytics.store.database import sql
from analytics.store.hours import settle_hours

# A reading, and from which place on its history is new.
type FreshSteps = tuple[Reading, int]

METER = tuple(field.name for field in fields(Meter))
LISTED = Pricer()
TABLES = ("exchanges", "chains", "meters", "blocks", "prefixes", "strides", "preambles", "raw_exchanges")


def write_batch(connection: duckdb.DuckDBPyConnection, readings: Sequence[Reading], pricer: Pricer = LISTED) -> None:
    """Insert what is not there yet, and link it. The connection is in a transaction; the caller commits.

    `pricer` prices earlier calls whose usage only these tell; it should be the one that the readings were priced with.
    """
    if not readings:
        return
    readings = list({reading.row["exchange_id"]: reading for reading in readings}.values())
    fresh_steps = list(zip(readings, _fresh_steps(readings, _stored(connection, readings)), strict=True))
    facts = [facts_of(reading.row, reading.chain.spoken) for reading in readings if reading.row["api"] not in OUTSIDE]
    fresh = _fresh(connection, facts)
    rows: dict[str, list[Row]] = {
        "exchanges": [reading.row for reading in readings],
        "chains": [_chain_row(found) for found in facts],
        "meters": [_meter_row(reading) for reading in readings],
        "blocks": _block_rows(fresh_steps),
        "prefixes": _prefix_rows(fresh_steps),
        "strides": _stride_rows(fresh_steps),
        "preambles": _preamble_rows(readings),
        "raw_exchanges": [_raw_row(reading) for reading in readings if reading.raw],
    }
    for table in TABLES:
        if rows[table]:
            _insert(connection, table, rows.pop(table))
    connection.execute(sql("delete_read_raw"))
    told = tell_usage(connection, _of_responses(readings), pricer)
    linked = link_exchanges(connection, list(dict.fromkeys((*(found.exchange_id for found in facts), *told))), fresh)
    settle_hours(connection, [*(cast(datetime, reading.row["started_at"]) for reading in readings), *linked])


def _of_responses(readings: Sequence[Reading]) -> list[str]:
    """The calls of the API whose responses may run in the background."""
    return [str(r.row["exchange_id"]) for r in readings if str(r.row["api"]).startswith("openai.responses")]


def _stored(connection: duckdb.DuckDBPyConnection, readings: Sequence[Reading]) -> set[bytes]:
    """The ends of what is familiar of these histories that are stored: a prefix never is without those before."""
    if any(reading.row["content"] == "full" for reading in readings) and _textless(connection):
        return set()  # what is stored may lack the text that these bring
    chains = (reading.chain for reading in readings if reading.chain.familiar)
    ends = {as_uuid(end): end for end in (chain.prefixes[chain.familiar - 1] for chain in chains)}
    if not ends:
        return set()
    connection.register("batch", pa.table({"prefix_hash": list(ends)}))
    found = connection.execute(sql("stored_prefixes")).fetchall()
    connection.unregister("batch")
    return {ends[row[0]] for row in found}


def _textless(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether there are blocks of calls that were captured without contents."""
    return connection.execute(sql("textless_block")).fetchone() is not None


def _fresh_steps(readings: Sequence[Reading], stored: Container[bytes]) -> list[int]:
    """For each reading from which place on its history is neither stored nor that of one before it in the batch.

    Every history is walked from its end, so that what it shares with others costs nothing.
    """
    seen: dict[bool, set[bytes]] = {True: set(), False: set()}
    places = []
    for reading in readings:
        prefixes, full = reading.chain.prefixes, reading.row["content"] == "full"
        at = len(prefixes)
        # What came without contents does not bring the texts of one that comes with them.
        while at and not (prefixes[at - 1] in stored or any(prefixes[at - 1] in seen[way] for way in {True, full})):
            seen[full].add(prefixes[at - 1])
            at -= 1
        places.append(at)
    return places


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    # The table itself says which columns and types there are; a column that a row lacks is NULL.
    schema = connection.table(table).limit(0).to_arrow_table().schema
    connection.register("batch", pa.Table.from_pylist(rows, schema=schema))
    texts = table == "blocks" and any(row["content"] is not None for row in rows)
    rows.clear()  # their texts may be long
    if table == "exchanges" and connection.execute(sql("unread_exchange")).fetchone():
        connection.execute(sql("replace_unread"))
    if texts:
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
    return {"exchange_id": reading.row["exchange_id"], **{name: getattr(reading.meter, name) for name in METER}}


def _block_rows(fresh_steps: Iterable[FreshSteps]) -> list[Row]:
    found: dict[bytes, Row] = {}
    for reading, first in fresh_steps:
        chain, full = reading.chain, reading.row["content"] == "full"
        for stretch, start in ((chain.preamble, 0), (chain.history, first), (chain.reply, 0)):
            for at in range(start, len(stretch.digests)):
                digest = stretch.digests[at]
                # A call without contents may have come first: then the text of the next one completes the block.
                if digest not in found or (full and found[digest]["content"] is None):
                    found[digest] = _block_row(stretch, at, full)
    return list(found.values())


def _block_row(stretch: Stretch, at: int, full: bool) -> Row:
    block = stretch.blocks[at]
    return {
        "block_hash": as_uuid(stretch.digests[at]),
        "role": block.role,
        "kind": block.kind,
        "content": _encoded(block.content) if full else None,
        "name": tool_name(block) if full else None,
        "bytes": stretch.sizes[at],
        "tokens": stretch.tokens[at],
    }


def _encoded(text: str) -> str | bytes:
    """The text as Arrow takes it without a copy that outlives it, and without half of a surrogate pair."""
    return text if text.isascii() else text.encode("utf-8", "replace")


def _prefix_rows(fresh_steps: Iterable[FreshSteps]) -> list[Row]:
    found: dict[bytes, Row] = {}
    for reading, first in fresh_steps:
        chain = reading.chain
        for at in range(first, len(chain.prefixes)):
            if chain.prefixes[at] not in found:
                found[chain.prefixes[at]] = _prefix_row(chain, at)
    return list(found.values())


def _prefix_row(chain: Chain, at: int) -> Row:
    return {
        "prefix_hash": as_uuid(chain.prefixes[at]),
        "parent_hash": as_uuid(chain.prefixes[at - 1]) if at else None,
        "block_hash": as_uuid(chain.history.digests[at]),
        "depth": at + 1,
    }


def _stride_rows(fresh_steps: Iterable[FreshSteps]) -> list[Row]:
    found: dict[bytes, Row] = {}
    for reading, first in fresh_steps:
        chain = reading.chain
        ends = range((first // STRIDE + 1) * STRIDE, len(chain.prefixes) + 1, STRIDE)
        so_far = list(accumulate(chain.history.sizes)) if ends else []
        for end in ends:
            if chain.prefixes[end - 1] not in found:
                found[chain.prefixes[end - 1]] = _stride_row(chain, end, so_far[end - 1])
    return list(found.values())


def _stride_row(chain: Chain, end: int, size: int) -> Row:
    return {
        "prefix_hash": as_uuid(chain.prefixes[end - 1]),
        "stride_from": as_uuid(chain.prefixes[end - 1 - STRIDE]) if end > STRIDE else None,
        "depth": end,
        "bytes": size,
        "blocks": b"".join(chain.history.digests[end - STRIDE : end]),
    }


def _preamble_rows(readings: Iterable[Reading]) -> list[Row]:
    found: dict[object, Chain] = {r.row["preamble_hash"]: r.chain for r in readings if "preamble_hash" in r.row}
    return [
        {"preamble_hash": digest, "block_hashes": [as_uuid(block) for block in chain.preamble.digests]}
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
