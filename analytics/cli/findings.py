"""`tokenecho findings`, `explain`, `mute` and `check`: what was found, why, and what a pipeline makes of it."""

import sys
from datetime import UTC, datetime
from typing import Any

import click
import orjson

from analytics.cli.explanation import explanation
from analytics.cli.filters import filter_options, none_chosen
from analytics.cli.numbers import UNKNOWN, count, dollars
from analytics.cli.options import database_option, json_option, option
from analytics.cli.report_text import number
from analytics.cli.tables import print_table
from analytics.findings.fixes import fixes
from analytics.findings.listing import Listed, list_findings, one_finding, turns_of
from analytics.findings.mutes import Mute, MutesError, load_mutes, muted_by, save_mutes
from analytics.findings.registry import FINDINGS
from analytics.launch.places import Places
from analytics.reporting import Row, Selection, report
from analytics.store.database import Database

NAMES = [finding.name for finding in FINDINGS]
name_option = option(
    "--finding", "names", multiple=True, envvar=None, type=click.Choice(NAMES), help="Only this one (may be repeated)."
)
HEAD = ("id", "finding", "sure", "avoidable", "paid", "tokens", "app", "model", "what")


@click.command()
@database_option
@filter_options
@name_option
@option("--conversation", envvar=None, help="Only those of this conversation (the beginning of its id is enough).")
@option("--muted", is_flag=True, envvar=None, help="Those that are muted, too.")
@option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many.")
@json_option
def findings(
    at: Places, names: tuple[str, ...], conversation: str | None, muted: bool, limit: int, as_json: bool, **chosen: Any
) -> None:
    """List what was found, the most money first. `explain ID` tells more of each.

    Avoidable is money that another way of calling would not have cost, net of what that way costs itself.
    """
    selection, mutes = Selection(**chosen), [] if muted else _mutes(at)
    with Database(at.database).reading() as connection:
        found = list_findings(connection, selection, mutes, names=names, conversation=conversation)
    if as_json:
        _print_json(found.findings[:limit])
        return
    print_table(HEAD, [_cells(row) for row in found.findings[:limit]], right={"avoidable", "paid", "tokens"})
    _say_the_rest(found, limit, selection)


def _cells(row: Row) -> list[str]:
    return [
        str(row["finding_id"]),
        str(row["finding"]),
        str(row["confidence"]),
        _money(row, "usd"),
        _money(row, "paid_usd"),
        number(row, "tokens"),
        str(row["app"] or UNKNOWN),
        str(row["model"] or UNKNOWN),
        str(row["advice"]),
    ]


def _money(row: Row, name: str) -> str:
    found = row[name]
    return dollars(found if isinstance(found, float) else None)


def _say_the_rest(found: Listed, limit: int, selection: Selection) -> None:
    if not found.findings and not found.muted:
        click.echo("Nothing was found. " + (none_chosen(selection) if selection.given else ""), err=True)
    if len(found.findings) > limit:
        click.echo(f"{count(len(found.findings) - limit)} more; --limit shows them.", err=True)
    if found.muted:
        click.echo(f"{count(found.muted)} muted; `tokenecho mute` lists why, --muted shows them.", err=True)


@click.command()
@database_option
@json_option
@click.argument("finding_id")
def explain(at: Places, as_json: bool, finding_id: str) -> None:
    """Explain FINDING-ID: what happens, the evidence turn by turn, what to do, and the change of code.

    The beginning of the id is enough.
    """
    with Database(at.database).reading() as connection:
        found = one_finding(connection, finding_id)
        turns = turns_of(connection, found)
    about = next(finding for finding in FINDINGS if finding.name == found["finding"])
    client = str(found["client"]) if found["client"] else None
    code = fixes(about.name, client, str(found["api"]))
    mute = muted_by(_mutes(at), about.name, found["app"])
    if as_json:
        muted = mute.reason if mute else None
        more = {"text": about.text, "turns": turns, "muted": muted, "fixes": [_fix(fix) for fix in code]}
        _print_json(found | more)
        return
    explanation(about, found, turns, code, mute)


def _fix(fix: Any) -> dict[str, str]:
    return {"sdk": fix.sdk, "code": fix.code, "note": fix.note}


@click.command()
@database_option
@option("--app", envvar=None, help="Only for this app; without it for every app.")
@option("--reason", envvar=None, help="Why: whoever lists mutes is told.")
@option("--undo", is_flag=True, envvar=None, help="Hear of it again.")
@json_option
@click.argument("finding", required=False, type=click.Choice(NAMES))
def mute(at: Places, finding: str | None, app: str | None, reason: str | None, undo: bool, as_json: bool) -> None:
    """Mute FINDING for an app, with a reason. Without FINDING, list what is muted."""
    mutes = _mutes(at)
    if finding is None:
        _list(mutes, as_json)
        return
    kept = [other for other in mutes if (other.finding, other.app) != (finding, app)]
    if undo and len(kept) == len(mutes):
        raise click.ClickException(f"{finding} is not muted {_whose(app)}; `tokenecho mute` lists what is.")
    if not undo:
        if not reason:
            raise click.UsageError("Say why with --reason: whoever lists mutes is told.")
        kept.append(Mute(finding, app, reason, datetime.now(UTC).date().isoformat()))
    try:
        save_mutes(at.mutes, kept)
    except MutesError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{finding} is {'heard of again' if undo else 'muted'} {_whose(app)}.", err=True)


def _whose(app: str | None) -> str:
    return f"for {app}" if app else "for every app"


def _list(mutes: list[Mute], as_json: bool) -> None:
    if as_json:
        _print_json([{"finding": m.finding, "app": m.app, "reason": m.reason, "since": m.since} for m in mutes])
        return
    if not mutes:
        click.echo("Nothing is muted.", err=True)
        return
    print_table(
        ("finding", "app", "since", "reason"),
        [[found.finding, found.app or "every app", found.since or UNKNOWN, found.reason] for found in mutes],
    )


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

    Muted findings do not count. An unknown cost is never taken for 0.
    """
    limits = {"echo_share": max_echo, "cost_usd": max_cost, "avoidable_usd": max_avoidable}
    if all(limit is None for limit in limits.values()) and not fail_on:
        raise click.UsageError("Say what to check: --max-echo, --max-cost, --max-avoidable or --fail-on.")
    selection = Selection(**chosen)
    with Database(at.database).reading() as connection:
        totals = report(connection, selection).totals
        found = list_findings(connection, selection, _mutes(at)).findings
    if not totals["calls"]:
        raise click.UsageError(none_chosen(selection))
    values = {"echo_share": totals["echo_share"], "cost_usd": None if totals["unpriced"] else totals["cost_usd"]}
    values["avoidable_usd"] = sum(float(str(row["usd"])) for row in found if row["usd"] and row["lever"] != "history")
    checks = [_limit(name, limit, values[name]) for name, limit in limits.items() if limit is not None]
    checks += [_none_of(name, [row for row in found if row["finding"] == name]) for name in fail_on]
    _conclude(checks, as_json)


def _limit(name: str, limit: float, value: object) -> Row:
    told = value if isinstance(value, float | int) else None
    result = "unknown" if told is None else "failed" if told > limit else "passed"
    return {"check": name, "limit": limit, "value": told, "result": result, "findings": []}


def _none_of(name: str, found: list[Row]) -> Row:
    ids = [row["finding_id"] for row in found]
    return {"check": name, "limit": 0, "value": len(ids), "result": "failed" if ids else "passed", "findings": ids}


def _conclude(checks: list[Row], as_json: bool) -> None:
    results = {str(check["result"]) for check in checks}
    verdict = next((result for result in ("failed", "unknown") if result in results), "passed")
    if as_json:
        _print_json({"result": verdict, "checks": checks})
    else:
        for row in checks:
            click.echo(f"{row['result']:8}{row['check']}: {_figure(row, 'value')}, at most {_figure(row, 'limit')}")
    sys.exit({"passed": 0, "failed": 1, "unknown": 2}[verdict])


def _figure(row: Row, name: str) -> str:
    value = row[name]
    if not isinstance(value, float | int):
        return "unknown"
    if str(row["check"]).endswith("_usd"):
        return dollars(value)
    return f"{value:.1%}" if row["check"] == "echo_share" else count(value)


def _mutes(at: Places) -> list[Mute]:
    try:
        return load_mutes(at.mutes)
    except MutesError as error:
        raise click.ClickException(str(error)) from error


def _print_json(value: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
