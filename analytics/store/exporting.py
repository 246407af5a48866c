"""Tables out of the database, as files that other tools read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import duckdb

from analytics.store.database import sql

type Format = Literal["parquet", "csv", "jsonl"]


class NotThere(ValueError):
    """No such table, or nothing in it to filter by."""


def export_table(
    connection: duckdb.DuckDBPyConnection, table: str, path: Path, form: Format, filters: Mapping[str, object]
) -> int:
    """Write a table or view to `path`; the number of rows.

    `filters` are `since`, `until`, `app` and `team`, None where any will do: they choose exchanges, and a table is
    filtered by the exchange or the conversation that its rows belong to. Raises NotThere.
    """
    relations = dict(connection.execute(sql("relations")).fetchall())
    if table not in relations:
        raise NotThere(f"There is no table {table!r}; there are {', '.join(relations)}.")
    selected = connection.sql(sql(_selection(table, relations[table], filters)), params=_parameters(table, filters))
    connection.register("selected", selected)
    written = connection.execute(sql(f"copy_{form}"), {"path": str(path)}).fetchone()
    return int(written[0]) if written else 0


def _selection(table: str, columns: list[str], filters: Mapping[str, object]) -> str:
    if not _filtered(filters):
        return "select_all"
    found = next((name for name in ("exchange", "conversation") if f"{name}_id" in columns), None)
    if found is None:
        raise NotThere(f"The rows of {table!r} belong to no single exchange: it can only be exported whole.")
    return f"select_by_{found}"


def _parameters(table: str, filters: Mapping[str, object]) -> dict[str, object]:
    return {"name": table, **(filters if _filtered(filters) else {})}


def _filtered(filters: Mapping[str, object]) -> bool:
    return any(value is not None for value in filters.values())
