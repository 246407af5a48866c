"""Options that choose among exchanges: by time, app and team."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from analytics.cli.options import Decorator, option
from analytics.reporting import Selection

SPAN = re.compile(r"(\d{1,5})([dhm])")
UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--since`, `--until`, `--app` and `--team`."""
    for decorate in reversed(_OPTIONS):
        command = decorate(command)
    return command


def none_chosen(selection: Selection) -> str:
    """What to say where there is nothing to show."""
    if selection.given:
        return "No calls are chosen by --since, --until, --app and --team."
    return "No calls are captured yet: `tokenecho run -- COMMAND` captures those of a command."


def say_if_none(found: object, selection: Selection) -> None:
    """Say so, on standard error, where there is nothing to show."""
    if not found:
        click.echo(none_chosen(selection), err=True)


def moment(text: str, *, end: bool = False) -> datetime:
    """A day or a time (ISO 8601) as UTC without a zone, which is UTC too where none is named.

    A day stands for its beginning, or with `end` for its end. `7d`, `12h` and `30m` are so long ago. Raises ValueError.
    """
    span = SPAN.fullmatch(text)
    if span:
        return datetime.now(UTC).replace(tzinfo=None) - timedelta(**{UNITS[span.group(2)]: int(span.group(1))})
    found = datetime.fromisoformat(text)
    if end and len(text) <= len("YYYY-MM-DD"):
        found += timedelta(days=1)
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def _parsed(end: bool) -> Callable[[click.Context, click.Parameter, str | None], datetime | None]:
    def parse(context: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
        try:
            return None if value is None else moment(value, end=end)
        except (ValueError, OverflowError) as error:
            raise click.BadParameter(
                f"{value!r} is no day or time such as 2026-11-01, 2026-11-01T09:30, 7d or 12h"
            ) from error

    return parse


_OPTIONS: tuple[Decorator, ...] = (
    option("--since", metavar="DAY|TIME|7d", callback=_parsed(end=False), help="Only calls from then on (UTC)."),
    option("--until", metavar="DAY|TIME", callback=_parsed(end=True), help="Only calls up to then (UTC), a day whole."),
    # Not from the environment: there they say whose the calls of `tokenecho run` are.
    option("--app", envvar=None, help="Only calls of this app."),
    option("--team", envvar=None, help="Only calls of this team."),
)
