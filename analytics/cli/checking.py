"""`tokenecho check`: the calls against limits, for a pipeline."""

import sys
from typing import Any

import click

from analytics.cli.filters import filter_options, none_chosen
from analytics.cli.findings import NAMES, NOT_EXAMINED
from analytics.cli.json_output import print_json
from analytics.cli.numbers import count, dollars
from analytics.cli.options import database_option, json_option, option
from analytics.cli.reader import read_mutes
from analytics.findings.listing import Listed, list_findings
from analytics.findings.worth import worth
from analytics.launch.places import Places
from analytics.reporting import Row, Selection, report
from analytics.store.database import Database, DatabaseError

EXITS = {"passed": 0, "failed": 1, "unknown": 2}


@click.command()
@database_option
@filter_options
@option("--max-echo", type=click.FloatRange(0, 1), envvar=None, help="Fail where more of the input was an echo.")
@option("--max-cost", type=click.FloatRange(min=0), envvar=None, help="Fail where the calls cost more USD.")
@option(
    "--max-avoidable",
    type=click.FloatRange(min=0),
    envvar=None,
    help="Fail where more USD were avoidable (caching, state, calls).",
)
@option(
    "--fail-on", multiple=True, envvar=None, type=click.Choice(NAMES), help="Fail where this is found (repeatable)."
)
@json_option
def check(
    at: Places, max_echo: float | None, max_cost: float | None, max_avoidable: float | None,
    fail_on: tuple[str, ...], as_json: bool, **chosen: Any,
) -> None:  # fmt: skip
    """Check the calls against limits, for a pipeline: exits 1 where one is exceeded, 2 where it cannot tell.

    Muted findings do not count. What is unknown is never taken for 0: an unknown cost, or conversations that are not
    examined yet, are no pass.
    """
    limits = {"echo_share": max_echo, "cost_usd": max_cost, "avoidable_usd": max_avoidable}
    if all(limit is None for limit in limits.values()) and not fail_on:
        raise click.UsageError("Say what to check: --max-echo, --max-cost, --max-avoidable or --fail-on.")
    selection = Selection(**chosen)
    try:
        totals, found = _found(at, selection)
    except (DatabaseError, click.ClickException) as error:
        raise Undecided(str(error)) from error
    if not totals["calls"]:
        raise Undecided(none_chosen(selection))
    values = {"echo_share": _echo(totals), "cost_usd": _cost(totals), "avoidable_usd": _avoidable(found)}
    checks = [_limit(name, limit, *values[name]) for name, limit in limits.items() if limit is not None]
    checks += [_none_of(name, found) for name in fail_on]
    _conclude(checks, as_json)


class Undecided(click.ClickException):
    """Nothing can be checked: that is neither a pass nor a limit that was exceeded."""

    exit_code = EXITS["unknown"]


def _found(at: Places, selection: Selection) -> tuple[Row, Listed]:
    mutes = read_mutes(at)
    with Database(at.database).reading() as connection:
        return report(connection, selection).totals, list_findings(connection, selection, mutes)


# A value as far as it is known, and why it may be more.
type Value = tuple[float | None, str]


def _echo(totals: Row) -> Value:
    share = totals["echo_share"]
    return (share, "") if isinstance(share, float) else (None, "no call has its input divided")


def _cost(totals: Row) -> Value:
    usd, unpriced = totals["cost_usd"], totals["unpriced"]
    known = usd if isinstance(usd, float) else None
    return known, f"{unpriced} calls of unknown cost" if unpriced or known is None else ""


def _avoidable(found: Listed) -> Value:
    together = worth(found.findings)
    unknown = f"{count(together.unknown)} findings of unknown worth" if together.unknown else ""
    return together.usd, unknown or _unexamined(found)


def _unexamined(found: Listed) -> str:
    return f"{count(found.waiting)} conversations {NOT_EXAMINED.rstrip('.')}" if found.waiting else ""


def _limit(name: str, limit: float, value: float | None, doubt: str) -> Row:
    """What is known may exceed the limit whatever is unknown; else the doubt counts."""
    over = value is not None and value > limit
    result = "failed" if over else "unknown" if value is None or doubt else "passed"
    return {"check": name, "limit": limit, "value": value, "result": result, "note": doubt or None, "findings": []}


def _none_of(name: str, found: Listed) -> Row:
    ids, doubt = [row["finding_id"] for row in found.findings if row["finding"] == name], _unexamined(found)
    result = "failed" if ids else "unknown" if doubt else "passed"
    return {"check": name, "limit": 0, "value": len(ids), "result": result, "note": doubt or None, "findings": ids}


def _conclude(checks: list[Row], as_json: bool) -> None:
    results = {str(check["result"]) for check in checks}
    verdict = next((result for result in ("failed", "unknown") if result in results), "passed")
    if as_json:
        print_json({"result": verdict, "checks": checks})
    else:
        for row in checks:
            click.echo(_line(row))
    sys.exit(EXITS[verdict])


MOST_IDS = 5


def _line(row: Row) -> str:
    note = f" ({row['note']})" if row["note"] else ""
    ids = row["findings"] if isinstance(row["findings"], list) else []
    named = f"; `tokenecho explain` {', '.join(ids[:MOST_IDS])}" if ids else ""
    more = f" and {len(ids) - MOST_IDS} more" if len(ids) > MOST_IDS else ""
    return (
        f"{row['result']:8}{row['check']}: {_figure(row, 'value')}, at most {_figure(row, 'limit')}{note}{named}{more}"
    )


def _figure(row: Row, name: str) -> str:
    value = row[name]
    if not isinstance(value, float | int):
        return "unknown"
    if str(row["check"]).endswith("_usd"):
        return dollars(value)
    return f"{value:.1%}" if row["check"] == "echo_share" else count(value)
