"""A scenario's way through the product: a HAR file, the importer, the collector, the findings."""

import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from analytics.collector import Collector
from analytics.endpoints import Endpoints
from analytics.hashing import Hasher
from analytics.importers.importing import import_file
from analytics.importers.settings import Importing
from analytics.pricing.pricer import Pricer
from analytics.reading import Reader
from analytics.spool import Spool
from analytics.store.database import Database
from benchmarks.scenarios.call import Call, Content
from benchmarks.scenarios.har import har

type Row = dict[str, Any]
SECRET = bytes(range(32))


@cache
def _reader() -> Reader:
    return Reader(Hasher(SECRET), Pricer())


def examined(calls: Iterable[Call], content: Content = "full") -> list[Row]:
    """The findings, one a row with its evidence as values, in the order of their names."""
    with tempfile.TemporaryDirectory() as folder:
        database = collected(calls, Path(folder), content)
        with database.reading() as connection:
            rows = connection.execute("select * from findings order by finding, started_at").to_arrow_table()
        return [row | {"evidence": orjson.loads(row["evidence"])} for row in rows.to_pylist()]


def collected(calls: Iterable[Call], folder: Path, content: Content = "full") -> Database:
    """The database that holds these calls, examined."""
    source, spool, database = folder / "calls.har", Spool(folder / "spool.sqlite"), Database(folder / "calls.duckdb")
    source.write_bytes(har(calls))
    found = import_file(source, spool, Importing(Endpoints(), SECRET, content=content), lambda entries: None)
    if found.skipped or found.other:
        raise ValueError(f"{found.skipped + found.other} of the calls are none: {found.problem}")
    collector = Collector(spool, database, _reader())
    while collector.collect():
        pass
    while collector.examine():
        pass
    spool.close()
    return database
