"""Collectors that die, one after the other: `python -m tests.analytics.dying SPOOL DATABASE HOW TIMES`.

HOW is `reading` (marked records end the process), `always` (any record does) or `killed` (somebody ends it at random
moments). Prints how many died; after TIMES deaths, or the first that ends by itself, there are no more.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from analytics.collector import Collector
from analytics.reading import Reader, Reading
from analytics.record import Record
from analytics.spool import Spool
from analytics.store.database import Database
from tests.analytics.chats import chat, frail, reader


class Doomed(Reader):
    """Whatever it reads, its process ends: as where there is too little memory for anything."""

    def read(self, record: Record) -> Reading:
        os._exit(9)


def main(spool: Path, database: Path, how: str, times: int) -> int:
    """The number of deaths."""
    kind = {"reading": frail, "always": reader, "killed": reader}[how]()
    kind.read(chat(0))  # so that the prices are there before the forks
    if how == "always":
        kind.__class__ = Doomed
    for died in range(times):
        child = os.fork()
        if not child:
            collect(spool, database, kind)
        if how == "killed":
            time.sleep(random.uniform(0.0, 0.08))  # noqa: S311  # a moment, not a secret
            os.kill(child, signal.SIGKILL)
        if os.waitpid(child, 0)[1] == 0:
            return died
    return times


def collect(spool: Path, database: Path, kind: Reader) -> None:
    Collector(Spool(spool), Database(database), kind).run(lambda: True)
    os._exit(0)


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
