"""Options that choose calls: `--since`, `--until`, `--app`, `--team`."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from analytics.cli.options import option
from analytics.reporting import Selection

SPAN = re.compile(r"(\d+)([dhm])")
UNITS = {"d": "days", "h": "hours", "m": "minutes"}


class Moment(click.ParamType[datetime]):
    """A time in UTC: `2026-11-01`, `2026-11-01T10:00`, or so long ago: `7d`, `12h`, `30m`."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        span = SPAN.fullmatch(value)
        if span:
            return datetime.now(UTC).replace(tzinfo=None) - timedelta(**{UNITS[span.group(2)]: int(span.group(1))})
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time; write 2026-11-01, 2026-11-01T10:00, 7d, 12h or 30m.", param, ctx)
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def selection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The four options, handed to the command as `chosen: Selection`."""

    def chosen(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
        context.params.setdefault("chosen", {})[parameter.name] = value

    texts = {
        "--since": "Calls from this time on (UTC): 2026-11-01, 7d, 12h.",
        "--until": "Calls before this time (UTC).",
        "--app": "Calls of this app.",
        "--team": "Calls of this team.",
    }
    for name, text in reversed(texts.items()):
        kind = Moment() if name in ("--since", "--until") else str
        command = option(name, type=kind, expose_value=False, callback=chosen, help=text)(command)
    return command


def selection(chosen: dict[str, Any]) -> Selection:
    """The selection that the options make."""
    return Selection(**chosen)
