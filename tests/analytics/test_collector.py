"""The collector moves every record into the database once, whatever breaks, and sets aside what breaks it."""

import logging
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from analytics import collector as collecting
from analytics.collector import MOST_DEATHS, MOST_FAILURES, Collector
from analytics.hashing import Hasher
from analytics.pricing.pricer import Pricer
from analytics.reading import Reader, Reading
from analytics.record import Body, Record
from analytics.spool import Spool
from analytics.store.database import Database, DatabaseLocked, DatabaseUnavailable, sql
from tests.analytics.chats import BREAKS, KEY, KILLS, append, chat, chats, frail, reader, said, stored, tables
from tests.analytics.dying import MANY

NUL = b"\x28\xb5\x2f\xfd\x00"  # how zstd begins, and then ends at once


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool(tmp_path / "calls.duckdb.spool")
    yield opened
    opened.close()


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "calls.duckdb")


class Counting(Database):
    """Counts the transactions."""

    transactions = 0

    @contextmanager
    def writing(self, timeout: float = 60.0) -> Iterator[duckdb.DuckDBPyConnection]:
        self.transactions += 1
        with super().writing(timeout) as connection:
            yield connection


@contextmanager
def in_use(database: Database) -> Iterator[duckdb.DuckDBPyConnection]:
    """Somebody reads in it, and does not stop."""
    with database.writing():
        pass
    with duckdb.connect(database.path, read_only=True) as holder:
        yield holder


def collector(spool: Spool, database: Database) -> Collector:
    return Collector(spool, database, frail())


def collect_all(spool: Spool, database: Database) -> None:
    """Collect until nothing waits, as `tokenecho collect --once`."""
    collector(spool, database).run(lambda: True)


def waiting(spool: Spool) -> list[tuple[int, int]]:
    """(deaths, failures) of what waits."""
    return [(spooled.deaths, spooled.failures) for spooled in spool.take()]


def ids(*records: Record) -> list[str]:
    return [record.record_id for record in records]


def dying(spool: Spool, database: Database, how: str, times: int) -> int:
    """Let collectors die, in processes of their own; how many did."""
    command = [sys.executable, "-m", "tests.analytics.dying", str(spool.path), str(database.path), how, str(times)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout)


def shortfalls(database: Database) -> dict[str, int]:
    with database.reading() as connection:
        return dict(connection.execute(sql("shortfalls")).fetchall())


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


def test_one_that_breaks_the_reading_is_set_aside_with_its_error_and_the_rest_goes_on(
    spool: Spool, database: Database
) -> None:
    spool.append([*chats(1, 2), chat(3, said(BREAKS)), *chats(4, 5)])
    one_round = collector(spool, database)
    one_round.collect()
    assert stored(database) == ids(*chats(1, 2, 4, 5))  # the others did not even wait
    assert waiting(spool) == [(0, 1)]
    one_round.collect()
    assert waiting(spool) == [(0, 2)]
    one_round.collect()
    assert spool.waiting() == 0
    assert spool.set_aside_errors() == [("record-3", f"LookupError: no such thing as {BREAKS!r}")]


def test_of_a_call_without_contents_the_error_quotes_nothing(
    spool: Spool, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    spool.append([chat(3, said(BREAKS), content="none")])
    collect_all(spool, database)
    assert spool.set_aside_errors() == [("record-3", "LookupError")]
    assert "LookupError" in caplog.text
    assert BREAKS not in caplog.text


@pytest.mark.parametrize("column", ["meta", "request", "response"])
def test_one_that_is_damaged_in_the_spool_is_set_aside(spool: Spool, database: Database, column: str) -> None:
    spool.append(chats(1, 2, 3))
    with closing(sqlite3.connect(spool.path)) as other, other:
        other.execute(f"update records set {column} = ? where seq = 2", (NUL,))  # noqa: S608  # named above
    collect_all(spool, database)
    assert stored(database) == ids(*chats(1, 3))
    [(record_id, error)] = spool.set_aside_errors()
    assert (record_id, bool(error)) == ("record-2", True)


def test_one_that_the_database_refuses_is_found_and_set_aside(spool: Spool, database: Database) -> None:
    spool.append([*chats(*range(27)), chat(27, port=2**40), *chats(*range(28, 30))])  # no integer of the table's
    collect_all(spool, database)
    assert stored(database) == ids(*chats(*range(27), *range(28, 30)))
    [(record_id, error)] = spool.set_aside_errors()
    assert record_id == "record-27"
    assert error


def test_what_was_set_aside_comes_back_once_it_can_be_read(spool: Spool, database: Database) -> None:
    spool.append([chat(1, said(BREAKS)), chat(2)])
    collect_all(spool, database)
    assert shortfalls(database) == {"set_aside": 1}
    assert spool.restore_set_aside() == 1
    Collector(spool, database, reader()).run(lambda: True)  # after an upgrade
    assert stored(database) == ids(*chats(1, 2))
    assert shortfalls(database) == {}


def test_one_that_kills_the_collector_is_set_aside_in_the_end_and_the_rest_goes_on(
    spool: Spool, database: Database
) -> None:
    spool.append([*chats(*range(8)), chat(8, said(KILLS)), *chats(*range(9, 12))])
    assert dying(spool, database, "reading", 4) == 4  # with all, with a few, and alone: then the others went first
    assert stored(database) == ids(*chats(*range(8), *range(9, 12)))
    assert waiting(spool) == [(3, 0)]  # and the fourth collector has just died over it
    assert dying(spool, database, "reading", 50) == MOST_DEATHS - 4
    assert spool.waiting() == 0
    assert spool.set_aside_errors() == [("record-8", f"the collector ended {MOST_DEATHS} times with it in hand")]
    assert spool.restore_set_aside() == 1
    Collector(spool, database, reader()).run(lambda: True)
    assert stored(database) == ids(*chats(*range(12)))


def test_a_collector_that_others_kill_time_and_again_sets_no_record_aside(spool: Spool, database: Database) -> None:
    spool.append(chats(*range(20)))
    assert dying(spool, database, "killed", 20) > 4  # the others were done before
    spool.count_deaths()
    assert max((deaths for deaths, _ in waiting(spool)), default=0) < MOST_DEATHS - 3
    collect_all(spool, database)
    assert stored(database) == ids(*chats(*range(20), *range(MANY, MANY + 20)))
    assert spool.set_aside_errors() == []


def test_where_every_try_is_deadly_no_record_is_blamed_before_its_turn(spool: Spool, database: Database) -> None:
    spool.append(chats(*range(12)))
    assert dying(spool, database, "always", 24) == 24
    spool.count_deaths()
    assert max(deaths for deaths, _ in waiting(spool)) <= 4
    assert spool.set_aside_errors() == []


def test_waiting_for_a_database_that_is_in_use_is_no_failure_of_the_record(spool: Spool, database: Database) -> None:
    spool.append([chat(1), chat(2, said(BREAKS))])
    trying = collector(spool, database)
    with in_use(database):
        for _ in range(2 * MOST_DEATHS):
            with pytest.raises(DatabaseLocked):
                trying.collect(patience=0.01)
            spool.count_deaths()  # as if it had been killed just now
    assert waiting(spool) == [(0, 0), (0, 1)]
    collect_all(spool, database)
    assert stored(database) == ids(chat(1))


def test_a_death_while_it_waits_for_the_database_is_held_against_no_record(spool: Spool, database: Database) -> None:
    spool.append(chats(1))
    collect_all(spool, database)
    spool.append(chats(2))
    assert dying(spool, database, "waiting", 10) == 10
    spool.count_deaths()
    assert waiting(spool) == [(0, 0)]


def test_told_to_stop_it_does_not_wait_for_ever_for_a_database_in_use(
    spool: Spool, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "RUNNING_PATIENCE_S", 0.05)
    spool.append(chats(1))
    with in_use(database), pytest.raises(DatabaseLocked, match="in use by"):
        collect_all(spool, database)
    assert spool.waiting() == 1


def test_it_goes_on_by_itself_once_the_database_is_free(
    spool: Spool, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(collecting, "RUNNING_PATIENCE_S", 0.02)
    monkeypatch.setattr(collecting, "RETRY_S", 0.01)
    caplog.set_level(logging.WARNING)
    spool.append(chats(1))
    asked = 0

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        if asked == 4:
            holder.close()
        return asked > 6

    with in_use(database) as holder:
        collector(spool, database).run(stopped)
    assert stored(database) == ids(chat(1))
    assert caplog.text.count("in use by") == 1  # said once, not at every try


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


def test_nothing_is_lost_while_the_disk_is_full(spool: Spool, small_disk: Path) -> None:
    database = Database(small_disk / "calls.duckdb")
    spool.append(chats(*range(10)))
    collect_all(spool, database)
    filler = small_disk / "filler"
    fill(filler)
    spool.append([chat(n, said(*(f"{n} {at} and so on" for at in range(300)))) for n in range(10, 60)])
    trying = collector(spool, database)
    for _ in range(MOST_FAILURES + 1):
        with pytest.raises(DatabaseUnavailable, match=r"calls.duckdb: cannot be written: .*No space left"):
            trying.collect()
    assert waiting(spool) == [(0, 0)] * 50
    assert stored(database) == ids(*chats(*range(10)))
    filler.unlink()
    collect_all(spool, database)
    assert stored(database) == ids(*chats(*range(60)))
    assert spool.set_aside_errors() == []


def test_a_database_is_made_once_there_is_room_for_it(spool: Spool, small_disk: Path) -> None:
    database = Database(small_disk / "calls.duckdb")
    spool.append(chats(1))
    filler = small_disk / "filler"
    fill(filler)
    with pytest.raises(DatabaseUnavailable, match="No space left"):
        collector(spool, database).collect()
    assert [path.name for path in small_disk.iterdir()] == ["filler"]  # nothing half-made stays
    filler.unlink()
    collect_all(spool, database)
    assert stored(database) == ids(chat(1))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    if not mount or subprocess.run([mount, "-t", "tmpfs", "-o", "size=16m", "none", folder], check=False).returncode:
        pytest.skip("needs to mount a file system, which only root may")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(path: Path) -> None:
    """Take all the room there is."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
