"""The database, opened for a view and not for each of its queries; the collector has it back right after.

To open it costs as much as a small query. And nobody can write while it is open, nor read while the collector writes: a
page of eight queries would wait for a batch eight times.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

from analytics.store.database import Database

# It stays open for the next query of a page so long, with all of them at most so long, and then it is free for so long.
LINGER_S = 0.15
LONGEST_S = 3.0
FREE_S = 0.1


class Lending:
    """One connection for all who read, one at a time: DuckDB uses all cores for one query."""

    def __init__(self, linger: float = LINGER_S) -> None:
        self._linger = linger
        self._turn = threading.Lock()
        self._open = ExitStack()
        self._path: Path | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._since = self._closed = 0.0
        self._timer: threading.Timer | None = None

    @contextmanager
    def reading(self, path: Path, patience: float) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection. What a query leaves on it (variables, temporary views) the next one may find.

        Raises what `Database.reading` raises.
        """
        with self._turn:
            if self._timer:
                self._timer.cancel()
            connection = self._opened(path, patience)
            try:
                yield connection
            except BaseException:
                self._close()
                raise
            if self._linger <= 0 or time.monotonic() - self._since > LONGEST_S:
                self._close()
            else:
                self._timer = threading.Timer(self._linger, self._end, [connection])
                self._timer.daemon = True
                self._timer.start()

    def _opened(self, path: Path, patience: float) -> duckdb.DuckDBPyConnection:
        if self._connection and self._path == path:
            return self._connection
        self._close()
        if self._linger > 0:
            time.sleep(max(0.0, self._closed + FREE_S - time.monotonic()))
        self._connection = self._open.enter_context(Database(path).reading(patience))
        self._path, self._since = path, time.monotonic()
        return self._connection

    def _end(self, lent: duckdb.DuckDBPyConnection) -> None:
        """Close it, unless somebody has it again."""
        if self._turn.acquire(blocking=False):
            try:
                if self._connection is lent:
                    self._close()
            finally:
                self._turn.release()

    def _close(self) -> None:
        if self._connection:
            self._connection = None
            self._closed = time.monotonic()
            self._open.close()
