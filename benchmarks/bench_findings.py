"""What looking for findings costs: all conversations, each finding by itself, and after 100 new calls.

    python -m benchmarks.bench_findings [--calls 50000] [--scale 16] [--db FILE]

Generated sessions of a coding agent with Claude, read by the collector; or a copy of your database. `cold` is the same
with nothing read from any prompt cache, so that every conversation's cache has to be simulated: the most that findings
can cost. CPU time of this process, which is one core's.
"""

import argparse
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from analytics.findings import examination
from analytics.findings.case import Case
from analytics.findings.registry import FINDINGS
from analytics.pricing.pricer import Pricer
from analytics.repricing import price_stored
from analytics.store.database import Database
from benchmarks.bench_ingest import run
from benchmarks.figures import print_machine, print_table
from benchmarks.sessions import required
from benchmarks.yardstick import Yardstick

NEW = 100
ROUNDS = 5

type Seconds = defaultdict[str, float]


def cold(warm: Database, folder: Path) -> Database:
    """A copy in which no call read anything from a cache, priced accordingly."""
    database = Database(folder / "cold.duckdb")
    shutil.copy(warm.path, database.path)
    with database.writing() as connection:
        connection.execute("update exchanges set cache_read_tokens = 0, cache_write_tokens = 0")
        price_stored(connection, _column(connection, "select exchange_id from exchanges"), Pricer())
    return database


def whole(database: Database) -> tuple[float, int]:
    """CPU seconds to examine all conversations, and how many findings there are."""
    with database.writing() as connection:
        _mark(connection, _column(connection, "select distinct conversation_id from links"))
        begun = time.process_time()
        while examination.examine(connection):
            pass
        spent = time.process_time() - begun
        return spent, connection.table("findings").aggregate("count(*)").fetchall()[0][0]


def added(database: Database) -> tuple[float, int]:
    """CPU seconds after the newest calls came, the best of some rounds, and how many conversations were examined."""
    query = "select distinct conversation_id from (from links order by started_at desc, exchange_id limit ?)"
    best, conversations = float("inf"), 0
    with database.writing() as connection:
        newest = _column(connection, query, [NEW])
        for _ in range(ROUNDS):
            _mark(connection, newest)
            begun = time.process_time()
            conversations = examination.examine(connection)
            best = min(best, time.process_time() - begun)
    return best, conversations


def parts(database: Database) -> Seconds:
    """CPU seconds of each step, in the portions in which conversations are examined."""
    spent: Seconds = defaultdict(float)
    with database.reading() as connection:
        for ids in _portions(connection):
            with _timed(spent, "loading calls and their neighbours"):
                cases = list(examination.load_cases(connection, ids))
            with _timed(spent, "simulating caches"):
                _simulate(cases)
            with _timed(spent, "reading texts"):
                examination.read_ahead(cases)
            for finding in FINDINGS:
                with _timed(spent, finding.name):
                    for case in cases:
                        list(finding.select(case))
    return spent


def _simulate(cases: list[Case]) -> None:
    for case in cases:
        for cached in case.cached:
            for shortfall in cached.shortfalls:
                cached.undone(shortfall.cause)


def _portions(connection: duckdb.DuckDBPyConnection) -> Iterator[list[str]]:
    """Conversations with about as many calls as are examined in one go."""
    found, calls = [], 0
    query = "select conversation_id, count(*) from links group by conversation_id order by conversation_id"
    for conversation, turns in connection.execute(query).fetchall():
        found.append(conversation)
        calls += turns
        if calls >= examination.MOST_TURNS:
            yield found
            found, calls = [], 0
    if found:
        yield found


@contextmanager
def _timed(spent: Seconds, name: str) -> Iterator[None]:
    begun = time.process_time()
    yield
    spent[name] += time.process_time() - begun


def _mark(connection: duckdb.DuckDBPyConnection, conversations: list[str]) -> None:
    connection.execute("delete from unexamined")
    connection.execute("insert into unexamined select unnest(?), null, true", [conversations])


def _column(connection: duckdb.DuckDBPyConnection, query: str, given: list[object] | None = None) -> list[str]:
    return [row[0] for row in connection.execute(query, given).fetchall()]


def filled(folder: Path, calls: int, scale: int) -> Database:
    """A database of generated sessions."""
    required()
    for _ in run(folder, calls, scale, Yardstick(), "anthropic"):
        pass
    return Database(folder / "tokenecho.duckdb")


def copied(path: Path, folder: Path) -> Database:
    """A copy, since examining writes."""
    shutil.copy(path, folder / "copy.duckdb")
    return Database(folder / "copy.duckdb")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--scale", type=int, default=16, help="divide the lengths of all texts by this")
    parser.add_argument("--db", type=Path, help="a database of yours instead")
    given = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        warm = copied(given.db, folder) if given.db else filled(folder, given.calls, given.scale)
        databases = {"as recorded": warm, "cold": cold(warm, folder)}
        everything, increments = ([ask(each) for each in databases.values()] for ask in (whole, added))
        steps = [parts(each) for each in databases.values()]
    rows = [("all findings of all conversations, s", *(f"{spent:.1f}" for spent, _ in everything))]
    rows += [(f"of which {name}", *(f"{spent[name]:.2f}" for spent in steps)) for name in steps[0]]
    rows += [
        ("findings", *(f"{found:,}" for _, found in everything)),
        (f"after {NEW} new calls, ms", *(f"{spent * 1e3:.0f}" for spent, _ in increments)),
        ("conversations examined then", *(f"{conversations:,}" for _, conversations in increments)),
    ]
    print_table(("CPU", *databases), rows)


if __name__ == "__main__":
    main()
