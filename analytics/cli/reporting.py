"""`tokenecho conversations`, `turns` and `report`: what was resent, and what it cost."""

import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from analytics.cli.filters import filter_options, say_if_none
from analytics.cli.json_output import json_text, print_json
from analytics.cli.numbers import UNKNOWN, dollars, size
from analytics.cli.options import database_option, json_option, option
from analytics.cli.reader import read_mutes
from analytics.cli.report_tables import CONVERSATION, TEXTS, amount, conversation_cells, number, share
from analytics.cli.report_text import FORMATS
from analytics.cli.tables import print_table
from analytics.findings.listing import list_findings
from analytics.findings.worth import digest
from analytics.launch.places import Places
from analytics.private import owner_only
from analytics.reporting import Row, Selection
from analytics.reporting import conversations as conversation_rows
from analytics.reporting import report as make_report
from analytics.reporting import turns as turn_rows
from analytics.store.database import Database


@click.command()
@database_option
@filter_options
@option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many.")
@option("--by", type=click.Choice(["cost", "time"]), default="cost", show_default=True, help="Highest first by this.")
@json_option
def conversations(at: Places, limit: int, by: str, as_json: bool, **chosen: Any) -> None:
    """List conversations: their calls, their echo, their cost."""
    selection = Selection(**chosen)
    with Database(at.database).reading() as connection:
        found = conversation_rows(connection, selection, limit, by)
    if as_json:
        print_json(found)
        return
    print_table(CONVERSATION, [conversation_cells(row) for row in found], right=frozenset(CONVERSATION) - TEXTS)
    say_if_none(found, selection)


@click.command()
@database_option
@filter_options
@json_option
@click.argument("conversation")
def turns(at: Places, as_json: bool, conversation: str, **chosen: Any) -> None:
    """Show the turns of CONVERSATION (the beginning of its id is enough)."""
    selection = Selection(**chosen)
    with Database(at.database).reading() as connection:
        found = turn_rows(connection, conversation, selection)
    if as_json:
        print_json(found)
        return
    print_table(TURN, [_turn_cells(row) for row in found], right=frozenset(TURN) - {"relation", "ended"})
    say_if_none(found, selection)
    if any(_estimated(row) for row in found):
        click.echo("~ is estimated: counted with a tokenizer and scaled to the provider's total.", err=True)


ESTIMATED = "estimated"
TURN = (
    "turn", "relation", "input", "new", "resent", "echoed", "remembered", "output", "from cache", "cost", "so far",
    "ended",
)  # fmt: skip


def _estimated(row: Row) -> bool:
    return row["token_basis"] == ESTIMATED


def _turn_cells(row: Row) -> list[str]:
    mark = "~" if _estimated(row) else ""
    parts = [number(row, name) for name in ("new_tokens", "resent_tokens", "echoed_tokens", "remembered_tokens")]
    cost, total = amount(row, "cost_usd"), amount(row, "cumulative_usd")
    unknown = f" + {row['unpriced_so_far']}?" if row["unpriced_so_far"] and total is not None else ""
    return [
        str(row["turn"]),
        str(row["relation"]),
        number(row, "input_tokens"),
        *(part if part == UNKNOWN else mark + part for part in parts),
        number(row, "output_tokens"),
        share(row["cache_hit_share"]),
        dollars(cost),
        dollars(total) + unknown,
        str(row["ended"] or UNKNOWN),
    ]


PAGE = "html"


@click.command()
@database_option
@filter_options
@option("--format", "form", type=click.Choice([*FORMATS, PAGE, "json"]), default="text", show_default=True, help="How.")
@option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), envvar=None, help="The file to write it to.")
@json_option
def report(at: Places, form: str, output: Path | None, as_json: bool, **chosen: Any) -> None:
    """Report on the calls: totals, echo, findings, cost by model, app, team and day, the dearest conversations.

    As a page (--format html) it has charts too, and is one file that needs nothing else: it can be mailed.
    """
    selection, form = Selection(**chosen), "json" if as_json else form
    if form == PAGE and output is None and sys.stdout.isatty():
        raise click.UsageError("The page is too large for a terminal: name a file with --output report.html.")
    made = _page(at, selection) if form == PAGE else _dressed(at, selection, form)
    if output:
        _write(output, made)
    else:
        sys.stdout.buffer.write(made)
        sys.stdout.buffer.flush()


def _dressed(at: Places, selection: Selection, form: str) -> bytes:
    with Database(at.database).reading() as connection:
        calls = make_report(connection, selection)
        found = digest(list_findings(connection, selection, read_mutes(at)))
    say_if_none(calls.totals["calls"], selection)
    if form == "json":
        return json_text({**asdict(calls), **asdict(found)})
    return f"{FORMATS[form](calls, found)}\n".encode()


def _page(at: Places, selection: Selection) -> bytes:
    """The page comes from a process of its own: charts are none of the core's business."""
    options = [f"--{name}={value}" for name, value in selection.parameters().items() if value is not None]
    # -P: a folder of the user's that is called dashboard, too, is not ours.
    command = [sys.executable, "-P", "-m", "dashboard.report", f"--db={at.database}", *options]
    ran = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # our own module
    said = ran.stderr.decode("utf-8", "replace").strip()
    if ran.returncode:
        raise click.ClickException(said.removeprefix("Error: "))
    if said:
        click.echo(said, err=True)
    return ran.stdout


def _write(path: Path, made: bytes) -> None:
    """All of it or nothing, and for the owner alone."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        with owner_only():
            fresh.write_bytes(made)
            fresh.replace(path)
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be written: {error.strerror}.") from error
    click.echo(f"{size(len(made))} in {path}.", err=True)
