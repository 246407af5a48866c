"""The times of a HAR entry, as points in time."""

from dataclasses import dataclass
from datetime import UTC, datetime

from analytics.dialects.exchange import Json
from analytics.dialects.fields import money, obj, text

# mitmproxy counts the connection to the server, which it opens on its own, and knows no queue and no DNS.
MITMPROXY_PHASES = {"connect", "ssl", "send", "receive", "wait"}
BEFORE_SENDING = ("blocked", "dns", "connect")  # `ssl` is within `connect`
MILLISECONDS_FROM = 1e11  # as seconds, the year 5138


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds since the epoch, None for what the entry does not say."""

    started_at: float
    request_ended_at: float | None
    first_byte_at: float | None
    ended_at: float | None


def entry_times(entry: Json) -> Times:
    """The entry's times. Raises ValueError without a date that can be read."""
    started_at, timings = instant(text(entry, "startedDateTime") or ""), obj(entry, "timings")
    send, wait, receive, total = (
        _ms(timings, "send"),
        _ms(timings, "wait"),
        _ms(timings, "receive"),
        _ms(entry, "time"),
    )
    before = () if set(timings) == MITMPROXY_PHASES else BEFORE_SENDING
    queued = sum(_ms(timings, phase) or 0 for phase in before)
    request_ended_at = None if send is None else started_at + queued + send
    first_byte_at = None if request_ended_at is None or wait is None else request_ended_at + wait
    ended_at = None if first_byte_at is None or receive is None else first_byte_at + receive
    if ended_at is None and total is not None:
        ended_at = started_at + total
    return Times(started_at, request_ended_at, first_byte_at, ended_at)


def instant(date: str) -> float:
    """An ISO 8601 date as seconds since the epoch; without a zone it is taken as UTC. Raises ValueError."""
    try:
        found = datetime.fromisoformat(date)
    except ValueError:
        raise ValueError("its date cannot be read") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def seconds(message: Json, key: str) -> float | None:
    """A point in time in seconds since the epoch; some recorders write milliseconds."""
    found = message.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < 1e15:
        return None
    return found / 1000 if found >= MILLISECONDS_FROM else float(found)


def _ms(timings: Json, key: str) -> float | None:
    """A duration in seconds; -1 is unknown."""
    found = money(timings, key)
    return None if found is None else found / 1000
