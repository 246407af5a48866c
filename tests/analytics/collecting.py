"""Collectors at work, and what there is to see of them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from analytics.collector import Collector
from analytics.record import Record
from analytics.spool import Spool
from analytics.store.database import Database, sql
from tests.analytics.chats import frail


@contextmanager
def in_use(database: Database) -> Iterator[duckdb.DuckDBPyConnection]:
    """Somebody reads in it, and does not stop."""
    with database.writing():
        pass
    with duckdb.connect(database.path, read_only=True) as holder:
        yield holder


def collector(spool: Spool, database: Database) -> Collector:
    return Collector(spool, database, frail())


def collect_all(spool: Spool, database: Database) -> None:
    """Collect until nothing waits, as `tokenecho collect --once`."""
    collector(spool, database).run(lambda: True)


def waiting(spool: Spool) -> list[tuple[int, int]]:
    """(deaths, failures) of what waits."""
    return [(spooled.deaths, spooled.failures) for spooled in spool.take()]


def ids(*records: Record) -> list[str]:
    return [record.record_id for record in records]


def dying(spool: Spool, database: Database, how: str, times: int) -> int:
    """Let collectors die, in processes of their own; how many did."""
    command = [sys.executable, "-m", "tests.analytics.dying", str(spool.path), str(database.path), how, str(times)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout)


def shortfalls(database: Database) -> dict[str, int]:
    with database.reading() as connection:
        return dict(connection.execute(sql("shortfalls")).fetchall())
