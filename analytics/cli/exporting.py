"""`tokenecho export`: a table as a file."""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import duckdb

from analytics.cli.filters import filter_options, say_if_none
from analytics.cli.options import database_option, option
from analytics.cli.querying import one_line
from analytics.launch.places import Places
from analytics.narrowing import KEPT, narrow
from analytics.private import owner_only
from analytics.reporting import Selection
from analytics.store.database import Database
from analytics.store.exporting import Format, NotThere, export_table

FORMS: tuple[Format, ...] = ("parquet", "csv", "jsonl")


@click.command("export")
@database_option
@option("--format", "form", type=click.Choice(FORMS), help="What to write; by default what FILE ends with.")
# Not from the environment: there it says what commands print, and must not change what is in a file.
@option("--json", "as_json", envvar=None, is_flag=True, help="The same as --format jsonl.")
@option("--table", default="exchanges", show_default=True, help="The table or view; docs/tables.md describes them.")
@filter_options
@click.argument("file", required=False)
def export_command(at: Places, form: Format | None, as_json: bool, table: str, file: str | None, **chosen: Any) -> None:
    """Write a table to FILE, or to standard output where FILE is -. Without FILE it is named after the table.

    Texts of conversations are in `blocks` only. The file is readable by its owner alone.

    With --since, --until, --app or --team the table holds the calls that these choose and what belongs to them, as in a
    query of `tokenecho sql`: conversations and hours are added up over these calls, blocks are those that they sent or
    got.
    """
    selection, form = Selection(**chosen), _format(form, as_json) or _ending(file)
    file = file or _new(f"{table}.{form}")
    try:
        with owner_only(), TemporaryDirectory(dir=_folder(file)) as folder:
            made = Path(folder) / "export"
            with Database(at.database).reading() as connection:
                _choose(connection, selection, table)
                rows = export_table(connection, table, made, form)
            _hand_over(made, file)
    except (NotThere, duckdb.Error, OSError) as error:
        raise click.ClickException(one_line(error)) from error
    click.echo(f"{rows:,} rows of {table}{'' if file == '-' else f' in {file}'}.", err=True)


def _format(form: Format | None, as_json: bool) -> Format | None:
    """The format that was asked for."""
    if as_json and form not in (None, "jsonl"):
        raise click.UsageError(f"--json is the same as --format jsonl; with --format {form} leave it out.")
    return "jsonl" if as_json else form


def _choose(connection: duckdb.DuckDBPyConnection, selection: Selection, table: str) -> None:
    if not selection.given:
        return
    if table in KEPT:
        raise click.ClickException(
            f"The rows of {table!r} belong to no single exchange: it can only be exported whole."
        )
    say_if_none(narrow(connection, selection, hourly=table == "hours"), selection)


def _ending(file: str | None) -> Format:
    """The format that the file's name ends with."""
    found = next((form for form in FORMS if file and file.endswith(f".{form}")), None)
    if found is None:
        raise click.UsageError(f"Say what to write: --format {'|'.join(FORMS)}, or a FILE that ends so.")
    return found


def _new(file: str) -> str:
    """A name that nobody chose must not cost a file that is there."""
    if Path(file).exists():
        raise click.ClickException(f"{file} is there already; name the FILE to write over it.")
    return file


def _folder(file: str) -> Path | None:
    """Where to write first: beside the file, so that it comes into its place whole."""
    return None if file == "-" else Path(file).absolute().parent


def _hand_over(made: Path, file: str) -> None:
    if file != "-":
        made.replace(file)
        return
    with made.open("rb") as found:
        shutil.copyfileobj(found, sys.stdout.buffer)
    sys.stdout.buffer.flush()
