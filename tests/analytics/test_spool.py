"""The spool keeps what is put into it, whole and once, for its owner only, within its limits, and forgets for good."""

import os
import random
import sqlite3
import stat
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from analytics.record import Body
from analytics.spool import Proxy, Spool, SpoolFull
from tests.analytics.chats import chat, chats, said

MARK = "a sentence of somebody's conversation"
APPENDING = """
import sys
import threading
from pathlib import Path
from tests.analytics.chats import append, chat
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    append(Path(sys.argv[1]), [chat(number)])
"""


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool(tmp_path / "folder" / "calls.spool")
    yield opened
    opened.close()


def files(spool: Spool) -> list[Path]:
    return sorted(spool.path.parent.iterdir())


def bytes_on_disk(spool: Spool) -> bytes:
    return b"".join(path.read_bytes() for path in files(spool))


def noise(number: int, size: int = 10_000) -> Body:
    """A body that does not compress."""
    return Body(random.Random(number).randbytes(size), size)  # noqa: S311  # noise, not a secret


def test_a_record_comes_out_as_it_went_in(spool: Spool) -> None:
    record = chat(1, said("A question — “naïve”?"), error="cut off", complete=False)
    spool.append([record])
    [spooled] = spool.take()
    assert spooled.record() == record
    assert (spooled.deaths, spooled.failures) == (0, 0)


def test_an_empty_body_stays_empty(spool: Spool) -> None:
    record = chat(1, request=Body(), response=Body(b"", None, trimmed=True))
    spool.append([record])
    assert spool.take()[0].record() == record


def test_the_same_record_twice_is_kept_once_as_it_was_first(spool: Spool) -> None:
    spool.append([chat(1)])
    spool.append([replace(chat(1), status=500), chat(2)])
    assert [spooled.record() for spooled in spool.take()] == chats(1, 2)


def test_the_oldest_are_taken_first_up_to_a_count_and_a_size(spool: Spool) -> None:
    spool.append([chat(number, response=Body(bytes(1_000_000), 1_000_000)) for number in range(6)])
    assert len(spool.take(count=4)) == 4
    assert len(spool.take(size=2_500_000)) == 2
    assert len(spool.take(size=1)) == 1
    assert [spooled.seq for spooled in spool.take(after=4)] == [5, 6]


def test_of_bodies_that_hardly_pack_fewer_are_taken_together_than_of_such_as_do(spool: Spool) -> None:
    spool.append([chat(number, request=noise(number, 1_000_000)) for number in (1, 2, 3)])
    spool.append([chat(number, request=Body(b" " * 1_000_000)) for number in (4, 5, 6)])
    assert len(spool.take(size=4_000_000)) == 1
    assert len(spool.take(after=3, size=4_000_000)) == 3


def test_deleted_text_is_on_disk_no_more(spool: Spool) -> None:
    spool.append([chat(n, request_headers=(("x-note", f"{MARK} {n}"),)) for n in range(300)])  # headers: uncompressed
    assert MARK.encode() in bytes_on_disk(spool)
    spool.delete(spooled.seq for spooled in spool.take())
    spool.tidy()
    assert MARK.encode() not in bytes_on_disk(spool)


def test_deleted_text_is_overwritten_in_the_file_before_it_shrinks(spool: Spool) -> None:
    spool.append([chat(n, request_headers=(("x-note", f"{MARK} {n}"),)) for n in range(300)])
    spool.delete(spooled.seq for spooled in spool.take())
    with sqlite3.connect(spool.path) as other:
        other.execute("pragma wal_checkpoint(truncate)").fetchall()
        assert other.execute("pragma freelist_count").fetchone()[0] > 15
    other.close()
    assert MARK.encode() not in bytes_on_disk(spool)


def test_tidying_gives_all_freed_pages_back(spool: Spool) -> None:
    spool.tidy()
    empty = spool.path.stat().st_size
    spool.append([chat(n, response=noise(n)) for n in range(300)])
    spool.tidy()
    assert spool.path.stat().st_size > 3_000_000
    spool.delete(spooled.seq for spooled in spool.take())
    spool.tidy()
    assert spool.path.stat().st_size <= empty + 8192
    assert spool.path.with_name("calls.spool-wal").stat().st_size == 0


def test_tidying_leaves_it_where_somebody_else_writes(spool: Spool) -> None:
    spool._db.execute("pragma busy_timeout=50")
    spool.append([chat(n, response=noise(n)) for n in range(5)])
    spool.delete([1, 2, 3])
    other = sqlite3.connect(spool.path, isolation_level=None)
    other.execute("begin immediate")
    spool.tidy()
    other.execute("rollback")
    other.close()
    assert [spooled.seq for spooled in spool.take()] == [4, 5]


def test_files_are_for_the_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        spool = Spool(tmp_path / "a" / "b" / "calls.spool")
        spool.append(chats(1))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in files(spool)}
    finally:
        os.umask(before)
    assert modes == {"calls.spool": 0o600, "calls.spool-shm": 0o600, "calls.spool-wal": 0o600}
    assert {stat.S_IMODE((tmp_path / folder).stat().st_mode) for folder in ("a", "a/b")} == {0o700}
    spool.close()


def test_processes_append_at_once_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "calls.spool"  # not there yet: they also race to make it
    ranges = [(0, 40), (20, 60), (60, 100)]
    running = [subprocess.Popen([sys.executable, "-c", APPENDING, path, str(first), str(end)]) for first, end in ranges]
    assert [process.wait(30) for process in running] == [0, 0, 0]
    spool = Spool(path)
    found = [spooled.record() for spooled in spool.take()]
    assert sorted(record.record_id for record in found) == sorted(record.record_id for record in chats(*range(100)))
    spool.close()


def test_at_its_limit_the_spool_takes_no_more_and_keeps_what_it_has(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", disk_limit=500_000)
    endless = ([chat(number, response=noise(number))] for number in count())
    with pytest.raises(SpoolFull, match="the spool is full") as raised:
        deque(map(spool.append, endless))
    assert raised.value.reason == "spool_limit"
    kept = spool.waiting()
    assert 10 <= kept <= 20
    spool.delete(spooled.seq for spooled in spool.take())
    spool.append(chats(1000))  # what was taken out makes room
    spool.close()


def test_on_a_full_disk_a_batch_is_refused_whole_and_the_spool_stays_usable(spool: Spool) -> None:
    spool.append(chats(1))
    fill_up(spool)
    with pytest.raises(SpoolFull, match="the disk is full") as raised:
        spool.append([chat(2), chat(3, response=noise(3, 1_000_000))])
    assert raised.value.reason == "disk_full"
    assert [spooled.record() for spooled in spool.take()] == chats(1)
    give_room(spool)
    spool.append(chats(2))
    assert spool.waiting() == 2


def test_a_full_disk_is_told_as_such_to_the_collector_too(spool: Spool) -> None:
    spool.append([chat(number, response=noise(number, 3_000)) for number in range(50)])
    taken = spool.take()
    fill_up(spool)
    with pytest.raises(SpoolFull), spool.in_hand(taken * 1_000):
        pytest.fail("was noted on a full disk")
    give_room(spool)
    with spool.in_hand(taken):
        pass


def fill_up(spool: Spool) -> None:
    """No page more: SQLite then raises what a full disk raises."""
    pages = spool._db.execute("pragma page_count").fetchone()[0]
    spool._db.execute(f"pragma max_page_count={pages}")


def give_room(spool: Spool) -> None:
    spool._db.execute("pragma max_page_count=1000000")


def test_losses_add_up_by_reason(spool: Spool) -> None:
    spool.count_loss("disk_full")
    spool.count_loss("disk_full", 4)
    spool.count_loss("memory_limit")
    assert [(reason, lost) for reason, _, lost in spool.losses()] == [("disk_full", 5), ("memory_limit", 1)]


def test_a_proxy_is_known_by_what_it_said_last(spool: Spool) -> None:
    first = Proxy("capture-1", 11, 100.0, 101.0, 2, 5, 0)
    spool.report_proxy(first)
    spool.report_proxy(Proxy("capture-2", 12, 200.0, 201.0, 0, 0, 1))
    last = replace(first, seen_at=300.0, in_flight=0, captured=9)
    spool.report_proxy(last)
    assert spool.proxies() == [Proxy("capture-2", 12, 200.0, 201.0, 0, 0, 1), last]


def test_every_spool_has_a_name_of_its_own_that_stays(tmp_path: Path) -> None:
    names = []
    for name in ("one", "one", "other"):
        spool = Spool(tmp_path / name)
        names.append(spool.spool_id())
        spool.close()
    assert names[0] == names[1] != names[2]


def test_what_was_in_hand_when_a_collector_died_is_known_to_the_next(spool: Spool) -> None:
    spool.append(chats(1, 2, 3, 4))
    taken = spool.take()
    with pytest.raises(KeyboardInterrupt), spool.in_hand(taken):  # a way out is no death
        raise KeyboardInterrupt
    assert spool.count_deaths() == 0
    never_left = spool.in_hand([taken[0], taken[2]])
    never_left.__enter__()
    assert spool.count_deaths() == 2
    assert [spooled.deaths for spooled in spool.take()] == [1, 0, 1, 0]
    assert spool.count_deaths() == 0  # it counts once


def test_a_record_set_aside_is_out_of_the_way_until_it_is_restored(spool: Spool) -> None:
    spool.append(chats(1, 2))
    spool.set_aside(1, "ValueError: no")
    assert [spooled.record() for spooled in spool.take()] == chats(2)
    assert spool.set_aside_errors() == [("record-1", "ValueError: no")]
    assert spool.restore_set_aside() == 1
    assert sorted(spooled.record().record_id for spooled in spool.take()) == ["record-1", "record-2"]
    assert spool.set_aside_errors() == []


def test_a_file_that_is_no_spool_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing of the kind" * 100)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        Spool(tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "nothing of the kind" * 100


def test_a_spool_that_several_make_at_once_is_one_spool(tmp_path: Path) -> None:
    start = threading.Barrier(4)

    def opened(path: Path) -> str:
        start.wait()
        with closing(Spool(path)) as spool:
            return spool.spool_id()

    with ThreadPoolExecutor(4) as threads:
        for number in range(30):
            assert len(set(threads.map(opened, [tmp_path / str(number)] * 4))) == 1
