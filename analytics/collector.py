"""The collector: takes records from the spool, reads them, and is the only one that writes DuckDB.

A record is deleted from the spool after the transaction that holds it; if the collector dies in between, the record
comes again and changes nothing. One that makes the reading raise, or takes the collector down with it, is set aside
so that the rest goes on. Whose fault it was is found by trying again among fewer: records that were in hand when
something went wrong come after all others, first a few together, then each alone; only alone is one set aside.
"""

import logging
import sqlite3
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import wraps
from itertools import batched, groupby

from analytics.findings.examination import examine
from analytics.garbage import no_search
from analytics.reading import Reader, Reading
from analytics.spool import Spool, Spooled, SpoolFull
from analytics.store.batch import write_batch
from analytics.store.capture_state import write_capture_state
from analytics.store.database import Database, DatabaseCramped, DatabaseError, DatabaseUnavailable

logger = logging.getLogger("tokenecho.collector")
# How many are tried together, by how often something went wrong with them in hand; then each alone. A transaction costs
# as much as a hundred calls.
TOGETHER = (2000, 25)
# What the texts of a transaction may weigh, whole, in the rows and in DuckDB: so much that is new, in bytes or so.
HELD = 24 * 2**20
MOST_FAILURES = 3
# Deaths count for less: a collector may be killed for reasons that are not the record's.
MOST_DEATHS = 10
# Between two batches the readers have the file: small ones back to back would lock them out, on a slow machine most.
PAUSE_S = 0.2
PAUSE_RATIO = 5.0
LONGEST_PAUSE_S = 2.0
RETRY_S = 1.0
PATIENCE_S = 60.0
# Shorter when somebody may ask us to end meanwhile.
RUNNING_PATIENCE_S = 5.0
TIDY_EVERY_S = 60.0
# How old findings may be while calls keep coming.
EXAMINE_EVERY_S = 5.0


def _with_more_memory[**P, R](work: Callable[P, R]) -> Callable[P, R]:
    """The work, begun again where the database had too little memory for it. What was stored by then stays stored."""

    @wraps(work)
    def worked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except DatabaseCramped as error:
            logger.info("%s It gets more memory.", error)
            return work(*args, **kwargs)

    return worked


class Collector:
    """One spool, one database. `collect` does one round; `run` goes on until told to stop."""

    def __init__(self, spool: Spool, database: Database, reader: Reader) -> None:
        self._spool, self._database, self._reader = spool, database, reader
        self._state: object = None
        # Whether more waited than the last batch could hold.
        self._behind = False
        self._tidied_at, self._untidy = time.monotonic(), False
        # The last one may have ended with something left to look at.
        self._examined_at, self._unexamined = time.monotonic(), True
        suspects = spool.count_deaths()
        if suspects:
            logger.warning("The collector ended with %d record(s) in hand; they are tried again among fewer.", suspects)

    def run(self, stopped: Callable[[], bool]) -> None:
        """Collect until stopped; what waits by then is collected first, what comes later is left to the next one.

        Raises DatabaseError where the database will never do, or is of no use at the moment and we were told to stop.
        """
        trouble, last = "", None
        while True:
            if last is None and stopped():
                last = self._spool.ends()[1]
            begun = time.monotonic()
            try:
                handled = self._round()
            except (DatabaseUnavailable, SpoolFull) as error:  # held by a reader, or the disk is full: the spool waits
                if last is not None:
                    raise
                trouble = _warned(trouble, str(error))
                time.sleep(RETRY_S)
                continue
            trouble = ""
            if last is None:
                self._give_way(time.monotonic() - begun)
            elif not handled or self._spool.ends()[0] > last:
                return

    def _round(self) -> int:
        handled = self.collect(RUNNING_PATIENCE_S)
        self.write_state(RUNNING_PATIENCE_S)
        handled += self._examine_now_and_then(idle=not handled)
        self._tidy(idle=not handled)
        return handled

    def _examine_now_and_then(self, *, idle: bool) -> int:
        """Look for findings when there is nothing else to do, and now and then when there always is."""
        if not self._unexamined or not (idle or time.monotonic() - self._examined_at > EXAMINE_EVERY_S):
            return 0
        self._examined_at = time.monotonic()
        return self.examine(RUNNING_PATIENCE_S)

    @_with_more_memory
    @no_search()
    def examine(self, patience: float = PATIENCE_S) -> int:
        """Look for findings in conversations that changed; how many were looked at, 0 when none waits.

        Raises DatabaseError, and nothing is lost.
        """
        if not self._database.path.exists():
            return 0
        with self._database.writing(patience) as connection:
            examined = examine(connection, pricer=self._reader.pricer)
        self._unexamined = bool(examined)
        return examined

    def _give_way(self, took: float) -> None:
        """Leave the file to the readers for a while. Where much waits, they have it while the next batch is read."""
        if not self._behind:
            time.sleep(max(PAUSE_S, min(took * PAUSE_RATIO, LONGEST_PAUSE_S)))

    def _tidy(self, *, idle: bool) -> None:
        """Clear up behind us when there is nothing else to do, and now and then when there always is."""
        if self._untidy and (idle or time.monotonic() - self._tidied_at > TIDY_EVERY_S):
            self._spool.tidy()
            self._tidied_at, self._untidy = time.monotonic(), False

    @_with_more_memory
    @no_search()
    def collect(self, patience: float = PATIENCE_S) -> int:
        """Move what `take` gives into DuckDB; the number of records handled, 0 when none waits.

        Raises DatabaseError or SpoolFull, and nothing is lost; DatabaseUnavailable and SpoolFull may pass.
        """
        taken = self._spool.take(count=TOGETHER[0])
        self._behind = bool(taken) and self._spool.ends()[1] > taken[-1].seq
        for group in _groups(taken):
            self._try(group, patience)
        self._untidy = self._untidy or bool(taken)
        self._unexamined = self._unexamined or bool(taken)
        return len(taken)

    def _try(self, group: Sequence[Spooled], patience: float) -> None:
        if group[0].deaths >= MOST_DEATHS:  # then it is alone
            self._set_aside(group[0], f"the collector ended {group[0].deaths} times with it in hand")
            return
        left = group
        while left:
            with self._spool.in_hand(left):
                tried, readings = self._read_some(left)
            if readings:
                read = [spooled for spooled in left[:tried] if spooled.seq in readings]
                self._store(read, readings, patience)
            left = left[tried:]

    def _read_some(self, group: Sequence[Spooled]) -> tuple[int, dict[int, Reading]]:
        """Read as many of them as one transaction may hold: how many were tried, and what could be read, by place."""
        readings: dict[int, Reading] = {}
        held = 0
        for tried, spooled in enumerate(group, 1):
            reading = self._read(spooled)
            spooled.release()
            if reading:
                readings[spooled.seq] = reading
                held += reading.weight
            if held >= HELD:
                return tried, readings
        return len(group), readings

    def _read(self, spooled: Spooled) -> Reading | None:
        try:
            return self._reader.read(spooled.record())
        except Exception as error:
            self._note_failure([spooled], error)
            return None

    def _store(self, group: Sequence[Spooled], readings: dict[int, Reading], patience: float) -> None:
        """Store these readings, and let go of them once they are written: folding them in takes memory enough."""
        try:
            # They are in hand from when the file is ours until it is closed: waiting for it is no fault of theirs.
            with ExitStack() as noted, self._database.writing(patience) as connection:
                noted.enter_context(self._spool.in_hand(group))
                write_batch(connection, list(readings.values()), self._reader.pricer)
                readings.clear()
        except (DatabaseError, SpoolFull, sqlite3.Error):
            raise
        except Exception as error:
            self._note_failure(group, error)
            return
        self._spool.delete(spooled.seq for spooled in group)

    def _note_failure(self, tried: Sequence[Spooled], error: Exception) -> None:
        self._spool.count_failure(spooled.seq for spooled in tried)
        logger.warning("%d record(s) could not be stored: %s. Trying again.", len(tried), type(error).__name__)
        for spooled in tried:
            if spooled.failures + 1 >= MOST_FAILURES:
                self._set_aside(spooled, _told(error, spooled))
                # Not the message: it may quote the traffic.
                logger.error("Where it failed:\n%s", "".join(traceback.format_tb(error.__traceback__)))

    def _set_aside(self, spooled: Spooled, error: str) -> None:
        self._spool.set_aside(spooled.seq, error)
        logger.error("A record is set aside; see `tokenecho doctor`.")

    def write_state(self, patience: float = PATIENCE_S) -> None:
        """Copy the counts of what was lost and set aside, where they changed. Raises DatabaseError."""
        state = (self._spool.losses(), self._spool.set_aside_errors())
        if state == self._state or (state == ([], []) and not self._database.path.exists()):
            return
        with self._database.writing(patience) as connection:
            write_capture_state(connection, self._spool.spool_id(), *state)
        self._state = state


def _warned(before: str, trouble: str) -> str:
    """The trouble, which is told once however often it is met."""
    if trouble != before:
        logger.warning("%s Trying again; captured calls wait in the spool.", trouble)
    return trouble


def _groups(taken: Iterable[Spooled]) -> Iterator[Sequence[Spooled]]:
    """What is tried together: first what never was in hand when something went wrong, and the rest by how often."""
    by_trials = groupby(sorted(taken, key=lambda spooled: (spooled.trials, spooled.seq)), lambda s: s.trials)
    for trials, group in by_trials:
        yield from batched(group, TOGETHER[trials] if trials < len(TOGETHER) else 1)


def _told(error: Exception, spooled: Spooled) -> str:
    """The error in a line; of a call whose text may not be kept without the message, which may quote it."""
    kind = type(error).__name__
    return f"{kind}: {error}"[:500] if spooled.quotable else kind
