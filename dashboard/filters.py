"""What the pages are about: a time range, and chosen providers, models, apps, teams and clients. Pure.

They live in the URL (`?period=7+days&model=a&model=b`, kept there by the widgets of `sidebar.py`), so that a view can
be shared, and reach the queries as DuckDB variables: `since`, `until` (none: up to now), `before` (where the period
before begins), `compared` (where it ends), and a list or null for each of `DIMENSIONS`. The views of
`analytics/sql/dashboard_scope.sql` hold what they leave.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

DIMENSIONS = ("provider", "model", "app", "team", "client")
# What a name that was never given is called, here and in the SQL.
NOT_SET = "(not set)"
LENGTHS = {
    "24 hours": timedelta(days=1),
    "7 days": timedelta(days=7),
    "30 days": timedelta(days=30),
    "90 days": timedelta(days=90),
}
MONTH, EVERYTHING, DAYS = "this month", "everything", "from day to day"
PERIODS = (*LENGTHS, MONTH, EVERYTHING, DAYS)
DEFAULT_PERIOD = "30 days"
BEGINNING = datetime(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Span:
    """A period of UTC time without zones, and the one before it that it is compared with (none: `before` is None)."""

    since: datetime
    until: datetime | None
    before: datetime | None
    compared: datetime | None


@dataclass(frozen=True, slots=True)
class Filters:
    """One choice. An empty tuple is all; `first` and `last` are days (UTC, both whole) and count with `DAYS` only."""

    period: str = DEFAULT_PERIOD
    first: date | None = None
    last: date | None = None
    provider: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    app: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    client: tuple[str, ...] = ()

    @property
    def narrowed(self) -> bool:
        """Whether some calls are left out by more than their time."""
        return any(getattr(self, name) for name in DIMENSIONS)

    def span(self, now: datetime) -> Span:
        """The period as of now (UTC, without a zone). Begins at a whole hour, as the sums by hour do."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        if self.period == MONTH:
            return _month(hour)
        if self.period == EVERYTHING:
            return Span(BEGINNING, None, None, None)
        if self.period == DAYS:
            return _days(self.first or now.date(), self.last or now.date())
        length = LENGTHS[self.period]
        return Span(hour - length, None, hour - 2 * length, hour - length)

    def variables(self, now: datetime) -> dict[str, datetime | list[str] | None]:
        """What the queries read with `getvariable`."""
        span = self.span(now)
        return {
            "since": span.since,
            "until": span.until,
            "before": span.before,
            "compared": span.compared,
            **{name: list(getattr(self, name)) or None for name in DIMENSIONS},
        }


def _days(first: date, last: date) -> Span:
    since = datetime.combine(first, datetime.min.time())
    until = datetime.combine(last, datetime.min.time()) + timedelta(days=1)
    return Span(since, until, since - (until - since), since)


def _month(hour: datetime) -> Span:
    """This month so far, beside the same stretch of the month before."""
    since = hour.replace(day=1, hour=0)
    before = (since - timedelta(days=1)).replace(day=1)
    return Span(since, None, before, min(before + (hour - since), since))
