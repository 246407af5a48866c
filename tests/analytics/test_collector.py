"""The collector moves every record into the database once."""

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from analytics import collector as collecting
from analytics.collector import Collector
from analytics.hashing import Hasher
from analytics.pricing.pricer import Pricer
from analytics.reading import Reader, Reading
from analytics.record import Body, Record
from analytics.spool import Spool
from analytics.store.database import Database
from tests.analytics.chats import BREAKS, KEY, append, chat, chats, said, stored, tables
from tests.analytics.collecting import collect_all, collector, ids, shortfalls


class Counting(Database):
    """Counts the transactions."""

    transactions = 0

    @contextmanager
    def writing(self, timeout: float = 60.0) -> Iterator[duckdb.DuckDBPyConnection]:
        self.transactions += 1
        with super().writing(timeout) as connection:
            yield connection


def test_what_waits_is_in_the_database_and_out_of_the_spool(spool: Spool, database: Database) -> None:
    spool.append(chats(1, 2, 3))
    collect_all(spool, database)
    assert stored(database) == ids(*chats(1, 2, 3))
    assert spool.waiting() == 0


def test_more_than_a_batch_is_moved_in_several(spool: Spool, database: Database) -> None:
    spool.append(chats(*range(620)))
    collect_all(spool, database)
    assert stored(database) == ids(*chats(*range(620)))


def test_what_is_new_and_long_is_moved_in_transactions_that_memory_can_hold(
    spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "HELD", 25_000)
    database = Counting(tmp_path / "calls.duckdb")
    spool.append([chat(number, said(f"{number} " * 5_000)) for number in range(10, 16)])
    spool.append([*chats(*range(20, 30)), chat(30, api="unknown.api", response=Body(bytes(30_000))), chat(31)])
    collector(spool, database).collect()
    assert database.transactions == 3 + 1 + 1  # of two long ones each, up to the unread one, and the last
    assert stored(database) == ids(*chats(*range(10, 16), *range(20, 32)))
    assert spool.waiting() == 0


def test_a_batch_that_comes_again_after_a_crash_changes_nothing(spool: Spool, database: Database) -> None:
    spool.append([*chats(1, 2, 3), chat(4, api="unknown.api")])
    before = spool.path.with_name("before")
    with closing(sqlite3.connect(spool.path)) as source, closing(sqlite3.connect(before)) as copy:
        source.backup(copy)
    collect_all(spool, database)
    once = tables(database)
    # The collector died after DuckDB's commit and before the spool's: both files are as they were then.
    with closing(Spool(before)) as again:
        assert again.waiting() == 4
        collect_all(again, database)
        assert again.waiting() == 0
    assert tables(database) == once


def test_a_record_that_was_stored_long_ago_changes_nothing(spool: Spool, database: Database) -> None:
    spool.append([*chats(1, 2), chat(3, api="unknown.api")])
    collect_all(spool, database)
    once = tables(database)
    spool.append([chat(3, api="unknown.api"), *chats(2, 1)])
    collect_all(spool, database)
    assert tables(database) == once


def test_losses_are_told_in_the_database_and_only_when_they_change(spool: Spool, database: Database) -> None:
    telling = collector(spool, database)
    telling.write_state()
    assert not database.path.exists()  # nothing happened, nothing is made
    spool.count_loss("disk_full", 3)
    telling.write_state()
    assert shortfalls(database) == {"disk_full": 3}
    written = database.path.stat().st_mtime_ns
    telling.write_state()
    assert database.path.stat().st_mtime_ns == written


def test_two_spools_tell_their_losses_beside_each_other(tmp_path: Path, spool: Spool, database: Database) -> None:
    spool.count_loss("disk_full", 3)
    collect_all(spool, database)
    with closing(Spool(tmp_path / "other.spool")) as other:
        other.count_loss("disk_full", 4)
        collect_all(other, database)
    assert shortfalls(database) == {"disk_full": 7}


def test_what_is_no_longer_set_aside_is_told_no_longer_by_the_next_collector(spool: Spool, database: Database) -> None:
    spool.append([chat(1, said(BREAKS))])
    collect_all(spool, database)
    assert shortfalls(database) == {"set_aside": 1}
    spool.restore_set_aside()
    spool.delete(spooled.seq for spooled in spool.take())
    collect_all(spool, database)
    assert shortfalls(database) == {}


class Busy:
    """Never idle: with each round comes something new, put in by somebody else, until `rounds` are over."""

    def __init__(self, path: Path, rounds: int) -> None:
        self.path, self.rounds, self.sizes = path, rounds, list[int]()

    def asked(self) -> bool:
        """Whether to stop."""
        self.sizes.append(self.path.stat().st_size)
        number = len(self.sizes)
        append(self.path, [chat(number, request=Body(random.Random(number).randbytes(200_000)))])  # noqa: S311  # noise
        return number > self.rounds


def test_under_steady_load_what_was_handed_over_is_cleared_up_too(
    spool: Spool, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "TIDY_EVERY_S", 0.0)
    monkeypatch.setattr(collecting, "PAUSE_S", 0.0)
    busy = Busy(spool.path, rounds=6)
    collector(spool, database).run(busy.asked)
    assert max(busy.sizes) < 2 * 200_000


def test_it_pauses_only_when_it_has_caught_up(
    spool: Spool, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = Body(b" " * (40 << 20))  # so that a batch is full with one of them
    spool.append([replace(found, request=large) for found in chats(1, 2, 3)])
    waited: list[int] = []
    monkeypatch.setattr(time, "sleep", lambda seconds: waited.append(spool.waiting()))
    collector(spool, database).run(lambda: bool(waited))
    assert waited == [0]
    assert len(stored(database)) == 3


class Adding(Reader):
    """With each record that it reads comes a new one."""

    path: Path
    number = 0

    def read(self, record: Record) -> Reading:
        self.number += 1
        if self.number < 50:
            append(self.path, [chat(1_000 + self.number)])
        return super().read(record)


def test_told_to_stop_it_leaves_what_comes_later_to_the_next_one(spool: Spool, database: Database) -> None:
    spool.append(chats(1, 2, 3))
    adding = Adding(Hasher(KEY), Pricer())
    adding.path = spool.path
    Collector(spool, database, adding).run(lambda: True)
    assert stored(database) == ids(*chats(1, 2, 3))
    assert spool.waiting() == 3
