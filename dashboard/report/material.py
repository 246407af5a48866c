"""What the page is made from: the report's rows, read in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from analytics.findings.listing import list_findings
from analytics.findings.mutes import Mute
from analytics.findings.worth import Digest, digest
from analytics.reporting import Report, Row, Selection, report, rows
from analytics.store.database import Database, sql
from dashboard.lines import line, lines

# A conversation of fewer calls shows no growth.
LEAST_CALLS = 3


@dataclass(frozen=True, slots=True)
class Material:
    """A report with what its charts draw.

    `spending` are the rows of `report_spending.sql`, `prices` those of `report_prices.sql`. `longest` are the calls of
    the longest line of the most expensive conversation that has some, None where none has.
    """

    selection: Selection
    report: Report
    found: Digest
    spending: pd.DataFrame
    prices: Sequence[Row]
    longest: pd.DataFrame | None


def load(path: Path, selection: Selection, mutes: Sequence[Mute]) -> Material:
    """Everything about these calls. Raises DatabaseError."""
    with Database(path).reading() as connection:
        made = report(connection, selection)
        spending = connection.execute(sql("report_spending")).df()
        prices = rows(connection, "report_prices")
        longest = _longest(connection, made.conversations)
        found = digest(list_findings(connection, selection, mutes))
    return Material(selection, made, found, spending, prices, longest)


def _longest(
    connection: duckdb.DuckDBPyConnection, conversations: Sequence[Mapping[str, object]]
) -> pd.DataFrame | None:
    grown = (row for row in conversations if isinstance(calls := row["calls"], int) and calls >= LEAST_CALLS)
    dearest = next(grown, None)
    if dearest is None:
        return None
    parameters = {"conversation": dearest["conversation_id"]}
    calls = connection.execute(sql("dashboard_conversation_turns"), parameters).df()
    return line(calls, lines(calls)[0].branch)
