"""Reads HAR 1.2 files, of browsers and of proxies, as they stream by."""

from collections.abc import Iterator
from pathlib import Path

from analytics.importers.har_entry import entry_records
from analytics.importers.har_file import CutOff, chunks, entries
from analytics.importers.settings import Importing, Tally
from analytics.record import Record
from analytics.wire.json_stream import loads


def read_har(path: Path, importing: Importing, tally: Tally | None = None) -> Iterator[Record]:
    """The records of a HAR file. What cannot be read is passed over and noted in the tally; only OSError is raised."""
    tally = tally or Tally()
    try:
        for data in entries(chunks(path)):
            yield from _records(data, importing, tally)
    except CutOff as stop:
        tally.stopped_at = f"{path}: stopped after {tally.entries:,} entries: {stop}"


def _records(data: bytes | None, importing: Importing, tally: Tally) -> list[Record]:
    try:
        records = _parsed(data, importing)
    except ValueError as error:
        tally.skip(str(error))
        return []
    if records is None:
        tally.pass_over()
    else:
        tally.called()
    return records or []


def _parsed(data: bytes | None, importing: Importing) -> list[Record] | None:
    if data is None:
        raise ValueError("it is too long")
    entry = loads(data)
    if not isinstance(entry, dict):
        raise ValueError("it is no JSON object")
    return entry_records(entry, importing)
