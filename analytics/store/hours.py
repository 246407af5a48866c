"""The calls added up by the hour, so that an overview of a million of them need not read them all.

An hour is added up anew whenever a call in it came or changed, in the same transaction: the rows follow from the
stored calls alone.
"""

from collections.abc import Iterable
from datetime import datetime

import duckdb
import pyarrow as pa

from analytics.store.database import sql


def settle_hours(connection: duckdb.DuckDBPyConnection, moments: Iterable[datetime]) -> None:
    """Add up the hours that these moments (UTC) are in."""
    hours = {moment.replace(minute=0, second=0, microsecond=0) for moment in moments}
    if hours:
        connection.register("touched", pa.table({"hour": pa.array(sorted(hours), pa.timestamp("us"))}))
        _write(connection)


def rebuild_hours(connection: duckdb.DuckDBPyConnection) -> None:
    """Add up every hour anew."""
    connection.execute("delete from hours")
    connection.register("touched", connection.execute(sql("all_hours")).to_arrow_table())
    _write(connection)


def _write(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(sql("delete_hours"))
    connection.execute(sql("insert_hours"))
    connection.unregister("touched")
