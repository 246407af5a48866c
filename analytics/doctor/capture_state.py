"""The state of capture: proxies, the collector, what waits, and what was lost, set aside, failed or left unread."""

import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta

from analytics.doctor.check import Check, Level
from analytics.launch.collector_lock import CollectorLock
from analytics.launch.places import Places
from analytics.spool import Proxy, Spool
from analytics.store.database import Database, DatabaseError, DatabaseMissing, sql

# A proxy writes down how it is every second.
SILENCE_S = 5.0
RECENT = timedelta(days=1)
SHOWN = 5
LOSSES = {
    "memory_limit": "More traffic at once than the proxy may hold in memory: raise tokenecho_memory_limit.",
    "spool_limit": "The spool was full: keep a collector running (`tokenecho up` or `tokenecho collect`).",
    "disk_full": "The disk was full: make room.",
    "recorder_died": "The process that records died over it several times: please report what the proxy's log says.",
    "spool_error": "The spool could not be written: see the proxy's log for why.",
}


def capture_checks(at: Places, now: float | None = None) -> list[Check]:
    """All of them; a spool or database that cannot be read is a failure, one that is not there yet is not."""
    return [*_spool_checks(at, now or time.time()), *_database_checks(at)]


def live(proxies: Sequence[Proxy], now: float) -> list[Proxy]:
    """Those that were heard of just now."""
    return [proxy for proxy in proxies if now - proxy.seen_at < SILENCE_S]


def live_proxies(at: Places) -> list[Proxy]:
    """The proxies that write to this database's spool at this moment; none where that cannot be told."""
    if not at.spool.exists():
        return []
    try:
        with closing(Spool(at.spool)) as spool:
            return live(spool.proxies(), time.time())
    except (sqlite3.Error, OSError):
        return []


def _spool_checks(at: Places, now: float) -> list[Check]:
    if not at.spool.exists():
        return [
            Check("capture", "proxy", "note", "nothing was captured yet", "tokenecho up, or tokenecho run -- COMMAND")
        ]
    try:
        with closing(Spool(at.spool)) as spool:
            proxies = spool.proxies()
            return [
                _proxy_check(live(proxies, now)),
                _collector_check(at, spool.waiting()),
                *_failure_checks(proxies, now),
                *_loss_checks(spool.losses(), datetime.fromtimestamp(now, UTC)),
                *_set_aside_checks(spool.set_aside_errors()),
            ]
    except (sqlite3.Error, OSError) as error:
        advice = "Stop the proxy, move the file away, and start again; what it held is in the moved file."
        return [Check("capture", "spool", "failure", f"cannot be read: {error}", advice)]


def _proxy_check(running: Sequence[Proxy]) -> Check:
    if not running:
        return Check("capture", "proxy", "note", "not running", "tokenecho up, or tokenecho run -- COMMAND")
    words = [f"process {proxy.pid}: {proxy.captured} captured, {proxy.in_flight} in flight" for proxy in running]
    return Check("capture", "proxy", "ok", "running; " + "; ".join(words))


def _collector_check(at: Places, waiting: int) -> Check:
    if _collecting(at):
        return Check("capture", "collector", "ok", f"running; {waiting} waiting in the spool")
    if waiting:
        found = f"not running; {waiting} waiting in the spool"
        return Check("capture", "collector", "warning", found, f"tokenecho collect --once --db '{at.database}'")
    return Check("capture", "collector", "note", "not running; nothing waits for it")


def _collecting(at: Places) -> bool:
    """Whether somebody holds the collector's lock."""
    if not at.collector_lock.exists():
        return False
    lock = CollectorLock(at.collector_lock)
    held = not lock.take()
    lock.release()
    return held


def _failure_checks(proxies: Sequence[Proxy], now: float) -> list[Check]:
    """What our own code inside a proxy raised: traffic went on, but something may not have been captured."""
    failed = [proxy for proxy in proxies if proxy.failures]
    if not failed:
        return [Check("capture", "failures", "ok", "none")]
    recent = any(now - proxy.seen_at < RECENT.total_seconds() for proxy in failed)
    last = datetime.fromtimestamp(max(proxy.seen_at for proxy in failed), UTC)
    found = f"{sum(proxy.failures for proxy in failed)} inside the proxy, the last by {last:%Y-%m-%d %H:%M} UTC"
    advice = "Calls went on, but may be missing here. Please report the traceback in the proxy's log."
    return [Check("capture", "failures", "failure" if recent else "warning", found, advice)]


def _loss_checks(losses: Sequence[tuple[str, str, int]], now: datetime) -> list[Check]:
    """By reason. A loss since yesterday (UTC) is a failure; an older one is history."""
    if not losses:
        return [Check("capture", "losses", "ok", "none")]
    counts: Counter[str] = Counter()
    last: dict[str, str] = {}
    for reason, day, count in losses:
        counts[reason] += count
        last[reason] = max(day, last.get(reason, day))
    yesterday = f"{now - RECENT:%Y-%m-%d}"
    return [_loss_check(reason, count, last[reason], last[reason] >= yesterday) for reason, count in counts.items()]


def _loss_check(reason: str, count: int, last: str, recent: bool) -> Check:
    level: Level = "failure" if recent else "warning"
    found = f"{count} not stored ({reason}), the last on {last}"
    return Check("capture", "losses", level, found, LOSSES.get(reason, ""))


def _set_aside_checks(errors: Sequence[tuple[str, str]]) -> list[Check]:
    """Records that could not be read; those with the same error together."""
    if not errors:
        return [Check("capture", "set aside", "ok", "none")]
    kinds = Counter(error for _, error in errors).most_common()
    shown = "; ".join(f"{count} × {error}" for error, count in kinds[:SHOWN])
    more = f"; {len(kinds) - SHOWN} more kinds of error" if len(kinds) > SHOWN else ""
    advice = "They are kept in the spool. `tokenecho reparse` tries them again, as after an upgrade."
    return [Check("capture", "set aside", "warning", f"{len(errors)} calls: {shown}{more}", advice)]


def _database_checks(at: Places) -> list[Check]:
    try:
        with Database(at.database).reading() as connection:
            unread = connection.execute(sql("unread_exchanges")).fetchall()
    except DatabaseMissing:
        return []
    except DatabaseError as error:
        return [Check("capture", "database", "failure", str(error))]
    if not unread:
        return [Check("capture", "unread", "ok", "none")]
    found = "; ".join(f"{count} × {api}" for api, count in unread)
    return [Check("capture", "unread", "warning", found, "They are stored raw; `tokenecho reparse` tries them again.")]
