"""Recorded traffic as calls, to measure a dialect by. The recordings lie beside the repository, not in it."""

import base64
import gzip
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from analytics.dialects.call import Call, Dialect
from analytics.dialects.exchange import Block, Json
from analytics.dialects.fields import obj, text
from analytics.opening import open_call
from analytics.record import Body, Headers, Record
from analytics.wire.json_stream import loads

RECORDINGS = Path(__file__).parents[4] / "shared" / "corpus" / "recorded.jsonl.gz"
# The recorder has undone these already.
UNDONE = {"content-encoding", "content-length", "transfer-encoding"}


def recorded_calls(*dialects: str) -> list[tuple[Json, Call]]:
    """The recordings of those dialects (the recorder's names for them), each with its call; skips without them."""
    if not RECORDINGS.exists():
        pytest.skip("the recorded traffic is not on this machine")
    return [(found, _call(found)) for found in _recordings() if found["dialect"] in dialects]


def echoes(dialect: Dialect, *dialects: str, skip: tuple[str, ...] = ()) -> Counter[str]:
    """How often a reply comes back: `echoed` or `missed`, over consecutive calls of which one extends the other.

    `skip` names kinds that are left out of the comparison on both sides.
    """
    found: Counter[str] = Counter()
    for (before, call), (after, following) in pairwise(recorded_calls(*dialects)):
        if (before["source_repo"], before["source_path"]) != (after["source_repo"], after["source_path"]):
            continue
        history, later = (_content(dialect.read_request(c).history, skip) for c in (call, following))
        reply = _content(dialect.read_response(call).reply, skip)
        if reply and history and len(later) > len(history) and later[: len(history)] == history:
            found["echoed" if later[len(history) :][: len(reply)] == reply else "missed"] += 1
    return found


def _content(blocks: tuple[Block, ...], skip: tuple[str, ...]) -> list[tuple[str, str, str]]:
    return [(block.role, block.kind, block.content) for block in blocks if block.kind not in skip]


@cache
def _recordings() -> tuple[Json, ...]:
    with gzip.open(RECORDINGS) as lines:
        found = (
            obj(loads(line)) for line in lines if b'"anthropic.' in line or b'"google.' in line or b"ollama" in line
        )
        return tuple(sorted(found, key=lambda r: (str(r["source_repo"]), str(r["source_path"]), int(str(r["index"])))))


def _call(recording: Json) -> Call:
    url = urlsplit(str(recording["url"]))
    record = Record(
        record_id="",
        started_at=0.0,
        method=str(recording["method"]),
        scheme=url.scheme,
        host=url.hostname or "",
        port=url.port or 443,
        path=f"{url.path}?{url.query}",
        http_version="HTTP/1.1",
        request_headers=_headers(recording, "request"),
        request=Body(_body(recording, "request")),
        provider=str(recording["provider"]),
        api=str(recording["dialect"]),
        status=int(str(recording["status"])),
        response_headers=_headers(recording, "response"),
        response=Body(_body(recording, "response")),
    )
    return open_call(record).call


def _headers(recording: Json, side: str) -> Headers:
    return tuple(_pairs(obj(recording, f"{side}_headers")))


def _pairs(headers: Json) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        if name.lower() not in UNDONE:
            yield name.lower(), str(value[0] if isinstance(value, list) and value else value)


def _body(recording: Json, side: str) -> bytes:
    body = text(recording, f"{side}_body") or ""
    if recording[f"{side}_body_encoding"] == "base64":
        return base64.b64decode(body)
    return body.encode("utf-8", "replace")
