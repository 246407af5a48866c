"""The thread that commits what the event loop has noted."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from analytics.record import Body, Record
from analytics.spool import DISK_LIMIT, Spool
from proxy_addons.boundary import Boundary
from proxy_addons.writer import Gauge, SpoolWriter

RECORD = Record("1", 0.0, "POST", "https", "h", 443, "/", "HTTP/1.1", (), Body(b"x"), "openai", "openai.chat")


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    found = Spool(tmp_path / "spool")
    yield found
    found.close()


def written(spool: Spool, records: list[Record]) -> Boundary:
    """All of them put into the queue before the thread starts, so that they are one batch."""
    boundary, gauge = Boundary(), Gauge(10**6)
    writer = SpoolWriter(spool.path, "run", boundary, gauge, disk_limit=DISK_LIMIT)
    for record in records:
        assert gauge.take(100)
        writer.put(lambda record=record: [record], 100)  # type: ignore[misc]  # mypy cannot infer the default
    writer.start()
    writer.close()
    assert gauge.held == 0
    return boundary


def test_a_record_that_cannot_be_written_takes_no_other_with_it(spool: Spool) -> None:
    unwritable = replace(RECORD, record_id="bad", path="\udcff")
    boundary = written(spool, [replace(RECORD, record_id="a"), unwritable, replace(RECORD, record_id="b")])
    assert [spooled.record().record_id for spooled in spool.take()] == ["a", "b"]
    assert [(reason, count) for reason, _, count in spool.losses()] == [("capture_error", 1)]
    assert boundary.failures == 2  # with the others, and alone
    assert [proxy.failures for proxy in spool.proxies()] == [2]
    assert [proxy.captured for proxy in spool.proxies()] == [2]


def test_more_than_a_batch_keeps_its_order(spool: Spool) -> None:
    names = [str(number) for number in range(200)]
    written(spool, [replace(RECORD, record_id=name) for name in names])
    assert [spooled.record().record_id for spooled in spool.take()] == names


def test_a_gauge_that_two_threads_change_loses_nothing() -> None:
    gauge, rounds = Gauge(10**9), 100_000

    def give_back() -> None:
        for _ in range(rounds):
            gauge.returned += sum([3 for _ in range(1)])

    thread = threading.Thread(target=give_back)
    thread.start()
    for _ in range(rounds):
        assert gauge.take(3)
    thread.join()
    assert gauge.held == 0


def test_a_full_gauge_takes_nothing() -> None:
    gauge = Gauge(10)
    assert gauge.take(10)
    assert not gauge.take(1)
    assert gauge.held == 10
    gauge.returned += 10
    assert gauge.take(1)
