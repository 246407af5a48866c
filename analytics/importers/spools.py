"""The records of a spool file from another host, or from a proxy whose collector never ran."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import zstandard

from analytics.importers.settings import Importing, Tally
from analytics.record import Record, from_meta
from analytics.spool import unpacked

MAGIC = b"SQLite format 3\0"
TABLES = {
    "records": "select meta, request, response from records order by rowid",
    "set_aside": "select meta, request, response from set_aside order by rowid",
}
DAMAGED = (ValueError, TypeError, KeyError, AttributeError, zstandard.ZstdError)


def read_spool(path: Path, importing: Importing, tally: Tally | None = None) -> Iterator[Record]:
    """The records that wait in that spool or were set aside there; the file is left as it is.

    They keep their ids, so what is collected on one host and imported on another is not twice in one database. The
    names that the import gives stand in where a record has none.
    """
    tally = tally or Tally()
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source:
        for table, query in TABLES.items():
            try:
                for row in source.execute(query):
                    yield from _record(row, importing, tally)
            except sqlite3.DatabaseError as error:
                tally.stopped_at = f"{path}: stopped in {table} after {tally.entries:,} records: {error}"


def _record(row: tuple[bytes, bytes, bytes], importing: Importing, tally: Tally) -> Iterator[Record]:
    meta, request, response = row
    try:
        record = from_meta(meta, unpacked(request), unpacked(response))
    except DAMAGED as error:
        tally.skip(type(error).__name__)
        return
    tally.called()
    yield replace(record, who=record.who.over(importing.who))
