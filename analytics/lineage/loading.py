"""Facts, from a row that is about to be stored or from the stored tables."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import cast

import duckdb
import pyarrow as pa

from analytics.lineage.facts import LISTS, SPOKEN, Facts, Spoken
from analytics.store.database import sql


def facts_of(row: Mapping[str, object], spoken: Spoken) -> Facts:
    """The facts of an exchange from its row of `exchanges` and its columns of `chains`."""
    ended = row.get("ended_at")
    return Facts(
        exchange_id=str(row["exchange_id"]),
        started_at=cast(datetime, row["started_at"]),
        ended_at=ended if isinstance(ended, datetime) else None,
        well=row.get("complete") is True and _succeeded(row.get("status")),
        session_hint=_text(row.get("session_hint")),
        app=_text(row.get("app")),
        team=_text(row.get("team")),
        user_name=_text(row.get("user_name")),
        state_ref=_text(row.get("state_ref")),
        state_id=_text(row.get("state_id")),
        response_id=_text(row.get("response_id")),
        preamble_hash=_text(row.get("preamble_hash")),
        prefix_hash=_text(row.get("prefix_hash")),
        history_blocks=cast(int, row.get("history_blocks") or 0),
        reply_refs=tuple(cast(Iterable[str], row.get("reply_refs") or ())),
        spoken=spoken,
    )


def load_facts(connection: duckdb.DuckDBPyConnection, exchange_ids: Iterable[str]) -> dict[str, Facts]:
    """The facts of stored exchanges, by id; those that are no turn of a conversation are left out."""
    wanted = list(exchange_ids)
    if not wanted:
        return {}
    connection.register("wanted", pa.table({"exchange_id": pa.array(wanted, pa.string())}))
    rows = connection.execute(sql("lineage_facts")).to_arrow_table().to_pylist()
    connection.unregister("wanted")
    found = (facts_of(row, _spoken(row)) for row in rows)
    return {facts.exchange_id: facts for facts in found}


def _spoken(row: Mapping[str, object]) -> Spoken:
    values = {name: row[name] for name in SPOKEN}
    for name in LISTS:
        values[name] = tuple(cast(Iterable[object], values[name] or ()))
    return Spoken(**values)  # type: ignore[arg-type]  # the columns have these types


def _succeeded(status: object) -> bool:
    """Whether this status is a success; 101 is the handshake of a WebSocket, over which answers came."""
    return status is None or (isinstance(status, int) and (status == 101 or 200 <= status < 300))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
