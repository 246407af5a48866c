"""Opening the database. Nobody holds it: open, do one thing, close, and try again for a while where another has it.

DuckDB takes one writing process or many reading ones. https://duckdb.org/docs/stable/connect/concurrency
"""

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import duckdb

from analytics.private import OWNER_ONLY, create_folder

SCHEMA_VERSION = 1
# Nothing is fetched at run time: what the product needs is built into the package.
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
WRITER = {**OFFLINE, "memory_limit": "768MB", "threads": "2", "preserve_insertion_order": "false"}
LONGEST_PAUSE_S = 0.05


class DatabaseError(Exception):
    """The database cannot be used; the message says which file, why, and what to do."""


class DatabaseLocked(DatabaseError):
    """Somebody else has the file, and did not let go in time."""


class DatabaseMissing(DatabaseError):
    """There is no such file yet."""


def sql(name: str) -> str:
    """The text of `sql/NAME.sql`."""
    return files("analytics").joinpath("sql", f"{name}.sql").read_text("utf-8")


class Database:
    """One DuckDB file by its path."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def reading(self, timeout: float = 10.0) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection; raises DatabaseMissing, DatabaseLocked or DatabaseError."""
        if not self.path.exists():
            raise DatabaseMissing(f"{self.path}: no database there yet; it is made when the first call is captured.")
        connection = self._open(timeout, read_only=True)
        try:
            self._check_version(connection)
            yield connection
        finally:
            connection.close()

    @contextmanager
    def writing(self, timeout: float = 60.0) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in a transaction, committed at the end and rolled back on an exception; made if missing."""
        create_folder(self.path.parent)
        connection = self._open(timeout, read_only=False)
        try:
            os.chmod(self.path, OWNER_ONLY)
            self._migrate(connection)
            connection.begin()
            yield connection
            connection.commit()
        finally:
            connection.close()  # without a commit this rolls back

    def _open(self, timeout: float, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        deadline = time.monotonic() + timeout
        while True:
            try:
                return duckdb.connect(self.path, read_only=read_only, config=OFFLINE if read_only else WRITER)
            except duckdb.Error as error:
                if not _is_lock(error):
                    raise DatabaseError(f"{self.path}: {error}") from error
                if time.monotonic() > deadline:
                    raise DatabaseLocked(f"{self.path}: in use by another process for over {timeout:.0f} s.") from error
            time.sleep(random.uniform(0.002, LONGEST_PAUSE_S))  # noqa: S311  # jitter, not a secret

    def _migrate(self, connection: duckdb.DuckDBPyConnection) -> None:
        found = connection.execute("select 1 from duckdb_tables() where table_name = 'meta'").fetchone()
        if found:
            self._check_version(connection)
            return
        connection.begin()
        connection.execute(sql("schema"))
        connection.execute("insert into meta values ('schema_version', ?)", [str(SCHEMA_VERSION)])
        connection.commit()

    def _check_version(self, connection: duckdb.DuckDBPyConnection) -> None:
        try:
            row = connection.execute("select value from meta where key = 'schema_version'").fetchone()
        except duckdb.CatalogException as error:
            raise DatabaseError(
                f"{self.path}: a DuckDB file that is not tokenecho's; choose another with --db."
            ) from error
        version = int(row[0]) if row else 0
        if version > SCHEMA_VERSION:
            raise DatabaseError(
                f"{self.path}: written by a newer tokenecho (schema {version}, this one knows {SCHEMA_VERSION}); "
                "upgrade tokenecho or choose another file with --db."
            )


def _is_lock(error: duckdb.Error) -> bool:
    """Whether another process (or a connection of another kind in this one) has the file."""
    text = str(error)
    return "Could not set lock" in text or "different configuration" in text or "being used by another" in text
