"""Calls of a chat and of the Responses API, and what the store makes of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import orjson

from analytics.reading import Reader
from analytics.record import Body, Record, Who
from analytics.store.batch import write_batch
from analytics.store.database import sql
from tests.analytics.chats import reader

START = 1_790_000_000.0
JSON = (("content-type", "application/json"),)
type Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Linked:
    """What the store says of one exchange."""

    conversation: str
    turn: int
    branch: str
    parent: str | None
    relation: str
    resent: int
    echoed: int
    new: int


def talk(*texts: str) -> list[Message]:
    """Messages of user and assistant in turn; a text that begins with `>` is the assistant's."""
    return [
        {"role": "assistant" if text.startswith(">") else "user", "content": text.removeprefix(">")} for text in texts
    ]


def system(text: str) -> list[Message]:
    return [{"role": "system", "content": text}]


def asked(
    name: str,
    messages: Sequence[Message],
    reply: str | Message | None,
    at: float,
    *,
    session: str | None = None,
    who: str | None = None,
    **fields: Any,
) -> Record:
    """A chat completion at that second: its reply is a text, a whole message, or None where the call failed."""
    message = reply if isinstance(reply, dict) else {"role": "assistant", "content": reply}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    answer: dict[str, Any] = {"id": f"chatcmpl-{name}", "model": "gpt-4o", "choices": [choice]}
    failure = {"error": {"message": "overloaded", "type": "server_error"}}
    return _record(
        name,
        at,
        "/v1/chat/completions",
        "openai.chat",
        {"model": "gpt-4o", "messages": list(messages)},
        failure if reply is None else answer,
        status=529 if reply is None else 200,
        request_headers=(*JSON, ("session-id", session)) if session else JSON,
        who=Who(user_name=who),
        **fields,
    )


def responded(name: str, sent: str | list[Message], reply: str | Message | None, at: float, **asked_for: Any) -> Record:
    """A call of the Responses API with a text or items; its id is `resp-NAME`.

    Its reply is a text, an item, or None where the provider does not know the state that it names.
    """
    said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": reply}]}
    output = [said if isinstance(reply, str) else reply]
    request = {"model": "gpt-4o", "input": sent, **asked_for}
    answer: Message = {
        "id": f"resp-{name}",
        "object": "response",
        "status": "completed",
        "model": "gpt-4o",
        "output": output,
    }
    if reply is None:
        answer = {"error": {"message": "Previous response not found.", "code": "previous_response_not_found"}}
    return _record(name, at, "/v1/responses", "openai.responses", request, answer, status=400 if reply is None else 200)


def _record(name: str, at: float, path: str, api: str, request: object, answer: object, **fields: Any) -> Record:
    made: dict[str, Any] = {
        "record_id": name,
        "started_at": START + at,
        "ended_at": START + at + 0.4,
        "method": "POST",
        "scheme": "https",
        "host": "api.openai.com",
        "port": 443,
        "path": path,
        "http_version": "HTTP/1.1",
        "request_headers": JSON,
        "request": Body(orjson.dumps(request)),
        "provider": "openai",
        "api": api,
        "status": 200,
        "response_headers": JSON,
        "response": Body(orjson.dumps(answer)),
    }
    return Record(**made | fields)


def fresh() -> duckdb.DuckDBPyConnection:
    """A new store, in memory."""
    connection = duckdb.connect()
    connection.execute(sql("schema"))
    return connection


def store(connection: duckdb.DuckDBPyConnection, records: Iterable[Record], by: Reader | None = None) -> None:
    """Write these records as one batch."""
    found = by or reader()
    readings = [found.read(record) for record in records]
    connection.begin()
    write_batch(connection, readings)
    connection.commit()


def linked(connection: duckdb.DuckDBPyConnection) -> dict[str, Linked]:
    """Every exchange's link, by its id."""
    rows = connection.execute(
        "select exchange_id, conversation_id, turn, branch, parent_exchange_id, relation, resent_blocks, "
        "echoed_blocks, new_blocks from links"
    ).fetchall()
    return {name: Linked(*row) for name, *row in rows}


def links_of(*records: Record) -> dict[str, Linked]:
    """What becomes of these records in one batch."""
    connection = fresh()
    store(connection, records)
    return linked(connection)


def tables(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in an order of its own, but for the list of work that is left to do."""
    names = [row[0] for row in connection.execute("select table_name from duckdb_tables() order by all").fetchall()]
    return {name: connection.table(name).order("all").fetchall() for name in names if name != "unexamined"}
