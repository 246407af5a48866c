"""`tokenecho sql`: a query over the database, read-only."""

import json
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import count, islice
from typing import Any

import click
import duckdb
import orjson

from analytics.cli.filters import filter_options, say_if_none
from analytics.cli.options import database_option, json_option
from analytics.cli.tables import print_table
from analytics.launch.places import Places
from analytics.narrowing import narrow
from analytics.reporting import Selection
from analytics.store.database import Database, sql

type Values = tuple[object, ...]

# As many rows as a terminal is shown; a pipe gets all of them.
MOST_ROWS = 1_000
PAGE = 2_000
UNKNOWN = "NULL"


@click.command("sql")
@database_option
@filter_options
@json_option
@click.argument("query")
def sql_command(at: Places, as_json: bool, query: str, **chosen: Any) -> None:
    """Run a query over the database. It can change nothing, and read no other file.

    A table on a terminal, tab-separated columns in a pipe. QUERY may be - to read it from standard input.
    docs/tables.md describes the tables.

    With --since, --until, --app or --team the tables hold the calls that these choose and what belongs to them:
    conversations and hours are added up over these calls, blocks are those that they sent or got. The whole tables are
    beside them: stored.exchanges and so on.
    """
    selection, text = Selection(**chosen), sys.stdin.read() if query == "-" else query
    with Database(at.database).reading() as connection:
        try:
            if selection.given:
                say_if_none(narrow(connection, selection), selection)
            connection.execute(sql("lock_down"))
            result = connection.execute(text)
            _print(result, as_json)
        except duckdb.Error as error:
            raise click.ClickException(one_line(error)) from error


def one_line(error: Exception) -> str:
    """The message without the excerpt of the query below it."""
    return " ".join(str(error).partition("\nLINE ")[0].split())


def _print(result: duckdb.DuckDBPyConnection, as_json: bool) -> None:
    if not result.description:
        return
    names = distinct([column[0] for column in result.description])
    if as_json:
        _print_json(names, _rows(result))
    elif sys.stdout.isatty():
        _print_table(names, _rows(result))
    else:
        print("\t".join(_cell(name, "") for name in names))
        for row in _rows(result):
            print("\t".join(_cell(value, "") for value in row))


def distinct(names: Sequence[str]) -> list[str]:
    """The names, the second of two alike with a number."""
    found: list[str] = []
    for name in names:
        candidates = (name if number == 0 else f"{name}_{number}" for number in count())
        found.append(next(candidate for candidate in candidates if candidate not in found))
    return found


def _rows(result: duckdb.DuckDBPyConnection) -> Iterator[Values]:
    while page := result.fetchmany(PAGE):
        yield from page


def _print_table(names: Sequence[str], rows: Iterator[Values]) -> None:
    shown = list(islice(rows, MOST_ROWS))
    numbers = {name for at, name in enumerate(names) if shown and all(_is_number(row[at]) for row in shown)}
    print_table(names, [[_cell(value, UNKNOWN) for value in row] for row in shown], right=numbers)
    if next(rows, None) is not None:
        click.echo(f"The first {MOST_ROWS:,} rows; a pipe gets all of them.", err=True)


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float | Decimal) and not isinstance(value, bool))


def _cell(value: object, unknown: str) -> str:
    """One line without tabs."""
    if value is None:
        return unknown
    if isinstance(value, dict | list | bytes):
        value = encoded(value).decode()
    return " ".join(str(value).split())


def _print_json(names: Sequence[str], rows: Iterator[Values]) -> None:
    """A list of objects, one a line."""
    out = sys.stdout.buffer
    before = b"["
    for row in rows:
        out.write(before + b"\n" + encoded(dict(zip(names, row, strict=True))))
        before = b","
    out.write(b"[]\n" if before == b"[" else b"\n]\n")


def encoded(value: object) -> bytes:
    """The value as JSON; integers may be longer than 64 bits."""
    try:
        return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        return json.dumps(value, default=_plain, ensure_ascii=False).encode("utf-8", "replace")


def _plain(value: object) -> object:
    """What JSON has no type for: bytes as hexadecimal digits, decimals as numbers, the rest as it is written."""
    if isinstance(value, bytes):
        return value.hex()
    return float(value) if isinstance(value, Decimal) else str(value)
