"""Tables out of the database, as files that other tools read."""

from pathlib import Path
from typing import Literal

import duckdb

from analytics.store.database import sql

type Format = Literal["parquet", "csv", "jsonl"]


class NotThere(ValueError):
    """No such table."""


def export_table(connection: duckdb.DuckDBPyConnection, table: str, path: Path, form: Format) -> int:
    """Write a table or view, as the connection finds it (`narrowing.py`), to `path`; the number of rows.

    Raises NotThere.
    """
    names = [str(row[0]) for row in connection.execute(sql("relations")).fetchall()]
    if table not in names:
        raise NotThere(f"There is no table {table!r}; there are {', '.join(names)}.")
    written = connection.execute(sql(f"copy_{form}"), {"name": table, "path": str(path)}).fetchone()
    return int(written[0]) if written else 0
