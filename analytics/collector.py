"""The collector: takes records from the spool, reads them, and is the only one that writes DuckDB.

A record is deleted from the spool after the transaction that holds it; if the collector dies in between, the record
comes again and changes nothing. One that makes the reading raise, or takes the collector down with it, is set aside
so that the rest goes on.
"""

import logging
import time
from collections.abc import Callable, Sequence

import duckdb

from analytics.reading import Reader
from analytics.spool import Spool, Spooled
from analytics.store.batch import write_batch
from analytics.store.capture_state import write_capture_state
from analytics.store.database import Database, DatabaseError, DatabaseLocked

logger = logging.getLogger("tokenecho.collector")
MOST_FAILURES = 3
# Deaths count for less: a collector may be killed for reasons that are not the record's.
MOST_ATTEMPTS = 10
IDLE_S = 0.2
RETRY_S = 1.0


class Collector:
    """One spool, one database. `collect` does one batch; `run` goes on until told to stop."""

    def __init__(self, spool: Spool, database: Database, reader: Reader) -> None:
        self._spool, self._database, self._reader = spool, database, reader
        self._state: object = None
        suspects = spool.suspect_dead_batches()
        if suspects:
            logger.warning("The collector ended while reading %d record(s); each is tried alone now.", suspects)

    def run(self, stopped: Callable[[], bool]) -> None:
        """Collect until stopped; what waits by then is collected first."""
        tidy = False
        while True:
            stopping = stopped()
            if self.collect():
                tidy = True
                continue
            self.write_state()
            if stopping:
                return
            if tidy:
                self._spool.tidy()
                tidy = False
            time.sleep(IDLE_S)

    def collect(self) -> int:
        """Move one batch into DuckDB; the number of records handled, 0 when none waits."""
        taken = self._spool.take()
        if not taken:
            return 0
        clean = [spooled for spooled in taken if not spooled.suspect]
        try:
            if clean:
                self._collect_together(clean)
            for spooled in taken:
                if spooled.suspect:
                    self._collect_alone(spooled)
        except (DatabaseLocked, duckdb.IOException) as error:  # held by a reader, or the disk is full: the spool waits
            logger.warning("%s; trying again.", error)
            time.sleep(RETRY_S)
        return len(taken)

    def _collect_together(self, batch: Sequence[Spooled]) -> None:
        with self._spool.batch(batch):
            try:
                self._store(batch)
            except (DatabaseError, duckdb.IOException):
                raise
            except Exception:
                logger.exception("A batch of %d failed; each record is tried alone.", len(batch))
                self._spool.count_failure(spooled.seq for spooled in batch)

    def _collect_alone(self, spooled: Spooled) -> None:
        if spooled.attempts >= MOST_ATTEMPTS:
            self._spool.set_aside(spooled.seq, f"the collector ended {spooled.attempts} times while reading it")
            return
        self._spool.count_attempt(spooled.seq)
        try:
            self._store([spooled])
        except (DatabaseError, duckdb.IOException):
            raise
        except Exception as error:
            self._spool.count_failure([spooled.seq])
            if spooled.failures + 1 >= MOST_FAILURES:
                logger.exception("A record is set aside after %d tries; see `tokenecho doctor`.", MOST_FAILURES)
                self._spool.set_aside(spooled.seq, f"{type(error).__name__}: {error}"[:500])

    def _store(self, batch: Sequence[Spooled]) -> None:
        readings = [self._reader.read(spooled.record()) for spooled in batch]
        with self._database.writing() as connection:
            write_batch(connection, readings)
        self._spool.delete(spooled.seq for spooled in batch)

    def write_state(self) -> None:
        """Copy the counts of what was lost and set aside, where they changed."""
        state = (self._spool.losses(), self._spool.set_aside_errors())
        if state == self._state or (self._state is None and state == ([], [])):
            return
        try:
            with self._database.writing() as connection:
                write_capture_state(connection, self._spool.spool_id(), *state)
            self._state = state
        except (DatabaseLocked, duckdb.IOException) as error:
            logger.warning("%s; trying again.", error)
