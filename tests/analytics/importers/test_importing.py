"""Files of either kind go into the spool, no faster than it is emptied."""

import gzip
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from analytics.importers import importing as module
from analytics.importers.importing import (
    Imported,
    NobodyCollects,
    UnknownFormat,
    batches,
    detect,
    import_file,
    wait_for_room,
)
from analytics.record import Record
from analytics.spool import Spool
from tests.analytics.importers.har_files import IMPORTING, STARTED_AT, entry, har, one, socket_entry, turn, written
from tests.proxy_addons.flow_files import call, flow_file, saved, socket_call


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with closing(Spool(tmp_path / "home" / "spool.db")) as opened:
        yield opened


def silent(entries: int) -> None:
    """Progress that nobody asks for."""


def never() -> None:
    raise AssertionError("there was room")


@pytest.mark.parametrize(
    "data",
    [har([]), b"\xef\xbb\xbf" + har([]), b'\n {"version": 1,\n "log" : {', gzip.compress(har([entry()])), har([])[:20]],
)
def test_a_har_file_is_known_by_its_start(tmp_path: Path, data: bytes) -> None:
    assert detect(written(tmp_path, data, "any.name")) == "har"


@pytest.mark.parametrize("cut", [None, 12, 200])
def test_a_flow_file_is_known_by_its_start(tmp_path: Path, cut: int | None) -> None:
    assert detect(written(tmp_path, saved([call()])[:cut], "any.name")) == "flow"


@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 30, b"GET / HTTP/1.1", b"{}", b'{"catalog": 1}', b"[1]", b"12", b"\x1f\x8bxx", b"\x78\x9c"]
)
def test_another_file_is_refused_with_its_name_and_what_to_do(tmp_path: Path, data: bytes, spool: Spool) -> None:
    path = written(tmp_path, data, "holiday.jpg")
    with pytest.raises(UnknownFormat, match=r"holiday\.jpg is neither .*`mitmdump -w"):
        import_file(path, spool, IMPORTING, silent, never)


def test_a_compressed_flow_file_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="gunzip"):
        detect(written(tmp_path, gzip.compress(saved([call()])), "traffic.gz"))


def test_a_har_file_goes_into_the_spool(tmp_path: Path, spool: Spool) -> None:
    path = written(tmp_path, har([entry(), socket_entry(turn(1, STARTED_AT)), entry("https://example.com/"), {}]))
    told: list[int] = []
    done = import_file(path, spool, IMPORTING, told.append)
    assert done == Imported(4, 2, 1, 1, "entry 4: it has no request with an address", None)
    assert (told[-1], spool.waiting()) == (4, 2)


def test_a_flow_file_goes_into_the_spool_as_far_as_it_can_be_read(tmp_path: Path, spool: Spool) -> None:
    path = flow_file(tmp_path, call(0), socket_call(1))
    path.write_bytes(path.read_bytes() + b"500:cut")
    told: list[int] = []
    done = import_file(path, spool, IMPORTING, told.append)
    assert (done.entries, done.calls, done.other, done.skipped) == (2, 3, 0, 0)
    assert "stopped after 2 flows" in str(done.stopped_at)
    assert (told[-1], spool.waiting()) == (2, 3)


def test_importing_twice_changes_nothing(tmp_path: Path, spool: Spool) -> None:
    path = written(tmp_path, har([entry(question=str(n)) for n in range(100)]))
    first = import_file(path, spool, IMPORTING, silent)
    again = import_file(path, spool, replace(IMPORTING, capture_id="import-2"), silent)
    assert first == again
    assert spool.waiting() == 100


def test_a_full_spool_is_emptied_before_more_is_put_in(
    tmp_path: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 100)
    path = written(tmp_path, har([entry(question=str(n)) for n in range(500)]))
    most: list[int] = []

    def drain() -> None:
        most.append(spool.waiting())
        spool.delete([waiting.seq for waiting in spool.take(count=1000)])

    assert import_file(path, spool, IMPORTING, silent, drain).calls == 500
    assert max(most) <= 100 + module.BATCH


def test_a_spool_with_too_many_bytes_is_full(tmp_path: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 10_000)
    wait_for_room(spool, never)
    spool.append([one(tmp_path, entry(reply=bytes(range(256)).hex() * 500))])
    drained: list[bool] = []

    def drain() -> None:
        drained.append(True)
        spool.delete([waiting.seq for waiting in spool.take()])

    wait_for_room(spool, drain)
    assert drained == [True]


def test_an_import_does_not_wait_for_ever(tmp_path: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 0)
    spool.append([one(tmp_path, entry())])
    with pytest.raises(NobodyCollects, match=r"spool\.db is full .*`tokenecho collect"):
        wait_for_room(spool, lambda: None, patience_s=0.12)


def test_batches_are_bounded_in_number_and_size(tmp_path: Path) -> None:
    small = one(tmp_path, entry())
    big = replace(small, response=replace(small.response, data=b"x" * (module.BATCH_BYTES // 2)))
    records: list[Record] = [small] * 100 + [big] * 5
    sizes = [len(batch) for batch in batches(iter(records))]
    assert sizes == [64, 38, 2, 1]
    assert list(batches(iter([]))) == []
