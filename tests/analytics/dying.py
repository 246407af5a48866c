"""Collectors that die, one after the other: `python -m tests.analytics.dying SPOOL DATABASE HOW TIMES`.

HOW is `reading` (marked records end the process), `always` (any record does), `waiting` (it ends where it would open
the database) or `killed` (somebody ends it at a random moment, while more and more records come). Prints how many died;
after that many, or where none is killed after the first that ends by itself, there are no more.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

import duckdb
import pandas as pd

from analytics.collector import Collector
from analytics.reading import Reader, Reading
from analytics.record import Record
from analytics.spool import Spool
from analytics.store.database import Database
from tests.analytics.chats import append, chat, frail, reader

IMPORTED = pd.__version__  # DuckDB imports it at its first parameter: once, before the forks
MANY = 1_000  # numbers that no test uses for its own


class Doomed(Reader):
    """Whatever it reads, its process ends: as where there is too little memory for anything."""

    def read(self, record: Record) -> Reading:
        os._exit(9)


class Shut(Database):
    """Whoever waits for it dies waiting."""

    def _open(self, timeout: float, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        os.kill(os.getpid(), signal.SIGKILL)
        return super()._open(timeout, read_only=read_only)


def main(spool: Path, database: Path, how: str, times: int) -> int:
    """The number of deaths."""
    kind = {"reading": frail, "always": reader, "waiting": reader, "killed": reader}[how]()
    kind.read(chat(0))  # so that the prices are there before the forks
    if how == "always":
        kind.__class__ = Doomed
    opened = Shut(database) if how == "waiting" else Database(database)
    died = 0
    for number in range(times):
        if how == "killed":
            append(spool, [chat(MANY + number)])
        ended = one(spool, opened, kind, kill=how == "killed")
        if ended and how != "killed":
            return died
        died += not ended
    return died


def one(spool: Path, database: Database, kind: Reader, *, kill: bool) -> bool:
    """Whether this collector ended by itself."""
    child = os.fork()
    if not child:
        collect(spool, database, kind)
    if kill:
        time.sleep(random.uniform(0.0, 0.15))  # noqa: S311  # a moment, not a secret
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == 0


def collect(spool: Path, database: Database, kind: Reader) -> None:
    Collector(Spool(spool), database, kind).run(lambda: True)
    os._exit(0)


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
