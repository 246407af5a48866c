"""Recorded traffic of other projects, opened and read the way the collector does it.

It lies beside the repository, not in it: where it is missing, tests skip.
"""

import base64
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from analytics.dialects.call import Call, Dialect
from analytics.dialects.exchange import Block, Json, RequestReading, ResponseReading
from analytics.dialects.fields import count, obj, text
from analytics.dialects.registry import find_dialect
from analytics.endpoints import Endpoints
from analytics.opening import open_call
from analytics.record import Body, Record
from analytics.wire.json_stream import loads

PATH = Path(__file__).parents[2] / "shared" / "corpus" / "recorded.jsonl.gz"
# Hosts that only their users can know; a user names them with `--host`.
NAMED_HOSTS = ("localhost:8080", "unknown.example")
# The recorder has undone these, and left the headers.
UNDONE = frozenset({"content-encoding", "content-length", "transfer-encoding"})
EVENTSTREAM = (("content-type", "application/vnd.amazon.eventstream"),)


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded call: the recorder's line, and the record that the proxy would have made of it."""

    source: Json
    record: Record

    @property
    def name(self) -> str:
        """The recording it belongs to, and its place there."""
        return f"{self.conversation} #{self.source['index']}"

    @property
    def conversation(self) -> str:
        """The recording it belongs to."""
        return f"{self.source['source_repo']}/{self.source['source_path']}"

    @property
    def answered(self) -> bool:
        return 200 <= (self.record.status or 0) < 300


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded call and its two readings."""

    recording: Recording
    call: Call
    dialect: Dialect
    request: RequestReading
    response: ResponseReading


def recorded(*shapes: str) -> list[Recorded]:
    """The calls whose dialect, in the recorder's words, begins with one of `shapes`; skips where there are none."""
    if not PATH.exists():
        pytest.skip("the recorded traffic is not on this machine")
    return [_read(found) for found in recordings() if str(found.source["dialect"]).startswith(shapes)]


def echoes(turns: list[Recorded], skip: tuple[str, ...] = ()) -> tuple[int, list[tuple[Recorded, Recorded]]]:
    """How many replies come back where they belong in a later request of their recording, and the misses.

    Only requests that go on from the earlier one count: those whose history begins with all of its history. `skip`
    names kinds of blocks to leave out of the comparison.
    """
    hits, misses = 0, []
    for earlier, later in _pairs(turns, skip):
        at, reply = len(content(earlier.request.history, skip)), content(earlier.response.reply, skip)
        came_back = content(later.request.history, skip)[at : at + len(reply)] == reply
        hits += came_back
        misses += [] if came_back else [(earlier, later)]
    return hits, misses


def content(blocks: Iterable[Block], skip: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    """What makes blocks equal to lineage."""
    return [(block.role, block.kind, block.content) for block in blocks if block.kind not in skip]


def _pairs(turns: list[Recorded], skip: tuple[str, ...]) -> Iterator[tuple[Recorded, Recorded]]:
    for at, earlier in enumerate(turns):
        sent = content(earlier.request.history, skip)
        if sent and content(earlier.response.reply, skip):
            later = next((turn for turn in turns[at + 1 :] if _goes_on(earlier, turn, sent, skip)), None)
            yield from [(earlier, later)] if later else []


def _goes_on(earlier: Recorded, later: Recorded, sent: list[tuple[str, str, str]], skip: tuple[str, ...]) -> bool:
    if earlier.recording.conversation != later.recording.conversation:
        return False
    history = content(later.request.history, skip)
    return len(history) > len(sent) and history[: len(sent)] == sent


@cache
def sources() -> tuple[Json, ...]:
    """The recorder's lines, as they are."""
    with gzip.open(PATH) as lines:
        return tuple(obj(loads(line)) for line in lines)


@cache
def recordings() -> tuple[Recording, ...]:
    """Every recorded call of an API that is captured, conversation by conversation, in order."""
    found = [recording for source in sources() for recording in _recording(source)]
    return tuple(sorted(found, key=lambda one: (one.conversation, count(one.source, "index") or 0)))


def _read(recording: Recording) -> Recorded:
    call, dialect = open_call(recording.record).call, find_dialect(recording.record.provider, recording.record.api)
    assert dialect is not None, recording.name
    return Recorded(recording, call, dialect, dialect.read_request(call), dialect.read_response(call))


def _recording(source: Json) -> Iterator[Recording]:
    url = urlsplit(str(source["url"]))
    path, port = url.path + (f"?{url.query}" if url.query else ""), url.port or 443
    endpoint = Endpoints(NAMED_HOSTS).find(str(source["method"]), url.hostname or "", port, path)
    if endpoint is None:
        return
    record = Record(
        record_id=f"{source['source_repo']}/{source['source_path']}#{source['index']}",
        started_at=float(count(source, "index") or 0),
        method=str(source["method"]),
        scheme=url.scheme,
        host=url.hostname or "",
        port=port,
        path=path,
        http_version="HTTP/1.1",
        request_headers=tuple(_headers(source, "request")),
        request=_body(source, "request"),
        provider=endpoint.provider,
        api=endpoint.api,
        status=count(source, "status"),
        # Some recorders left the framing out or struck it out; the first of a repeated header counts.
        response_headers=(*(EVENTSTREAM if source["response_is_eventstream"] else ()), *_headers(source, "response")),
        response=_body(source, "response"),
    )
    yield Recording(source, record)


def _headers(source: Json, side: str) -> Iterator[tuple[str, str]]:
    for name, value in obj(source, f"{side}_headers").items():
        if name.lower() not in UNDONE:
            yield name.lower(), str(value[0] if isinstance(value, list) and value else value)


def _body(source: Json, side: str) -> Body:
    body = text(source, f"{side}_body") or ""
    if source[f"{side}_body_encoding"] == "base64":
        return Body(base64.b64decode(body))
    return Body(body.encode("utf-8", "replace"))
