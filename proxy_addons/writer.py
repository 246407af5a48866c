"""The writer thread: takes finished exchanges off the event loop and commits them to the spool as records."""

import logging
import os
import queue
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from analytics.record import Record
from analytics.spool import Proxy, Spool, SpoolFull
from proxy_addons.boundary import Boundary

type Job = Callable[[], Iterable[Record]]

logger = logging.getLogger("tokenecho")
BATCH = 64
REPORT_EVERY_S = 1.0
# One commit for all that ends within it; it also leaves the interpreter to a client's next call, sent right away.
GATHER_S = 0.02
FULL = {"disk_full": "the disk is full", "spool_limit": "the spool has reached its limit; is a collector running?"}


@dataclass(slots=True)
class Gauge:
    """Bytes of captured traffic held in memory.

    The event loop alone counts what is taken and the writer thread alone what is given back: a single counter, changed
    by both, would lose some of the changes.
    """

    limit: int
    taken: int = 0
    returned: int = 0

    @property
    def held(self) -> int:
        return self.taken - self.returned

    def take(self, size: int) -> bool:
        """Whether that many more bytes fit, and are now held."""
        fits = self.held + size <= self.limit
        self.taken += size if fits else 0
        return fits


class SpoolWriter:
    """One thread, one spool connection, one queue. `put` returns at once; `close` waits for what was put."""

    def __init__(self, path: Path, capture_id: str, boundary: Boundary, gauge: Gauge, *, disk_limit: int) -> None:
        self.in_flight = 0
        self._path, self._disk_limit = path, disk_limit
        self._capture_id, self._boundary, self._gauge = capture_id, boundary, gauge
        self._jobs: queue.SimpleQueue[tuple[Job, int] | None] = queue.SimpleQueue()
        self._losses: Counter[str] = Counter()
        self._lock, self._crowded = threading.Lock(), threading.Event()
        self._captured, self._started_at, self._reported_at = 0, time.time(), 0.0
        self._spool: Spool | None = None
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="tokenecho-writer", daemon=True)

    def start(self) -> None:
        """Start the thread. What it first writes down says that the proxy is ready: call it when it listens."""
        self._thread.start()

    def put(self, job: Job, size: int) -> None:
        """Queue a job. `size` is what it holds of the gauge, given back when it is done."""
        self._jobs.put((job, size))
        if self._gauge.held * 2 > self._gauge.limit:
            self._crowded.set()

    def lose(self, reason: str, count: int = 1) -> None:
        """Count exchanges that are not stored, or not in full."""
        with self._lock:
            self._losses[reason] += count

    def close(self, timeout: float = 30.0) -> None:
        """Write what is queued, then end the thread."""
        self._jobs.put(None)
        if self._thread.ident:
            self._thread.join(timeout)

    def _run(self) -> None:
        going = True
        while going:
            batch, going = self._batch()
            records = [record for job, _ in batch for record in self._records(job)]
            if records:
                self._store_all(records)
            self._gauge.returned += sum([size for _, size in batch])
            self._boundary.run(self._report, final=not going)
        self._boundary.run(self._shut)

    def _records(self, job: Job) -> list[Record]:
        records = self._boundary.run(_listed, job)
        if records is None:
            self.lose("capture_error")
        return records or []

    def _batch(self) -> tuple[list[tuple[Job, int]], bool]:
        """What is queued, with what comes while it gathers, up to `BATCH`; and whether there can be more."""
        batch: list[tuple[Job, int]] = []
        try:
            item = self._jobs.get(timeout=REPORT_EVERY_S)
            if item and self._jobs.qsize() < BATCH:
                self._crowded.wait(GATHER_S)
                self._crowded.clear()
            while item is not None:
                batch.append(item)
                if len(batch) == BATCH:
                    return batch, True
                item = self._jobs.get_nowait()
        except queue.Empty:
            return batch, True
        return batch, False

    def _store_all(self, records: list[Record]) -> None:
        """Store them together; where one of them makes that raise, the others alone."""
        if self._boundary.run(self._store, records) is None:
            for record in records:
                if self._boundary.run(self._store, [record]) is None:
                    self.lose("capture_error")

    def _store(self, records: list[Record]) -> bool:
        """Whether they are stored; what the disk or the limit forbids is counted."""
        try:
            self._open().append(records)
        except SpoolFull as full:
            self.lose(full.reason, len(records))
            self._complain(FULL.get(full.reason, full.reason))
        except (sqlite3.Error, OSError) as error:
            self.lose("spool_error", len(records))
            self._shut()
            self._complain(str(error))
        else:
            self._captured += len(records)
            self._trouble = ""
            return True
        return False

    def _complain(self, trouble: str) -> None:
        """Say once what keeps calls from being stored. A warning: an error would end mitmproxy while it starts."""
        if trouble != self._trouble:
            self._trouble = trouble
            logger.warning(
                "tokenecho: calls are not being stored in %s: %s. Traffic goes on, and what is missed is counted.",
                self._path,
                trouble,
            )

    def _open(self) -> Spool:
        if self._spool is None:
            self._spool = Spool(self._path, disk_limit=self._disk_limit)
        return self._spool

    def _shut(self) -> None:
        """Close the spool; the next use opens it anew."""
        spool, self._spool = self._spool, None
        if spool:
            spool.close()

    def _report(self, *, final: bool) -> None:
        """Write down how this proxy is doing, and what was lost since; what cannot be written is kept for later."""
        now, state = time.time(), (self.in_flight, self._captured, self._boundary.failures)
        if not final and now - self._reported_at < REPORT_EVERY_S:
            return
        self._reported_at = now
        try:
            spool = self._open()
            self._write_losses(spool)
            spool.report_proxy(Proxy(self._capture_id, os.getpid(), self._started_at, now, *state))
        except (sqlite3.Error, OSError) as error:
            self._shut()
            self._complain(str(error))

    def _write_losses(self, spool: Spool) -> None:
        with self._lock:
            losses, self._losses = self._losses, Counter()
        for reason, count in losses.items():
            try:
                spool.count_loss(reason, count)
            except sqlite3.Error:
                self.lose(reason, count)


def _listed(job: Job) -> list[Record]:
    return list(job())
