"""`tokenecho rebuild`: everything derived, made anew from what was captured."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from typing import Any

import click
import orjson

from analytics.cli.filters import filter_options, say_if_none
from analytics.cli.numbers import count, dollars
from analytics.cli.options import database_option, json_option, option
from analytics.cli.progress import progress_bar
from analytics.cli.reader import make_pricer
from analytics.launch.collector_lock import CollectorLock
from analytics.launch.places import Places
from analytics.rebuilding import Advance, Rebuilt, calls_anew, rebuild
from analytics.reporting import Selection
from analytics.store.database import Database


@click.command("rebuild")
@database_option
@option("--keep-prices", is_flag=True, help="Leave every cost as it is; make the rest anew.")
@filter_options
@json_option
def rebuild_command(at: Places, keep_prices: bool, as_json: bool, **chosen: Any) -> None:
    """Make everything derived anew from what was captured: costs, conversations, ledgers, views.

    Calls are priced with the price list and the prices.toml of today, at the time they were made: this is how a new
    prices.toml reaches calls of the past. All or nothing: interrupted, the database is as it was. Nobody else may be
    writing to it.

    With --since, --until, --app or --team only conversations with a call that these choose are made anew, each as a
    whole, also its calls before --since or of another app; and what others have from them: the hours they are in, and
    the findings of conversations next to them (with the same instructions, the same request, the same client).
    """
    os.umask(0o077)
    pricer, database = None if keep_prices else make_pricer(at), Database(at.database, roomy=True)
    selection = Selection(**chosen)
    with database.reading() as connection:
        calls = calls_anew(connection, selection)
    with _alone(at), database.writing() as connection, _bars(calls) as progress:
        made = rebuild(connection, pricer, progress, selection)
    if selection.given:
        say_if_none(made.exchanges, selection)
    if as_json:
        click.echo(orjson.dumps(asdict(made)).decode())
    else:
        _print(made)


@contextmanager
def _alone(at: Places) -> Iterator[None]:
    """While no collector runs, and none can begin."""
    lock = CollectorLock(at.collector_lock)
    try:
        if not lock.take():
            raise click.ClickException(
                f"A collector is at work on {at.database}: end `tokenecho up`, `run` or `collect`, then try again."
            )
        yield
    finally:
        lock.release()


@contextmanager
def _bars(calls: int) -> Iterator[Callable[[str], Advance]]:
    """A progress bar for each part, one after the other."""
    with ExitStack() as shown:

        def begin(name: str) -> Advance:
            shown.close()
            return shown.enter_context(progress_bar(name, calls))

        yield begin


def _print(made: Rebuilt) -> None:
    calls = _of(made.exchanges, made.stored_exchanges)
    click.echo(f"{calls} calls in {_of(made.conversations, made.stored_conversations)} conversations made anew.")
    if made.repriced:
        before, now = dollars(made.cost_before_usd), dollars(made.cost_usd)
        click.echo(f"{count(made.repriced)} of them cost something else than before: {before} became {now} in all.")


def _of(made: int, stored: int) -> str:
    return count(made) if made == stored else f"{count(made)} of {count(stored)}"
