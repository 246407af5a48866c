"""Options that choose among exchanges: by time, app and team."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from analytics.cli.options import Decorator, option


@dataclass(frozen=True, slots=True)
class Filters:
    """Which exchanges: from `since` on, before `until` (UTC, without a zone), of that app and team. None is any."""

    since: datetime | None = None
    until: datetime | None = None
    app: str | None = None
    team: str | None = None

    @property
    def given(self) -> bool:
        return any(value is not None for value in self.parameters().values())

    def parameters(self) -> dict[str, object]:
        """As the queries take them."""
        return {"since": self.since, "until": self.until, "app": self.app, "team": self.team}


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--since`, `--until`, `--app` and `--team`."""
    for decorate in reversed(_OPTIONS):
        command = decorate(command)
    return command


def moment(text: str, *, end: bool = False) -> datetime:
    """A day or a time (ISO 8601) as UTC without a zone, which is UTC too where none is named.

    A day stands for its beginning, or with `end` for its end. Raises ValueError.
    """
    found = datetime.fromisoformat(text)
    if end and len(text) <= len("YYYY-MM-DD"):
        found += timedelta(days=1)
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def _parsed(end: bool) -> Callable[[click.Context, click.Parameter, str | None], datetime | None]:
    def parse(context: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
        try:
            return None if value is None else moment(value, end=end)
        except (ValueError, OverflowError) as error:
            raise click.BadParameter(f"{value!r} is no day or time such as 2026-11-01 or 2026-11-01T09:30") from error

    return parse


_OPTIONS: tuple[Decorator, ...] = (
    option("--since", metavar="DAY|TIME", callback=_parsed(end=False), help="Only calls from then on (UTC)."),
    option("--until", metavar="DAY|TIME", callback=_parsed(end=True), help="Only calls up to then (UTC), a day whole."),
    # Not from the environment: there they say whose the calls of `tokenecho run` are.
    option("--app", envvar=None, help="Only calls of this app."),
    option("--team", envvar=None, help="Only calls of this team."),
)
