"""`tokenecho conversations`, `turns` and `report`: what was resent, and what it cost."""

import sys
from dataclasses import asdict
from typing import Any

import click
import orjson

from analytics.cli.filters import filter_options, none_chosen
from analytics.cli.numbers import UNKNOWN, dollars
from analytics.cli.options import database_option, json_option, option
from analytics.cli.report_text import CONVERSATION, FORMATS, TEXTS, amount, conversation_cells, number, share
from analytics.cli.tables import print_table
from analytics.launch.places import Places
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
        _print_json(found)
        return
    print_table(CONVERSATION, [conversation_cells(row) for row in found], right=frozenset(CONVERSATION) - TEXTS)
    _say_if_none(found, selection)


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
        _print_json(found)
        return
    print_table(TURN, [_turn_cells(row) for row in found], right=frozenset(TURN) - {"relation", "ended"})
    _say_if_none(found, selection)
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


@click.command()
@database_option
@filter_options
@option("--format", "form", type=click.Choice([*FORMATS, "json"]), default="text", show_default=True, help="How.")
@json_option
def report(at: Places, form: str, as_json: bool, **chosen: Any) -> None:
    """Report on the calls: totals, echo, cost by model, app, team and day, the most expensive conversations."""
    selection = Selection(**chosen)
    with Database(at.database).reading() as connection:
        found = make_report(connection, selection)
    if as_json or form == "json":
        _print_json(asdict(found))
        return
    click.echo(FORMATS[form](found))
    _say_if_none(found.totals["calls"], selection)


def _say_if_none(found: object, selection: Selection) -> None:
    if not found:
        click.echo(none_chosen(selection), err=True)


def _print_json(value: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
