"""Reports: what was called, what it cost, how much of it was an echo. Rows only; how they look is others' business."""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from analytics.store.database import DatabaseError, sql

type Row = dict[str, object]

EVER = datetime(1, 1, 1), datetime(9999, 1, 1)
TOP = 10


@dataclass(frozen=True, slots=True)
class Selection:
    """Which calls: from a time on, before a time (both UTC), of an app, of a team. None is all."""

    since: datetime | None = None
    until: datetime | None = None
    app: str | None = None
    team: str | None = None

    @property
    def given(self) -> bool:
        """Whether anything was chosen at all."""
        return self != Selection()

    def parameters(self) -> dict[str, object]:
        """As queries take them."""
        return {"since": self.since, "until": self.until, "app": self.app, "team": self.team}


@dataclass(frozen=True, slots=True)
class Report:
    """Totals, the same by model, app, team and day, and the most expensive conversations."""

    totals: Row
    groups: dict[str, list[Row]]
    conversations: list[Row]


def report(connection: duckdb.DuckDBPyConnection, selection: Selection, most: int = TOP) -> Report:
    """The report over these calls."""
    _select(connection, selection)
    (totals,) = rows(connection, "report_totals")
    groups: dict[str, list[Row]] = {"model": [], "app": [], "team": [], "day": []}
    for row in rows(connection, "report_groups"):
        groups[str(row.pop("dimension"))].append(row)
    return Report(totals, groups, _conversations(connection, most, "cost"))


def conversations(connection: duckdb.DuckDBPyConnection, selection: Selection, most: int, by: str) -> list[Row]:
    """Conversations with a call among these, by `cost` or by `time`, the highest first."""
    _select(connection, selection)
    return _conversations(connection, most, by)


def exchanges(connection: duckdb.DuckDBPyConnection, selection: Selection, most: int) -> list[Row]:
    """The newest of these calls, newest first."""
    choose(connection, selection)
    return rows(connection, "exchange_list", [most])


def turns(connection: duckdb.DuckDBPyConnection, conversation: str, selection: Selection) -> list[Row]:
    """Those of these calls that are turns of the conversation whose id begins so, in order.

    Raises DatabaseError where there is no such conversation, or several.
    """
    choose(connection, selection)
    return rows(connection, "conversation_turns", [one_conversation(connection, conversation)])


def one_conversation(connection: duckdb.DuckDBPyConnection, beginning: str) -> str:
    """The id of the conversation whose id begins so. Raises DatabaseError where there is none, or several."""
    found = [str(row[0]) for row in connection.execute(sql("conversations_like"), [beginning]).fetchall()]
    if not found:
        raise DatabaseError(f"No conversation {beginning!r}; `tokenecho conversations` lists them.")
    if len(found) > 1 and beginning not in found:
        raise DatabaseError(f"Several conversations begin with {beginning!r}; give more of the id.")
    return beginning if beginning in found else found[0]


def rows(connection: duckdb.DuckDBPyConnection, query: str, parameters: list[object] | None = None) -> list[Row]:
    """The rows of a query by its name, each by its columns' names."""
    result = connection.execute(sql(query), parameters or [])
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _select(connection: duckdb.DuckDBPyConnection, selection: Selection) -> None:
    choose(connection, selection)
    connection.execute(sql("report_calls"))


def choose(connection: duckdb.DuckDBPyConnection, selection: Selection) -> None:
    """Tell the connection's queries which calls are meant."""
    since, until = selection.since or EVER[0], selection.until or EVER[1]
    connection.execute("set variable since = ?::timestamp", [since])
    connection.execute("set variable until = ?::timestamp", [until])
    connection.execute("set variable app = ?::varchar", [selection.app])
    connection.execute("set variable team = ?::varchar", [selection.team])


def _conversations(connection: duckdb.DuckDBPyConnection, most: int, by: str) -> list[Row]:
    connection.execute("set variable most = ?::bigint", [most])
    connection.execute("set variable ordering = ?::varchar", [by])
    return rows(connection, "report_conversations")
