"""Opening the database. Nobody holds it: open, do one thing, close, and try again for a while where another has it.

DuckDB takes one writing process or many reading ones. https://duckdb.org/docs/stable/connect/concurrency
"""

import os
import random
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb

from analytics.private import create_folder, owner_only

SCHEMA_VERSION = 1
# In the order in which they build on each other.
VIEWS = ("turns", "turn_costs", "conversations")
# Nothing is fetched at run time: what the product needs is built into the package.
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
# Whatever is appended takes a block a column, twice over, until it is folded into the file: with DuckDB's own 256 kB a
# batch is written at half the speed, and small files are larger. A file keeps the size that it was made with.
BLOCK_SIZE = "65536"
# Since DuckDB 1.2 a file can hold texts in zstd, a quarter of their size; by default only those over 4 kB would be, and
# longer ones not at all where the average is shorter.
WRITER = {
    **OFFLINE,
    "memory_limit": "512MB",
    "threads": "1",
    "preserve_insertion_order": "false",
    "storage_compatibility_version": "v1.2.0",
    "zstd_min_string_length": "128",
    "default_block_size": BLOCK_SIZE,
}
# DuckDB holds some 2,000 texts at once when it folds the log into the file. Where many of them are of half a megabyte
# that takes more than is usual, and without it nothing could be written any more.
ROOMY = "4GB"
CRAMPED = re.compile(r"out of memory|failed to (?:pin|allocate|offload)|could not allocate", re.IGNORECASE)
LONGEST_PAUSE_S = 0.05
# What DuckDB raises where the disk is full or failing: on writing, on committing, on folding the log into the file.
DISK_ERRORS = (duckdb.IOException, duckdb.TransactionException, duckdb.FatalException)
HOLDER = re.compile(r"held in (?:\S*/)?(.+?\(PID \d+\))")
FOREIGN = "not a database of tokenecho's; choose another file with --db."


class DatabaseError(Exception):
    """The database cannot be used; the message says which file, why, and what to do."""


class DatabaseUnavailable(DatabaseError):
    """It cannot be used now: later it may."""


class DatabaseCramped(DatabaseUnavailable):
    """The memory was too little for it; there is more now, and it is worth another try at once."""


class DatabaseLocked(DatabaseUnavailable):
    """Somebody else has the file, and did not let go in time."""


class DatabaseMissing(DatabaseError):
    """There is no such file yet."""


@cache
def sql(name: str) -> str:
    """The text of `sql/NAME.sql`."""
    return files("analytics").joinpath("sql", f"{name}.sql").read_text("utf-8")


class Database:
    """One DuckDB file by its path; who writes much at once in it wants it `roomy`, with more memory from the start."""

    def __init__(self, path: Path, *, roomy: bool = False) -> None:
        self.path = path
        self._writer: dict[str, str | bool | int | float | list[str]] = WRITER | (
            {"memory_limit": ROOMY} if roomy else {}
        )

    @contextmanager
    def reading(self, timeout: float = 10.0) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection; raises DatabaseMissing, DatabaseLocked or DatabaseError."""
        if not self._exists():
            raise DatabaseMissing(f"{self.path}: no database there yet; it is made when the first call is captured.")
        connection = self._open(timeout, read_only=True)
        try:
            self._check_version(connection)
            yield connection
        finally:
            connection.close()

    @contextmanager
    def writing(self, timeout: float = 60.0) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in a transaction, committed at the end and rolled back on an exception; made if missing.

        Raises DatabaseUnavailable where the disk is full or somebody has the file, DatabaseError where it will not do.
        """
        with owner_only():  # for the write-ahead log and what is spilled
            self._ensure_folder()
            self._ensure()
            connection = self._open(timeout, read_only=False)
            try:
                self._check_version(connection)
                connection.begin()
                yield connection
                connection.commit()
            except (*DISK_ERRORS, duckdb.OutOfMemoryException) as error:
                kind = DatabaseCramped if self._make_room(error) else DatabaseUnavailable
                raise kind(f"{self.path}: cannot be written: {_plain(error)}") from error
            finally:
                connection.close()  # without a commit this rolls back

    def _exists(self) -> bool:
        try:
            return self.path.exists()
        except OSError as error:
            raise DatabaseError(f"{self.path}: {error.strerror}.") from error

    def _ensure_folder(self) -> None:
        folder = self.path.parent
        try:
            create_folder(folder)
        except OSError as error:
            raise DatabaseError(f"{folder}: {error.strerror}; choose another place with --db.") from error
        if not os.access(folder, os.W_OK):
            raise DatabaseError(f"{folder}: cannot be written to; choose another place with --db.")

    def _ensure(self) -> None:
        """Make the file beside its place and put it there whole: whoever comes upon it finds its tables in it."""
        if self._exists():
            return
        fresh = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        try:
            _make(fresh)
            _put(fresh, self.path)
        except DISK_ERRORS as error:
            raise DatabaseUnavailable(f"{self.path}: cannot be made: {_plain(error)}") from error
        finally:
            for left in (fresh, fresh.with_name(f"{fresh.name}.wal")):
                with suppress(OSError):
                    left.unlink()

    def _open(self, timeout: float, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        _warm_up()
        deadline = time.monotonic() + timeout
        while True:
            try:
                return duckdb.connect(self.path, read_only=read_only, config=OFFLINE if read_only else self._writer)
            except duckdb.Error as error:
                if not read_only and self._make_room(error):
                    continue  # what was committed last is folded in now
                if not _is_lock(error):
                    raise self._refusal(error) from error
                if time.monotonic() > deadline:
                    raise DatabaseLocked(f"{self.path}: in use by {_holder(error)}; close it there.") from error
            time.sleep(random.uniform(0.002, LONGEST_PAUSE_S))  # noqa: S311  # jitter, not a secret

    def _make_room(self, error: duckdb.Error) -> bool:
        """Take more memory from now on, where it was too little; whether that is worth another try."""
        cramped = bool(CRAMPED.search(str(error))) and self._writer["memory_limit"] != ROOMY
        if cramped:
            self._writer = {**self._writer, "memory_limit": ROOMY}
        return cramped

    def _refusal(self, error: duckdb.Error) -> DatabaseError:
        """Why the file could not be opened."""
        text = _plain(error)
        if "not a valid DuckDB database" in text:
            return DatabaseError(f"{self.path}: {FOREIGN}")
        if "No space left" in text:
            return DatabaseUnavailable(f"{self.path}: cannot be opened: {text}")
        return DatabaseError(f"{self.path}: cannot be opened: {text} Choose another file with --db.")

    def _check_version(self, connection: duckdb.DuckDBPyConnection) -> None:
        try:
            row = connection.execute("select value from meta where key = 'schema_version'").fetchone()
            version = int(row[0]) if row else 0
        except (duckdb.CatalogException, duckdb.BinderException, ValueError, TypeError) as error:
            raise DatabaseError(f"{self.path}: {FOREIGN}") from error
        if not version:
            raise DatabaseError(f"{self.path}: {FOREIGN}")
        if version > SCHEMA_VERSION:
            raise DatabaseError(
                f"{self.path}: written by a newer tokenecho (schema {version}, this one knows {SCHEMA_VERSION}); "
                "upgrade tokenecho or choose another file with --db."
            )


@cache
def _warm_up() -> None:
    """At the first parameter it is given, DuckDB imports pandas, unless that is left out: nobody should wait for it."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("select ?", [1])


def _make(path: Path) -> None:
    connection = duckdb.connect(path, config=WRITER)
    try:
        connection.begin()
        create_tables(connection)
        connection.execute("insert into meta values ('schema_version', ?)", [str(SCHEMA_VERSION)])
        connection.commit()
    finally:
        connection.close()  # folds the log into the file


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables, the views over them, and what each of their columns means."""
    connection.execute(sql("schema"))
    create_views(connection)


def create_views(connection: duckdb.DuckDBPyConnection) -> None:
    """The views, in the place of those that there were, and what each column of all relations means."""
    for name in (*VIEWS, "comments"):
        connection.execute(sql(name))


def _put(fresh: Path, path: Path) -> None:
    """Give the file its name, unless another process was first."""
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
    except OSError:  # a file system without links
        if not path.exists():
            fresh.rename(path)


def _is_lock(error: duckdb.Error) -> bool:
    """Whether another process (or a connection of another kind in this one) has the file."""
    text = str(error)
    return "Could not set lock" in text or "different configuration" in text or "being used by another" in text


def _holder(error: duckdb.Error) -> str:
    found = HOLDER.search(str(error))
    return found.group(1) if found else "another process"


def _plain(error: duckdb.Error) -> str:
    """DuckDB's own words, without its kind of error in front."""
    text = str(error).partition("\n")[0].partition("Error: ")
    return (text[2] or text[0]).rstrip(".") + "."
