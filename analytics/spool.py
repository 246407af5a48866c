"""The spool: the durable hand-over between whoever captures and the one collector, an SQLite file in WAL mode.

A record is committed here before the proxy forgets it and deleted after the DuckDB transaction that holds it.
`synchronous=NORMAL` survives the death of any process at any moment; a power cut may cost the last commits.
https://www.sqlite.org/wal.html
"""

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Literal

import zstandard

from analytics.private import create_private
from analytics.record import Record, from_meta

SCHEMA = """
create table if not exists records (
    seq integer primary key autoincrement, record_id text not null unique, meta blob not null,
    request blob not null, response blob not null, size integer not null,
    deaths integer not null default 0, failures integer not null default 0);
create table if not exists in_hand (seqs text not null);
create table if not exists identity (spool_id text not null);
insert into identity select lower(hex(randomblob(8))) where not exists (select 1 from identity);
create table if not exists set_aside (
    record_id text primary key, meta blob not null, request blob not null, response blob not null,
    size integer not null, error text not null, at real not null);
create table if not exists losses (reason text not null, day text not null, count integer not null,
    primary key (reason, day));
create table if not exists proxies (
    capture_id text primary key, pid integer not null, started_at real not null, seen_at real not null,
    in_flight integer not null, captured integer not null, failures integer not null);
"""
DISK_LIMIT = 4 * 2**30
# Of an extended code the low byte says what kind it is. https://www.sqlite.org/rescode.html
PRIMARY_CODE = 0xFF
DISK_CODES = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
# How many pages to give back in one go: others write in between.
FREED_AT_ONCE = 1_000
# What a packed byte counts for among unpacked ones: it is held until the batch is stored, an unpacked one only read.
PACKED_WEIGHT = 5
# A body of tens of kilobytes is written, and overwritten later, in a third fewer steps than with pages of 4 kB.
PAGE_BYTES = 16_384
# Others write in between.
DELETED_AT_ONCE = 250
# How long to wait for others that write.
TIMEOUT_S = 10.0


@dataclass(slots=True)
class Spooled:
    """A record as it waits.

    `deaths` counts the collectors that ended with it in hand, `failures` the tries that raised.
    """

    seq: int
    deaths: int
    failures: int
    meta: bytes
    request: bytes
    response: bytes

    @property
    def trials(self) -> int:
        """How often things went wrong with this record in hand, by its fault or not."""
        return self.deaths + self.failures

    @property
    def packed_size(self) -> int:
        """Its bytes in the spool."""
        return len(self.meta) + len(self.request) + len(self.response)

    @property
    def quotable(self) -> bool:
        """Whether text of this call may be kept; where that cannot be told, it may not."""
        return b'"content":"full"' in self.meta  # inside a JSON string the quotes would be escaped

    def record(self) -> Record:
        """The record, unpacked; raises whatever a damaged one makes the parsers raise."""
        return from_meta(self.meta, unpacked(self.request), unpacked(self.response))

    def release(self) -> None:
        """Let go of the bodies, once they are read: they may be large, and the spool still has them."""
        self.request = self.response = b""


@dataclass(frozen=True, slots=True)
class Proxy:
    """What a running or past proxy last said of itself. Times are seconds since the epoch."""

    capture_id: str
    pid: int
    started_at: float
    seen_at: float
    in_flight: int
    captured: int
    failures: int


class SpoolFull(Exception):
    """The spool has reached its limit on disk, or the disk is full. `reason` is the loss to count."""

    def __init__(self, path: Path, reason: Literal["spool_limit", "disk_full"]) -> None:
        full = "the spool is full" if reason == "spool_limit" else "the disk is full"
        super().__init__(f"{path}: {full}.")
        self.reason = reason


class Spool:
    """One spool file, opened by one thread. Several processes may write to it at the same time."""

    def __init__(self, path: Path, *, disk_limit: int = DISK_LIMIT) -> None:
        create_private(path)
        self.path = path
        self._disk_limit = disk_limit
        self._db = sqlite3.connect(path, timeout=TIMEOUT_S, isolation_level=None)
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise
        self._page_size: int = self._db.execute("pragma page_size").fetchone()[0]

    def _prepare(self) -> None:
        self._db.execute(f"pragma page_size={PAGE_BYTES:d}")  # of a file that is made now
        self._db.execute("pragma auto_vacuum=incremental")
        self._log_ahead(time.monotonic() + TIMEOUT_S)
        self._db.execute("pragma synchronous=normal")
        # What was handed over is overwritten, not just unlinked: it is somebody's conversation.
        self._db.execute("pragma secure_delete=on")
        self._db.executescript(SCHEMA)

    def _log_ahead(self, deadline: float) -> None:
        """Turn the write-ahead log on. Where several make the file at once, SQLite does not wait at this step."""
        while True:
            try:
                self._db.execute("pragma journal_mode=wal")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & PRIMARY_CODE != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(0.01)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            self._db.execute("begin immediate")
            yield self._db
            self._db.execute("commit")
        except BaseException as error:
            if self._db.in_transaction:  # a full disk rolls back by itself
                self._db.execute("rollback")
            if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & PRIMARY_CODE in DISK_CODES:
                raise SpoolFull(self.path, "disk_full") from error
            raise

    def append(self, records: Sequence[Record]) -> None:
        """Commit these records; one that is already here is left as it is. Raises SpoolFull and keeps none of them."""
        if self.used_bytes() > self._disk_limit:
            raise SpoolFull(self.path, "spool_limit")
        rows = [_row(record) for record in records]
        insert = "insert or ignore into records (record_id, meta, request, response, size) values (?, ?, ?, ?, ?)"
        with self._transaction() as db:
            db.executemany(insert, rows)

    def used_bytes(self) -> int:
        """Bytes of the file that hold data."""
        pages: int = self._db.execute("pragma page_count").fetchone()[0]
        free: int = self._db.execute("pragma freelist_count").fetchone()[0]
        return (pages - free) * self._page_size

    def take(self, *, after: int = 0, count: int = 500, size: int = 256 * 2**20) -> list[Spooled]:
        """The oldest records behind that place, up to that count and (but for the first) that many bytes unpacked.

        What they take packed counts for more: the collector holds it.
        """
        query = (
            "select seq, deaths, failures, meta, request, response, size from records "
            "where seq > ? order by seq limit ?"
        )
        taken: list[Spooled] = []
        with closing(self._db.execute(query, (after, count))) as rows:
            for *row, unpacked_size in rows:
                spooled = Spooled(*row)
                size -= max(unpacked_size, PACKED_WEIGHT * spooled.packed_size)
                if taken and size < 0:
                    break
                taken.append(spooled)
        return taken

    @contextmanager
    def in_hand(self, taken: Iterable[Spooled]) -> Iterator[None]:
        """Notes that the collector is at these records, so that one that dies over them leaves a trace."""
        with self._transaction() as db:
            db.execute("insert into in_hand values (?)", (json.dumps([spooled.seq for spooled in taken]),))
        try:
            yield
        finally:
            with self._transaction() as db:
                db.execute("delete from in_hand")

    def count_deaths(self) -> int:
        """At a collector's start: note which records the last one died over. The number of them."""
        with self._transaction() as db:
            marked = db.execute(
                "update records set deaths = deaths + 1 where seq in (select value from in_hand, json_each(seqs))"
            ).rowcount
            db.execute("delete from in_hand")
        return marked

    def count_failure(self, seqs: Iterable[int]) -> None:
        """Note that a try with these records raised."""
        with self._transaction() as db:
            db.executemany("update records set failures = failures + 1 where seq = ?", [(seq,) for seq in seqs])

    def delete(self, seqs: Iterable[int]) -> None:
        """Forget records that are now in DuckDB."""
        for some in batched(seqs, DELETED_AT_ONCE):
            with self._transaction() as db:
                db.executemany("delete from records where seq = ?", [(seq,) for seq in some])

    def set_aside(self, seq: int, error: str) -> None:
        """Move a record that breaks the collector out of the way, with its error."""
        with self._transaction() as db:
            db.execute(
                "insert or replace into set_aside select record_id, meta, request, response, size, ?, ? "
                "from records where seq = ?",
                (error, time.time(), seq),
            )
            db.execute("delete from records where seq = ?", (seq,))

    def restore_set_aside(self) -> int:
        """Queue the set-aside records once more; the number of them."""
        with self._transaction() as db:
            db.execute(
                "insert or ignore into records (record_id, meta, request, response, size) "
                "select record_id, meta, request, response, size from set_aside"
            )
            return db.execute("delete from set_aside").rowcount

    def set_aside_errors(self) -> list[tuple[str, str]]:
        """(record_id, error) of the records set aside."""
        return self._db.execute("select record_id, error from set_aside order by at").fetchall()

    def spool_id(self) -> str:
        """A name for this file that no other spool has."""
        found: str = self._db.execute("select spool_id from identity").fetchone()[0]
        return found

    def waiting(self) -> int:
        """How many records wait for the collector."""
        found: int = self._db.execute("select count(*) from records").fetchone()[0]
        return found

    def ends(self) -> tuple[int, int]:
        """The places of the oldest and of the newest record that waits; (0, 0) when none does."""
        # Two queries: asked for both at once, SQLite reads every row. https://www.sqlite.org/optoverview.html#minmax
        found: tuple[int, int] = self._db.execute(
            "select coalesce((select min(seq) from records), 0), coalesce((select max(seq) from records), 0)"
        ).fetchone()
        return found

    def count_loss(self, reason: str, count: int = 1) -> None:
        """Add to the count of exchanges that were not captured, by reason and day (UTC)."""
        self._db.execute(
            "insert into losses values (?, date('now'), ?) on conflict do update set count = count + excluded.count",
            (reason, count),
        )

    def losses(self) -> list[tuple[str, str, int]]:
        """(reason, day, count) of what was lost."""
        return self._db.execute("select reason, day, count from losses order by day, reason").fetchall()

    def report_proxy(self, proxy: Proxy) -> None:
        """Write down how a proxy is doing."""
        self._db.execute(
            "insert or replace into proxies values (?, ?, ?, ?, ?, ?, ?)",
            (
                proxy.capture_id,
                proxy.pid,
                proxy.started_at,
                proxy.seen_at,
                proxy.in_flight,
                proxy.captured,
                proxy.failures,
            ),
        )

    def proxies(self) -> list[Proxy]:
        """The proxies that wrote here, newest first."""
        return [Proxy(*row) for row in self._db.execute("select * from proxies order by started_at desc")]

    def tidy(self) -> None:
        """Give freed pages back to the disk and empty the write-ahead log; leaves it where others keep it busy."""
        try:
            while self._db.execute("pragma freelist_count").fetchone()[0]:
                # Each row that is fetched frees a page.
                self._db.execute(f"pragma incremental_vacuum({FREED_AT_ONCE:d})").fetchall()
            self._db.execute("pragma wal_checkpoint(truncate)").fetchall()
        except sqlite3.OperationalError:
            return


def _row(record: Record) -> tuple[str, bytes, bytes, bytes, int]:
    meta, request, response = record.meta(), packed(record.request.data), packed(record.response.data)
    size = len(meta) + len(record.request.data) + len(record.response.data)
    return record.record_id, meta, request, response, size


def packed(data: bytes) -> bytes:
    """The bytes, compressed with zstd; nothing stays nothing."""
    return _local.compressor.compress(data) if data else b""


def unpacked(data: bytes) -> bytes:
    """What `packed` took."""
    return _local.decompressor.decompress(data) if data else b""


class _Local(threading.local):
    """One of each a thread: making them takes longer than using them."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=1)
        self.decompressor = zstandard.ZstdDecompressor()


_local = _Local()
