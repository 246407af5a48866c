"""`tokenecho findings`, `explain` and `mute`: what was found, why, and what nobody wants to hear of."""

from datetime import UTC, datetime
from typing import Any

import click

from analytics.cli.explanation import explanation
from analytics.cli.filters import filter_options, none_chosen
from analytics.cli.json_output import print_json
from analytics.cli.numbers import UNKNOWN, count, dollars
from analytics.cli.options import database_option, json_option, option
from analytics.cli.reader import read_mutes
from analytics.cli.report_tables import number
from analytics.cli.tables import print_table
from analytics.findings.fixes import fixes
from analytics.findings.listing import Listed, list_findings, one_finding, turns_of
from analytics.findings.mutes import Mute, MutesError, muted_by, save_mutes
from analytics.findings.registry import FINDINGS
from analytics.launch.places import Places
from analytics.reporting import Row, Selection, exchanges
from analytics.store.database import Database

NAMES = [finding.name for finding in FINDINGS]
name_option = option(
    "--finding", "names", multiple=True, envvar=None, type=click.Choice(NAMES), help="Only this one (may be repeated)."
)
NOT_EXAMINED = "are not examined yet; a running collector does that, or `tokenecho collect --once`."
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
    selection, mutes = Selection(**chosen), [] if muted else read_mutes(at)
    with Database(at.database).reading() as connection:
        found = list_findings(connection, selection, mutes, names=names, conversation=conversation)
        any_calls = bool(exchanges(connection, selection, 1))
    if as_json:
        print_json(found.findings[:limit])
        return
    print_table(HEAD, [_cells(row) for row in found.findings[:limit]], right={"avoidable", "paid", "tokens"})
    _say_the_rest(found, limit, "Nothing was found." if any_calls else none_chosen(selection))


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


def _say_the_rest(found: Listed, limit: int, nothing: str) -> None:
    if not found.findings and not found.muted:
        click.echo(nothing, err=True)
    if len(found.findings) > limit:
        click.echo(f"{count(len(found.findings) - limit)} more; --limit shows them.", err=True)
    if found.muted:
        click.echo(f"{count(found.muted)} muted; `tokenecho mute` lists why, --muted shows them.", err=True)
    if found.waiting:
        click.echo(f"{count(found.waiting)} conversations {NOT_EXAMINED}", err=True)


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
    mute = muted_by(read_mutes(at), about.name, found["app"])
    if as_json:
        muted = mute.reason if mute else None
        more = {"text": about.text, "turns": turns, "muted": muted, "fixes": [_fix(fix) for fix in code]}
        print_json(found | more)
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
    mutes = read_mutes(at)
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
        print_json([{"finding": m.finding, "app": m.app, "reason": m.reason, "since": m.since} for m in mutes])
        return
    if not mutes:
        click.echo("Nothing is muted.", err=True)
        return
    print_table(
        ("finding", "app", "since", "reason"),
        [[found.finding, found.app or "every app", found.since or UNKNOWN, found.reason] for found in mutes],
    )
