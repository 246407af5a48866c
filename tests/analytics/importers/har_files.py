"""HAR entries as browsers and proxies write them, made by hand, and files of them."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from analytics.endpoints import Endpoints
from analytics.importers.har import read_har
from analytics.importers.importing import Importing
from analytics.importers.settings import Tally
from analytics.record import Record

type Entry = dict[str, Any]

SECRET = bytes(range(32))
KEY = "sk-FAKE-0123456789abcdef"
IMPORTING = Importing(Endpoints(), SECRET, capture_id="import-1")
STARTED = "2026-03-01T12:00:00.250+02:00"
STARTED_AT = 1_772_359_200.25
CHAT = "https://api.openai.com/v1/chat/completions"
SOCKET = "https://api.openai.com/v1/responses"


def around(instant: float) -> Any:
    """That point in time, to a tenth of a millisecond; by default `approx` would allow half an hour."""
    return pytest.approx(instant, rel=0, abs=1e-4)


def fields(**values: str) -> list[dict[str, str]]:
    return [{"name": name.replace("_", "-"), "value": value} for name, value in values.items()]


def entry(url: str = CHAT, question: str = "hi", reply: str = '{"id":"r1"}', **changes: Any) -> Entry:
    """An entry in Chrome's style. `changes` go to the entry itself, `request` and `response` into theirs."""
    request = {
        "method": "POST",
        "url": url,
        "httpVersion": "h2",
        "headers": [
            {"name": ":authority", "value": "api.openai.com"},
            {"name": ":method", "value": "POST"},
            *fields(Authorization=f"Bearer {KEY}", Content_Type="application/json", User_Agent="test"),
        ],
        "queryString": [],
        "cookies": [{"name": "session", "value": KEY}],
        "headersSize": -1,
        "bodySize": 40,
        "postData": {"mimeType": "application/json", "text": json.dumps({"model": "m", "input": question})},
        **changes.pop("request", {}),
    }
    response = {
        "status": 200,
        "statusText": "",
        "httpVersion": "h2",
        "headers": fields(content_type="application/json", content_encoding="gzip", set_cookie=f"a={KEY}"),
        "content": {"size": len(reply), "mimeType": "application/json", "text": reply},
        "cookies": [],
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
        "_transferSize": 500,
        "_error": None,
        **changes.pop("response", {}),
    }
    timings = {"blocked": 10, "dns": -1, "ssl": 30, "connect": 40, "send": 0.5, "wait": 99.5, "receive": 850}
    whole = {"startedDateTime": STARTED, "time": 1000, "request": request, "response": response, "cache": {}}
    return {**whole, "timings": timings, "connection": "443", "_resourceType": "fetch", **changes}


def message(sent: bool, at: float, data: str | bytes) -> Entry:
    """A WebSocket message as Chrome and mitmproxy note it."""
    text, opcode = (data, 1) if isinstance(data, str) else (base64.b64encode(data).decode(), 2)
    return {"type": "send" if sent else "receive", "time": at, "opcode": opcode, "data": text}


def turn(number: int, at: float) -> list[Entry]:
    """The messages of one exchange on a Responses WebSocket."""
    response = {"id": f"resp_{number}", "usage": {"input_tokens": number}}
    events: list[Entry] = [
        {"type": "response.create", "model": "m", "input": f"question {number}"},
        {"type": "response.created", "response": {"id": f"resp_{number}"}},
        {"type": "response.completed", "response": response},
    ]
    return [message(step == 0, at + step / 10, json.dumps(event)) for step, event in enumerate(events)]


def socket_entry(messages: list[Entry], url: str = SOCKET, **changes: Any) -> Entry:
    request = {"method": "GET", "bodySize": 0, "postData": {}}
    response = {"status": 101, "headers": [], "content": {}, "bodySize": 0, **changes.pop("response", {})}
    kind: Entry = {"_resourceType": "websocket", "_webSocketMessages": messages}
    return entry(url, request=request, response=response, **kind, **changes)


def har(entries: list[Entry], **log: Any) -> bytes:
    """A whole file."""
    return json.dumps(
        {"log": {"version": "1.2", "creator": {"name": "test"}, "pages": [], **log, "entries": entries}}
    ).encode()


def written(folder: Path, data: bytes, name: str = "traffic.har") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def imported(folder: Path, *entries: Entry, importing: Importing = IMPORTING) -> list[Record]:
    """The records of a file with these entries, all of which can be read."""
    tally = Tally()
    records = list(read_har(written(folder, har(list(entries))), importing, tally))
    assert (tally.entries, tally.skipped, tally.stopped_at) == (len(entries), 0, None), tally.problem
    return records


def one(folder: Path, entry: Entry, importing: Importing = IMPORTING) -> Record:
    (record,) = imported(folder, entry, importing=importing)
    return record
