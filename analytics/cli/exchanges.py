"""`tokenecho exchanges`: the captured calls, newest first."""

import sys
from typing import Any

import click
import orjson

from analytics.cli.filters import filter_options, say_if_none
from analytics.cli.numbers import count, dollars, milliseconds
from analytics.cli.options import database_option, json_option, option
from analytics.cli.tables import print_table
from analytics.launch.places import Places
from analytics.reporting import Selection
from analytics.reporting import exchanges as exchange_rows
from analytics.store.database import Database, sql

SHORTFALLS = {
    "memory_limit": "not stored whole: too much traffic in memory at once",
    "spool_limit": "not stored: the spool was full; is the collector running?",
    "disk_full": "not stored: the disk was full",
    "spool_error": "not stored: the spool could not be written",
    "capture_error": "not stored: tokenecho itself failed; the proxy's log says at what",
    "recorder_died": "not stored: the recorder died over them, time and again",
    "set_aside": "set aside: reading them failed; see `tokenecho doctor`",
    "unread": "stored raw: no dialect reads them yet; `tokenecho reparse` tries again",
}


@click.command()
@database_option
@filter_options
@option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many, newest first.")
@json_option
def exchanges(at: Places, limit: int, as_json: bool, **chosen: Any) -> None:
    """List captured calls, newest first."""
    selection = Selection(**chosen)
    with Database(at.database).reading() as connection:
        rows = exchange_rows(connection, selection, limit)
        missing = connection.execute(sql("shortfalls")).fetchall()
    if as_json:
        document = {"exchanges": rows, "shortfalls": dict(missing)}
        sys.stdout.buffer.write(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        return
    print_table(HEADINGS, [_cells(row) for row in rows], right=NUMBERS)
    say_if_none(rows, selection)
    for reason, number in missing:
        click.echo(f"{count(number)} {SHORTFALLS.get(reason, reason)}", err=True)


HEADINGS = (
    "time (UTC)",
    "client",
    "team/app",
    "model",
    "status",
    "stop",
    "in",
    "cached",
    "out",
    "cost",
    "ttft",
    "took",
)
NUMBERS = frozenset({"status", "in", "cached", "out", "cost", "ttft", "took"})


def _cells(row: dict[str, object]) -> list[str]:
    def number(name: str) -> float | None:
        found = row[name]
        return found if isinstance(found, int | float) else None

    return [
        f"{row['started_at']:%m-%d %H:%M:%S}",
        str(row["client"] or "–"),
        "/".join(str(row[name]) for name in ("team", "app") if row[name]) or "–",
        str(row["model"] or f"({row['api']})"),
        str(row["status"] or "–"),
        _ending(row),
        count(number("input_tokens")),
        count(number("cache_read_tokens")),
        count(number("output_tokens")),
        dollars(number("cost_usd")),
        milliseconds(number("ttft_ms")),
        milliseconds(number("duration_ms")),
    ]


def _ending(row: dict[str, object]) -> str:
    """How the call ended, in a word."""
    if row["reading"] == "unread":
        return "unread"
    if not row["complete"]:
        return "cut off"
    word = row["error_code"] or row["stop_reason"] or "–"
    return f"{word} (warm-up)" if row["warmup"] else str(word)
