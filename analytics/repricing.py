"""Pricing stored calls: from what is stored of them alone, as they were priced when they were read."""

from collections.abc import Iterable
from typing import cast

import duckdb
import orjson
import pyarrow as pa

from analytics.billing import Row, cost_columns
from analytics.dialects.exchange import Json
from analytics.ledger.composition import NO_COUNTS, Counts
from analytics.ledger.meter import Meter
from analytics.pricing.pricer import Pricer
from analytics.store.database import sql


def price_stored(connection: duckdb.DuckDBPyConnection, exchange_ids: Iterable[str], pricer: Pricer) -> None:
    """Write the costs of these calls; those that no dialect read have none."""
    connection.register("wanted", pa.table({"exchange_id": pa.array(list(exchange_ids), pa.string())}))
    rows = connection.execute(sql("calls_to_price")).to_arrow_table().to_pylist()
    connection.unregister("wanted")
    write(connection, "update_costs", [{"exchange_id": row["exchange_id"]} | _costs(pricer, row) for row in rows])


def write(connection: duckdb.DuckDBPyConnection, query: str, rows: list[Row]) -> None:
    """Update `exchanges` from rows with some of its columns, under the name `batch`."""
    if not rows:
        return
    schema = connection.table("exchanges").limit(0).to_arrow_table().schema
    named = pa.schema([schema.field(name) for name in rows[0]])
    connection.register("batch", pa.Table.from_pylist(rows, schema=named))
    connection.execute(sql(query))
    connection.unregister("batch")


def _costs(pricer: Pricer, row: Row) -> Row:
    meter = Meter(request=_counts(row["request"]), reply=_counts(row["reply"]))
    return cost_columns(pricer, row, _object(row["parameters"]), _object(row["details"]), meter.text_only)


def _counts(value: object) -> Counts:
    return tuple(cast("list[int]", value)) if value else NO_COUNTS


def _object(value: object) -> Json:
    """A JSON column, as it was written by us."""
    found = orjson.loads(value) if isinstance(value, str) else None
    return found if isinstance(found, dict) else {}
