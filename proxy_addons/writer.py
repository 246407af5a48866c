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


@dataclass(slots=True)
class Gauge:
    """Bytes of captured traffic held in memory, counted from the event loop and from the writer thread."""

    limit: int
    held: int = 0

    def fits(self, size: int) -> bool:
        return self.held + size <= self.limit


class SpoolWriter:
    """One thread, one spool connection, one queue. `put` returns at once; `close` waits for what was put."""

    def __init__(self, path: Path, capture_id: str, boundary: Boundary, gauge: Gauge, *, disk_limit: int) -> None:
        self.in_flight = 0
        self._path, self._disk_limit = path, disk_limit
        self._capture_id, self._boundary, self._gauge = capture_id, boundary, gauge
        self._jobs: queue.SimpleQueue[tuple[Job, int] | None] = queue.SimpleQueue()
        self._losses: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._captured, self._started_at, self._reported_at = 0, time.time(), 0.0
        self._reported: tuple[int, int, int] | None = None
        self._spool: Spool | None = None
        self._thread = threading.Thread(target=self._run, name="tokenecho-writer", daemon=True)
        self._thread.start()

    def put(self, job: Job, size: int) -> None:
        """Queue a job. `size` is what it holds of the gauge, given back when it is done."""
        self._jobs.put((job, size))

    def lose(self, reason: str, count: int = 1) -> None:
        """Count exchanges that will not be stored."""
        with self._lock:
            self._losses[reason] += count

    def close(self, timeout: float = 30.0) -> None:
        """Write what is queued, then end the thread."""
        self._jobs.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        going = True
        while going:
            batch, going = self._batch()
            records = [record for job, _ in batch for record in self._boundary.run(_listed, job) or ()]
            if records:
                self._boundary.run(self._store, records)
            self._gauge.held -= sum(size for _, size in batch)
            self._boundary.run(self._report, final=not going)

    def _batch(self) -> tuple[list[tuple[Job, int]], bool]:
        """What is queued now, up to `BATCH`, and whether there can be more."""
        batch: list[tuple[Job, int]] = []
        try:
            item = self._jobs.get(timeout=REPORT_EVERY_S)
            while item is not None:
                batch.append(item)
                if len(batch) == BATCH:
                    return batch, True
                item = self._jobs.get_nowait()
        except queue.Empty:
            return batch, True
        return batch, False

    def _store(self, records: list[Record]) -> None:
        try:
            self._open().append(records)
            self._captured += len(records)
        except SpoolFull as full:
            self.lose(full.reason, len(records))
            logger.error("tokenecho: %d exchange(s) not stored: %s", len(records), full.reason)
        except (sqlite3.Error, OSError) as error:
            self.lose("spool_error", len(records))
            self._spool = None
            logger.error("tokenecho: %d exchange(s) not stored: %s: %s", len(records), self._path, error)

    def _open(self) -> Spool:
        if self._spool is None:
            self._spool = Spool(self._path, disk_limit=self._disk_limit)
        return self._spool

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
        except (sqlite3.Error, OSError):
            self._spool = None

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
