"""A database that is in use, or a disk that is full, holds the collector up and costs no record."""

import base64
import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from analytics import collector as collecting
from analytics.collector import MOST_DEATHS, MOST_FAILURES
from analytics.spool import Spool
from analytics.store.database import WRITER, Database, DatabaseLocked, DatabaseUnavailable
from tests.analytics.chats import BREAKS, chat, chats, said, stored
from tests.analytics.collecting import collect_all, collector, dying, ids, in_use, waiting


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


def test_where_the_memory_is_too_little_it_takes_more_and_goes_on(
    spool: Spool, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(WRITER, "memory_limit", "24MB")
    caplog.set_level(logging.INFO, "tokenecho.collector")
    texts = [base64.b64encode(os.urandom(75_000)).decode() for _ in range(400)]
    records = [chat(number, said(text)) for number, text in enumerate(texts)]
    spool.append(records)
    trying = collector(spool, Database(database.path))
    while trying.collect():  # as an import does
        pass
    assert caplog.text.count("It gets more memory") == 1
    assert len(stored(database)) == len(records)
