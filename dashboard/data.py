"""Read-only queries for the pages: `rows("dashboard_totals", filters)` gives a DataFrame and the SQL behind it.

The database is opened for the queries of a view and closed again, so that the collector can write, and what was read is
kept for a few seconds and shared between everybody who looks. A query is a file of `analytics/sql/`; it reads the views
of `dashboard_scope.sql` (`shown_calls`, `shown_hours`), which hold what the filters leave, and takes what else it needs
as `$parameters`.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import duckdb
import pandas as pd
import streamlit as st

from analytics.findings.mutes import MutesError, load_mutes
from analytics.launch.places import Places, places
from analytics.store.database import DatabaseError, DatabaseMissing, sql
from dashboard.filters import Filters
from dashboard.lending import Lending

# How long a page waits for somebody who has the file, before it says so.
PATIENCE_S = 20.0
SCOPE, VARIABLES = "dashboard_scope", "dashboard_variables"
lending = Lending()
PARAMETER = re.compile(r"\$(\w+)")

type Value = str | int | float | bool | date | datetime | list[str] | tuple[str | None, ...] | None
type Age = Literal["live", "fresh", "settled"]
type Values = tuple[tuple[str, Value], ...]


class DataProblem(Exception):
    """The database cannot be read now; the message is for the person at the screen."""


class NoData(DataProblem):
    """Nothing was captured yet."""


@dataclass(frozen=True, slots=True)
class Result:
    """A query's rows, and its text as anybody can run it with DuckDB."""

    rows: pd.DataFrame
    sql: str


def here() -> Places:
    """The files of the database that is shown: `TOKENECHO_DB`, or the default one."""
    given = os.environ.get("TOKENECHO_DB")
    return places(Path(given) if given else None)


def now() -> datetime:
    """UTC, without a zone, as the database has it."""
    return datetime.now(UTC).replace(tzinfo=None)


def rows(query: str, filters: Filters | None = None, *, age: Age = "fresh", **parameters: Value) -> Result:
    """The rows of `sql/QUERY.sql` under these filters; without filters, of the whole database.

    `live` rows are a second old at most, `fresh` ones five, `settled` ones a minute. Raises NoData where nothing was
    captured yet, DataProblem where the database cannot be read now.
    """
    variables = () if filters is None else _values({**filters.variables(now()), "muted": _muted()})
    result: Result = READERS[age](here().database, query, variables, _values(parameters))
    return result


def _muted() -> list[str]:
    """What the team does not want to hear of, as the views know it; nothing where the file cannot be read."""
    try:
        found = load_mutes(here().mutes)
    except MutesError:  # the page of findings says so
        return []
    return sorted(mute.finding if mute.app is None else f"{mute.finding} {mute.app}" for mute in found)


def _values(given: Mapping[str, Value]) -> Values:
    """Hashable, for the cache."""
    return tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in given.items())


@contextmanager
def opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database for what is more than one query. Raises NoData or DataProblem."""
    try:
        with lending.reading(path, PATIENCE_S) as connection:
            yield connection
    except DatabaseMissing as error:
        raise NoData(str(error)) from error
    except DatabaseError as error:
        raise DataProblem(str(error)) from error
    except duckdb.Error as error:
        raise DataProblem(f"{path}: {str(error).partition('\n')[0]}") from error


def _read(path: Path, query: str, variables: Values, parameters: Values) -> Result:
    with opened(path) as connection:
        if variables:
            _scope(connection, variables)
        found = connection.execute(sql(query), dict(parameters) or None).df()
    return Result(found, runnable(query, variables, parameters))


def _scope(connection: duckdb.DuckDBPyConnection, variables: Values) -> None:
    """Set the filters, and make the views that hold what they leave; all of it goes with the connection."""
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in variables}
    for statement in connection.extract_statements(sql(VARIABLES)):
        connection.execute(statement, {name: given[name] for name in statement.named_parameters})
    connection.execute(sql(SCOPE))


def runnable(query: str, variables: Values, parameters: Values) -> str:
    """The query with its filters and parameters as a script for DuckDB's own command line; for reading, never run."""
    parts = [_filled(sql(VARIABLES), variables), sql(SCOPE)] if variables else []
    return "\n".join([*parts, _filled(sql(query), parameters).rstrip().rstrip(";") + ";\n"])


def _filled(text: str, values: Values) -> str:
    given = dict(values)
    return PARAMETER.sub(
        lambda found: _literal(given[found.group(1)]) if found.group(1) in given else found.group(), text
    )


def _literal(value: Value) -> str:
    """A value as SQL has it, for reading and for running by hand."""
    match value:
        case None:
            return "null"
        case bool() | int() | float():
            return str(value).lower()
        case datetime():
            return f"timestamp '{value}'"
        case date():
            return f"date '{value}'"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _:
            return "[" + ", ".join(_literal(part) for part in value) + "]"


READERS = {
    "live": st.cache_data(ttl=1.0, max_entries=50, show_spinner=False)(_read),
    "fresh": st.cache_data(ttl=5.0, max_entries=300, show_spinner=False)(_read),
    "settled": st.cache_data(ttl=60.0, max_entries=100, show_spinner=False)(_read),
}
