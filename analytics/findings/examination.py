"""Examining conversations: those that changed are loaded, every finding looks at them, and what it says is stored.

What is stored is a function of the facts alone. A conversation is examined as a whole whenever something in it changed,
or in a call next to one of its own (the same preamble, the same request, the same client), or when a time has passed.
"""

import logging
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import groupby
from operator import attrgetter

import duckdb
import orjson
import pyarrow as pa

from analytics.findings.archive import Archive
from analytics.findings.cache_calls import CacheCalls
from analytics.findings.case import Case
from analytics.findings.hit import Finding, Hit
from analytics.findings.registry import FINDINGS
from analytics.findings.turn import Turn
from analytics.garbage import no_search
from analytics.pricing.pricer import Pricer
from analytics.store.database import sql

logger = logging.getLogger("tokenecho.findings")
type Row = dict[str, object]

# About as many turns are examined in one go: a second or so in which the writer has the file.
MOST_TURNS = 5_000
# Calls further apart are not neighbours: no prompt cache keeps anything so long, nor does anybody go on after it.
NEAR = timedelta(days=7)


def waiting(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether there is something to examine now."""
    return bool(connection.execute(sql("unexamined_conversations"), {"most": 1}).fetchone())


@no_search()
def examine(connection: duckdb.DuckDBPyConnection, most: int = MOST_TURNS, pricer: Pricer | None = None) -> int:
    """Examine conversations that wait, about as many as hold `most` turns; how many, 0 when none waits.

    The connection is in a transaction; the caller commits. What would have cost less is priced by `pricer`.
    """
    waiting = connection.execute(sql("unexamined_conversations"), {"most": most}).fetchall()
    if not waiting:
        return 0
    _mark_neighbours(connection)
    conversations = [row[0] for row in waiting]
    cases = list(_load(connection, conversations, pricer or Pricer()))
    read_ahead(cases)
    _hand(connection, "conversation_id", conversations)
    connection.execute(sql("delete_findings"))
    connection.execute(sql("delete_unexamined"))
    connection.unregister("wanted")
    rows = [row for case in cases for row in _rows(case)]
    _insert(connection, "findings", rows)
    _insert(connection, "unexamined", [row for case in cases for row in _later(case)])
    return len(conversations)


def _mark_neighbours(connection: duckdb.DuckDBPyConnection) -> None:
    """Those next to any that changed wait, too; all at once, so that none of them is examined twice."""
    changed = [row[0] for row in connection.execute(sql("changed_conversations")).fetchall()]
    if changed:
        _hand(connection, "conversation_id", changed)
        times = [row[1] for row in connection.execute(sql("conversations_exchanges")).fetchall()]
        connection.execute(sql("insert_neighbours"), _around(times))


def load_cases(connection: duckdb.DuckDBPyConnection, conversations: Sequence[str]) -> Iterator[Case]:
    """The cases of these conversations, for one who only reads."""
    return _load(connection, conversations, Pricer())


def _load(connection: duckdb.DuckDBPyConnection, conversations: Sequence[str], pricer: Pricer) -> Iterator[Case]:
    latest = connection.execute("select max(started_at) from exchanges").fetchone()
    _hand(connection, "conversation_id", conversations)
    calls = connection.execute(sql("conversations_exchanges")).fetchall()
    turns = _load_turns(connection, [row[0] for row in calls], [row[1] for row in calls])
    known = {turn.exchange_id: turn for turn in turns}
    archive, cache_calls = Archive(connection, turns), CacheCalls(connection, turns, pricer)
    others = _load_others(connection, turns, known)
    for _, group in groupby(turns, attrgetter("conversation_id")):
        yield Case(list(group), archive, latest[0] if latest else datetime.min, cache_calls, others)


def read_ahead(cases: Sequence[Case]) -> None:
    """Look up the texts that all findings will ask for at once."""
    if cases:
        wanted = (block for case in cases for finding in FINDINGS for block in finding.reads(case))
        cases[0].archive.texts(wanted)


def _load_others(
    connection: duckdb.DuckDBPyConnection, turns: Iterable[Turn], known: Mapping[str, Turn]
) -> dict[str, Turn]:
    """The exchanges that these turns name, of whatever conversation."""
    named = {named for turn in turns for named in (turn.twin_exchange_id, turn.earlier_exchange_id) if named}
    missing = sorted(named - known.keys())
    return {**known, **{turn.exchange_id: turn for turn in _load_turns(connection, missing)}}


def _load_turns(
    connection: duckdb.DuckDBPyConnection, exchange_ids: Sequence[str], times: Sequence[datetime] = ()
) -> list[Turn]:
    """In the order of conversations and time; with what is known of their neighbours around those times."""
    if not exchange_ids:
        return []
    _hand(connection, "exchange_id", exchange_ids)
    rows = connection.execute(sql("finding_turns"), _around(times) | {"near": NEAR}).fetchall()
    connection.unregister("wanted")
    return list(map(Turn._make, rows))


def _around(times: Sequence[datetime]) -> dict[str, datetime | None]:
    """From when to when there are neighbours; null where there are no times."""
    return {"since": min(times) - NEAR, "until": max(times) + NEAR} if times else {"since": None, "until": None}


def _rows(case: Case) -> Iterator[Row]:
    for finding in FINDINGS:
        try:
            hits = list(finding.select(case))
        except Exception as error:  # what one finding cannot read must not keep the others from the user
            # Not the message: it may quote the traffic.
            where = "".join(traceback.format_tb(error.__traceback__))
            logger.error("%s failed on a conversation and says nothing of it. Where:\n%s", finding.name, where)
            continue
        for hit in hits:
            yield _row(case, finding, hit)


def _row(case: Case, finding: Finding, hit: Hit) -> Row:
    return {
        "finding_id": finding_id(finding.name, case.conversation_id, hit),
        "finding": finding.name,
        "lever": finding.lever,
        "conversation_id": case.conversation_id,
        "exchange_id": hit.exchange_id,
        "started_at": case.by_id[hit.exchange_id].started_at,
        "severity": hit.severity,
        "confidence": hit.confidence,
        "tokens": hit.tokens,
        "bytes": hit.bytes,
        "usd": hit.usd,
        "paid_usd": hit.paid_usd,
        "evidence": orjson.dumps(asdict(hit.evidence)).decode(),
        "advice": hit.advice,
    }


def finding_id(name: str, conversation_id: str, hit: Hit) -> str:
    """Ten digits that stay the same as long as the finding is about the same thing."""
    about = "\0".join((name, conversation_id, hit.exchange_id, hit.key))
    return blake2b(about.encode(), digest_size=5).hexdigest()


def _later(case: Case) -> Iterator[Row]:
    """When it is to be looked at again, though nothing is added to it."""
    times = [due for finding in FINDINGS if (due := finding.due(case)) and due > case.latest]
    if times:
        yield {"conversation_id": case.conversation_id, "due_at": min(times), "changed": False}


def _hand(connection: duckdb.DuckDBPyConnection, column: str, values: Sequence[str]) -> None:
    connection.register("wanted", pa.table({column: pa.array(list(values), pa.string())}))


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    if not rows:
        return
    # The table says which columns and types there are; JSON is text to Arrow.
    schema = connection.table(table).limit(0).to_arrow_table().schema
    connection.register("batch", pa.Table.from_pylist(rows, schema=schema))
    connection.execute(sql(f"insert_{table}"))
    connection.unregister("batch")
