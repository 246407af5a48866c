"""Records of chats, as the proxy would have made them, and what is needed to collect them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import orjson

from analytics.hashing import Hasher
from analytics.pricing.pricer import Pricer
from analytics.reading import Reader, Reading
from analytics.record import Body, Record
from analytics.spool import Spool
from analytics.store.database import Database

AT = 1_790_000_000.0
KEY = bytes(range(32))
USAGE = {"prompt_tokens": 20, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 0}}
BREAKS, KILLS = "this breaks the reader", "this kills the reader"
type Message = dict[str, Any]


def said(*texts: str) -> list[Message]:
    """A conversation of user and assistant, in turn."""
    return [{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(texts)]


def chat(
    number: int,
    messages: Sequence[Message] | None = None,
    *,
    usage: object = USAGE,
    content: Literal["full", "none"] = "full",
    api: str = "openai.chat",
    **fields: Any,
) -> Record:
    """A chat completion: number 7 has the ids `record-7` and `chatcmpl-7`. `fields` are further ones of the record."""
    asked = messages or said(f"Question {number}?")
    sent = orjson.dumps({"model": "gpt-4o-mini", "messages": asked})
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": f"Answer {number}."}}
    answer: dict[str, Any] = {"id": f"chatcmpl-{number}", "model": "gpt-4o-mini-2024-07-18", "choices": [choice]}
    got = orjson.dumps(answer | ({"usage": usage} if usage else {}))
    made: dict[str, Any] = {
        "record_id": f"record-{number}",
        "started_at": AT + number,
        "method": "POST",
        "scheme": "https",
        "host": "api.openai.com",
        "port": 443,
        "path": "/v1/chat/completions",
        "http_version": "HTTP/1.1",
        "request_headers": (("content-type", "application/json"), ("user-agent", "OpenAI/Python 2.1.0")),
        "request": Body(sent, len(sent)),
        "provider": "openai",
        "api": api,
        "status": 200,
        "response_headers": (("content-type", "application/json"),),
        "response": Body(got, len(got)),
        "request_ended_at": AT + number + 0.1,
        "first_byte_at": AT + number + 0.5,
        "ended_at": AT + number + 0.75,
        "content": content,
    }
    return Record(**made | fields)


def chats(*numbers: int) -> list[Record]:
    return [chat(number) for number in numbers]


def reader() -> Reader:
    return Reader(Hasher(KEY), Pricer())


class Frail(Reader):
    """A reader whose dialect has a defect: a marked call makes it raise, another kind ends its process."""

    def read(self, record: Record) -> Reading:
        if BREAKS.encode() in record.request.data:
            raise LookupError(f"no such thing as {BREAKS!r}")
        if KILLS.encode() in record.request.data:
            os._exit(9)
        return super().read(record)


def frail() -> Frail:
    return Frail(Hasher(KEY), Pricer())


def append(path: Path, records: Sequence[Record]) -> None:
    """Put records into the spool at that path, as another process would."""
    spool = Spool(path)
    spool.append(records)
    spool.close()


def stored(database: Database) -> list[str]:
    """The ids of the stored exchanges, each as often as it is there."""
    with database.reading() as connection:
        rows = connection.execute("select exchange_id from exchanges order by started_at").fetchall()
    return [row[0] for row in rows]


def tables(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that holds facts, in an order of its own."""
    with database.reading() as connection:
        names = [row[0] for row in connection.execute("select table_name from duckdb_tables() order by all").fetchall()]
        return {name: connection.table(name).order("all").fetchall() for name in names}
