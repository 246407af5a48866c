"""Emptying the spool from a command: as the collector where none runs, else by waiting for the one that does."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from analytics.cli.reader import make_reader
from analytics.collector import Collector
from analytics.launch.collector_lock import CollectorLock
from analytics.launch.places import Places
from analytics.spool import Spool
from analytics.store.database import Database

PAUSE_S = 0.1


class Drain:
    """Empties one spool."""

    def __init__(self, spool: Spool, collector: Collector | None) -> None:
        self._spool, self._collector = spool, collector

    def step(self) -> None:
        """Collect a batch, or give the running collector a moment."""
        if self._collector is None or not self._collector.collect():
            time.sleep(PAUSE_S)

    def finish(self) -> None:
        """Go on until nothing waits."""
        while self._spool.waiting():
            self.step()
        if self._collector:
            self._collector.write_state()

    def examine(self) -> None:
        """Look for findings in all that changed, where no other collector does it."""
        while self._collector and self._collector.examine():
            pass


@contextmanager
def draining(at: Places, spool: Spool) -> Iterator[Drain]:
    """A drain of this spool; what it did not finish stays for the next collector."""
    lock = CollectorLock(at.collector_lock)
    try:
        collector = Collector(spool, Database(at.database), make_reader(at)) if lock.take() else None
        yield Drain(spool, collector)
    finally:
        lock.release()
