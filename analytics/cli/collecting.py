"""`tokenecho collect` and `tokenecho reparse`: records into DuckDB, and raw ones once more."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

import click
import orjson

from analytics.cli.draining import draining
from analytics.cli.options import database_option, json_option, option
from analytics.cli.progress import progress_bar
from analytics.cli.reader import make_reader
from analytics.collector import Collector
from analytics.launch.collector_lock import CollectorLock
from analytics.launch.places import Places
from analytics.record import Record, from_meta
from analytics.spool import Spool, unpacked
from analytics.store.database import Database, DatabaseMissing, sql

LOCK_PAUSE_S = 0.5
PAGE = 200


@click.command()
@database_option
@option("--once", is_flag=True, help="Collect what waits, then end.")
def collect(at: Places, once: bool) -> None:
    """Move captured calls from the spool into the database.

    One collector works on a database at a time; a second one waits for its turn.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    os.umask(0o077)
    stopped = _stop_signal()
    lock = CollectorLock(at.collector_lock)
    if not _taken(lock, stopped, wait=not once):
        if once:
            raise click.ClickException(f"Another collector is at work on {at.database}.")
        return
    spool = Spool(at.spool)
    Collector(spool, Database(at.database), make_reader(at)).run(lambda: once or stopped())
    spool.close()
    lock.release()


def _stop_signal() -> Callable[[], bool]:
    """Whether we were asked to end."""
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        asked.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    return asked.is_set


def _taken(lock: CollectorLock, stopped: Callable[[], bool], wait: bool) -> bool:
    while not lock.take():
        if not wait or stopped():
            return False
        time.sleep(LOCK_PAUSE_S)
    return True


@click.command()
@database_option
@json_option
def reparse(at: Places, as_json: bool) -> None:
    """Read calls again that were stored raw or set aside, as after an upgrade that reads more of them."""
    os.umask(0o077)
    database, spool = Database(at.database), Spool(at.spool)
    before = _unread(database)
    restored = spool.restore_set_aside()
    with draining(at, spool) as drain, progress_bar("Reading again", before + restored) as advance:
        for page in _raw_pages(database):
            spool.append(page)
            drain.finish()
            advance(len(page))
        drain.finish()
        drain.examine()
    counts = {"read": before - _unread(database), "unread": _unread(database), "restored": restored}
    counts["set_aside"] = len(spool.set_aside_errors())
    spool.close()
    _print_counts(counts, as_json)


def _print_counts(counts: dict[str, int], as_json: bool) -> None:
    if as_json:
        click.echo(orjson.dumps(counts).decode())
        return
    click.echo(f"{counts['read']:,} calls read that were stored raw; {counts['unread']:,} are still unread.")
    if counts["restored"]:
        click.echo(f"{counts['restored']:,} set aside were tried again; {counts['set_aside']:,} are still set aside.")


def _unread(database: Database) -> int:
    try:
        with database.reading() as connection:
            row = connection.execute("select count(*) from raw_exchanges").fetchone()
    except DatabaseMissing:
        return 0
    return int(row[0]) if row else 0


def _raw_pages(database: Database) -> Iterator[list[Record]]:
    """The records that are stored raw, a page at a time."""
    after = ""
    while True:
        try:
            with database.reading() as connection:
                rows = connection.execute(sql("raw_exchanges_after"), [after, PAGE]).fetchall()
        except DatabaseMissing:
            return
        if not rows:
            return
        after = rows[-1][0]
        yield [from_meta(meta, unpacked(request), unpacked(response)) for _, meta, request, response in rows]
