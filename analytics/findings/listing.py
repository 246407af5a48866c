"""Findings as people ask for them: ranked, chosen, muted or not, and one of them with its turns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb
import orjson

from analytics.findings.mutes import Mute, muted_by
from analytics.reporting import Row, Selection, choose, one_conversation, rows
from analytics.store.database import DatabaseError, sql


@dataclass(frozen=True, slots=True)
class Listed:
    """Findings, the weightiest first, and how many were left out because they are muted.

    `waiting` conversations of the database changed and are not examined yet: they may hold more.
    """

    findings: list[Row]
    muted: int
    waiting: int = 0


def list_findings(
    connection: duckdb.DuckDBPyConnection,
    selection: Selection,
    mutes: Sequence[Mute] = (),
    *,
    names: Iterable[str] = (),
    conversation: str | None = None,
) -> Listed:
    """The findings at these calls; `names` are the findings that are wanted, all where none is given.

    `conversation` is the beginning of an id; raises DatabaseError where none or several begin so. A row's `evidence` is
    an object.
    """
    choose(connection, selection)
    wanted = set(names)
    found = [row for row in rows(connection, "finding_list") if not wanted or row["finding"] in wanted]
    if conversation:
        whole = one_conversation(connection, conversation)
        found = [row for row in found if row["conversation_id"] == whole]
    heard = [row for row in found if not muted_by(mutes, str(row["finding"]), row["app"])]
    ((waiting,),) = connection.execute(sql("dashboard_unexamined")).fetchall()
    return Listed([_opened(row) for row in heard], len(found) - len(heard), int(waiting))


def one_finding(connection: duckdb.DuckDBPyConnection, beginning: str) -> Row:
    """The finding whose id begins so. Raises DatabaseError where there is none, or several."""
    choose(connection, Selection())
    found = [row for row in rows(connection, "finding_list") if str(row["finding_id"]).startswith(beginning)]
    if not found:
        raise DatabaseError(f"No finding {beginning!r}; `tokenecho findings` lists them.")
    if len(found) > 1:
        raise DatabaseError(f"Several findings begin with {beginning!r}; give more of the id.")
    return _opened(found[0])


def turns_of(connection: duckdb.DuckDBPyConnection, finding: Row) -> list[Row]:
    """The turns that its evidence names, in the order of time."""
    ids = sorted({str(finding["exchange_id"]), *exchange_ids(finding["evidence"])})
    result = connection.execute(sql("finding_evidence_turns"), {"ids": ids})
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def exchange_ids(evidence: object) -> set[str]:
    """Every text in the evidence: those that are no exchange's id find nothing."""
    match evidence:
        case str():
            return {evidence}
        case dict():
            return {text for value in evidence.values() for text in exchange_ids(value)}
        case list():
            return {text for value in evidence for text in exchange_ids(value)}
    return set()


def _opened(row: Row) -> Row:
    return row | {"evidence": orjson.loads(str(row["evidence"]))}
