"""Recorded traffic as calls, for measuring a dialect. The recordings lie beside the repository, not in it."""

import base64
import gzip
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from analytics.dialects.call import Call, Event
from analytics.dialects.exchange import Json
from analytics.dialects.fields import obj, text
from analytics.wire.json_stream import loads, parse_json_stream
from analytics.wire.ndjson import parse_ndjson
from analytics.wire.sse import parse_sse

RECORDINGS = Path(__file__).parents[4] / "shared" / "corpus" / "recorded.jsonl.gz"


def recorded_calls(*dialects: str) -> list[tuple[Json, Call]]:
    """The records of those dialects (the recorder's own names), each with its call; skips where there are none."""
    if not RECORDINGS.exists():
        pytest.skip("the recorded traffic is not on this machine")
    return [(record, _call(record)) for record in _records() if record["dialect"] in dialects]


@cache
def _records() -> tuple[Json, ...]:
    wanted = (b'"anthropic.', b'"google.', b'"ollama.')
    with gzip.open(RECORDINGS) as lines:
        return tuple(obj(loads(line)) for line in lines if any(name in line for name in wanted))


def _call(record: Json) -> Call:
    url = urlsplit(str(record["url"]))
    body, sse = _body(record, "response"), record["response_is_sse"] is True
    events = tuple(_events(str(record["dialect"]), unquote(url.path), body, sse))
    return Call(
        provider=str(record["provider"]),
        api=str(record["dialect"]),
        host=str(record["host"]),
        path=unquote(url.path),
        query=dict(parse_qsl(url.query)),
        request_headers={str(k).lower(): str(v) for k, v in obj(record, "request_headers").items()},
        request=obj(_json(_body(record, "request"))),
        status=int(str(record["status"])),
        response_headers={str(k).lower(): str(v) for k, v in obj(record, "response_headers").items()},
        body=None if events else _json(body),
        events=events,
        streamed=bool(events),
    )


def _body(record: Json, side: str) -> bytes:
    body = text(record, f"{side}_body") or ""
    if record[f"{side}_body_encoding"] == "base64":
        return base64.b64decode(body)
    return body.encode("utf-8", "replace")


def _json(body: bytes) -> object:
    try:
        return loads(body)
    except ValueError:
        return None


def _events(dialect: str, path: str, body: bytes, sse: bool) -> Iterator[Event]:
    if sse:
        for event in parse_sse(body):
            yield Event(event.event, _json(event.data))
    elif "stream" in path.rpartition(":")[2] and body.lstrip().startswith(b"["):
        yield from (Event(None, value) for value in parse_json_stream(body).values)
    elif dialect.startswith("ollama."):
        values = parse_ndjson(body).values
        yield from (Event(None, value) for value in (values if len(values) > 1 else ()))
