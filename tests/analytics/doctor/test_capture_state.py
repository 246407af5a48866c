"""What the doctor says of proxies, collector, losses, records set aside and unread exchanges."""

import gc
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analytics.cli.reader import make_reader
from analytics.collector import Collector
from analytics.doctor.capture_state import capture_checks, live_proxies
from analytics.doctor.check import Check
from analytics.launch.collector_lock import CollectorLock
from analytics.launch.places import Places
from analytics.record import Body, Record
from analytics.spool import Proxy, Spool
from analytics.store.database import Database

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def at(tmp_path: Path) -> Places:
    return Places(tmp_path / "data" / "tokenecho.duckdb", tmp_path)


@pytest.fixture
def spool(at: Places) -> Iterator[Spool]:
    with closing(Spool(at.spool)) as opened:
        yield opened


def look(at: Places, now: datetime = NOW) -> dict[str, Check]:
    return {check.subject: check for check in capture_checks(at, now.timestamp())}


def proxy(seen: datetime, failures: int = 0) -> Proxy:
    return Proxy("c", 4711, seen.timestamp() - 60, seen.timestamp(), 2, 31, failures)


def record(name: str, api: str = "openai.chat") -> Record:
    return Record(name, 0.0, "POST", "https", "example.com", 443, "/", "1.1", (), Body(), "openai", api)


def test_before_the_first_capture_nothing_is_wrong_and_no_file_is_made(at: Places) -> None:
    assert [check.level for check in capture_checks(at)] == ["note"]
    assert live_proxies(at) == []
    assert not at.database.parent.exists()


def test_an_idle_spool_is_in_order(at: Places, spool: Spool) -> None:
    found = look(at)
    assert {name: check.level for name, check in found.items()} == {
        "proxy": "note",
        "collector": "note",
        "failures": "ok",
        "losses": "ok",
        "set aside": "ok",
    }


def test_a_proxy_is_alive_while_its_heartbeat_is_fresh(at: Places, spool: Spool) -> None:
    spool.report_proxy(proxy(NOW - timedelta(seconds=2)))
    assert look(at)["proxy"] == Check("capture", "proxy", "ok", "running; process 4711: 31 captured, 2 in flight")
    assert look(at, NOW + timedelta(seconds=4))["proxy"].found == "not running"


def test_live_proxies_are_those_of_this_moment(at: Places, spool: Spool) -> None:
    spool.report_proxy(proxy(NOW))
    assert live_proxies(at) == []
    spool.report_proxy(proxy(datetime.fromtimestamp(time.time(), UTC)))
    assert [found.pid for found in live_proxies(at)] == [4711]


def test_a_collector_is_alive_while_it_holds_its_lock(at: Places, spool: Spool) -> None:
    lock = CollectorLock(at.collector_lock)
    assert lock.take()
    assert look(at)["collector"] == Check("capture", "collector", "ok", "running; 0 waiting in the spool")
    lock.release()
    assert look(at)["collector"].found == "not running; nothing waits for it"


def test_looking_for_a_collector_does_not_keep_one_from_starting(at: Places, spool: Spool) -> None:
    CollectorLock(at.collector_lock).release()
    look(at)
    lock = CollectorLock(at.collector_lock)
    assert lock.take()
    lock.release()


def test_records_that_nobody_collects_are_a_warning(at: Places, spool: Spool) -> None:
    spool.append([record("r1"), record("r2")])
    found = look(at)["collector"]
    assert (found.level, found.found) == ("warning", "not running; 2 waiting in the spool")
    assert str(at.database) in found.remedy


@pytest.mark.parametrize(("age", "level"), [(timedelta(hours=23), "failure"), (timedelta(hours=25), "warning")])
def test_failures_inside_a_proxy_are_history_after_a_day(at: Places, spool: Spool, age: timedelta, level: str) -> None:
    spool.report_proxy(proxy(NOW - age, failures=3))
    found = look(at)["failures"]
    assert found.level == level
    assert found.found == f"3 inside the proxy, the last by {NOW - age:%Y-%m-%d %H:%M} UTC"


@pytest.mark.parametrize(("days", "level"), [(0, "failure"), (1, "failure"), (2, "warning")])
def test_a_loss_is_a_failure_until_the_day_after(at: Places, spool: Spool, days: int, level: str) -> None:
    spool.count_loss("disk_full", 7)  # today, by the machine's own clock
    today = datetime.now(UTC).replace(hour=12)
    found = look(at, today + timedelta(days=days))["losses"]
    assert found.level == level
    assert found.found == f"7 not stored (disk_full), the last on {today:%Y-%m-%d}"
    assert found.remedy == "The disk was full: make room."


def test_losses_are_shown_by_reason(at: Places, spool: Spool) -> None:
    for reason in ("disk_full", "a_later_reason", "disk_full"):
        spool.count_loss(reason)
    found = [check for check in capture_checks(at) if check.subject == "losses"]
    shown = {check.found.partition(",")[0]: bool(check.remedy) for check in found}
    assert shown == {"1 not stored (a_later_reason)": False, "2 not stored (disk_full)": True}


def test_records_set_aside_are_shown_with_their_errors(at: Places, spool: Spool) -> None:
    spool.append([record("r1"), record("r2"), record("r3")])
    for spooled, error in zip(spool.take(), ("KeyError: 'x'", "ValueError: y", "KeyError: 'x'"), strict=True):
        spool.set_aside(spooled.seq, error)
    found = look(at)["set aside"]
    assert (found.level, found.found) == ("warning", "3 calls: 2 × KeyError: 'x'; 1 × ValueError: y")
    assert "reparse" in found.remedy


# The spool does not close the connection on which it fails.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_damaged_spool_is_a_failure(at: Places) -> None:
    at.spool.parent.mkdir()
    at.spool.write_bytes(b"this is no SQLite file at all" * 100)
    assert look(at)["spool"].level == "failure"
    gc.collect()


def test_a_damaged_database_is_a_failure(at: Places) -> None:
    at.database.parent.mkdir()
    at.database.write_bytes(b"this is no DuckDB file at all" * 1000)
    assert look(at)["database"].level == "failure"


def test_unread_exchanges_are_counted_by_api(at: Places, spool: Spool) -> None:
    collector = Collector(spool, Database(at.database), make_reader(at))
    spool.append([record("r1", "openai.telepathy"), record("r2", "openai.dance"), record("r3", "openai.telepathy")])
    assert collector.collect() == 3
    found = look(at)["unread"]
    assert (found.level, found.found) == ("warning", "2 × openai.telepathy; 1 × openai.dance")
    assert "reparse" in found.remedy


def test_a_database_with_nothing_unread_is_in_order(at: Places, spool: Spool) -> None:
    with Database(at.database).writing():
        pass
    assert look(at)["unread"].level == "ok"
