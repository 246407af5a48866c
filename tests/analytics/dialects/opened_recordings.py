"""Recorded traffic as records, opened the way the collector opens them. It lies beside the repository, not in it."""

import base64
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from analytics.dialects.call import Call, Dialect
from analytics.dialects.exchange import Json, RequestReading, ResponseReading
from analytics.dialects.fields import count, obj, text
from analytics.opening import open_call
from analytics.record import Body, Record
from analytics.wire.json_stream import loads

RECORDINGS = Path(__file__).parents[4] / "shared" / "corpus" / "recorded.jsonl.gz"
# Named in the headers, undone by the recorder.
STALE = ("content-encoding", "content-length")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded call and its two readings."""

    recording: Json
    call: Call
    request: RequestReading
    response: ResponseReading


def read_recordings(dialect: Dialect, *names: str) -> list[Recorded]:
    """The recordings under those names (the recorder's own), read by the dialect; skips where there are none."""
    if not RECORDINGS.exists():
        pytest.skip("the recorded traffic is not on this machine")
    return [_read(dialect, found) for name in names for found in _recordings()[name]]


def echoes(recorded: list[Recorded]) -> tuple[int, list[tuple[Recorded, Recorded]]]:
    """How many replies come back where they belong in a later request of their recording, and the misses.

    Only requests that go on from the earlier one count: those whose history begins with all of its history.
    """
    hits, misses = 0, []
    for earlier, later in _pairs(recorded):
        at = len(earlier.request.history)
        came_back = later.request.history[at : at + len(earlier.response.reply)] == earlier.response.reply
        hits += came_back
        misses += [] if came_back else [(earlier, later)]
    return hits, misses


def _pairs(recorded: list[Recorded]) -> Iterator[tuple[Recorded, Recorded]]:
    for earlier in recorded:
        sent = earlier.request.history
        following = (
            later
            for later in recorded
            if later.recording["source_path"] == earlier.recording["source_path"]
            and (count(later.recording, "index") or 0) > (count(earlier.recording, "index") or 0)
            and len(later.request.history) > len(sent)
            and later.request.history[: len(sent)] == sent
        )
        later = next(following, None)
        if sent and later and earlier.response.reply:
            yield earlier, later


def _read(dialect: Dialect, recording: Json) -> Recorded:
    call = open_call(_record(recording)).call
    return Recorded(recording, call, dialect.read_request(call), dialect.read_response(call))


@cache
def _recordings() -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    with gzip.open(RECORDINGS) as lines:
        for line in lines:
            if b'"bedrock.' in line or b'"cohere.' in line:
                recording = obj(loads(line))
                found.setdefault(str(recording["dialect"]), []).append(recording)
    return found


def _record(recording: Json) -> Record:
    url = urlsplit(str(recording["url"]))
    return Record(
        record_id="recorded",
        started_at=0.0,
        method=str(recording["method"]),
        scheme=url.scheme,
        host=str(recording["host"]),
        port=443,
        path=url.path + (f"?{url.query}" if url.query else ""),
        http_version="HTTP/1.1",
        request_headers=_headers(recording, "request"),
        request=_body(recording, "request"),
        provider=str(recording["provider"]),
        api=str(recording["dialect"]),
        status=count(recording, "status"),
        response_headers=_framing(recording) + _headers(recording, "response"),
        response=_body(recording, "response"),
    )


def _headers(recording: Json, side: str) -> tuple[tuple[str, str], ...]:
    headers = obj(recording, f"{side}_headers")
    return tuple((k.lower(), str(v)) for k, v in headers.items() if k.lower() not in STALE)


def _framing(recording: Json) -> tuple[tuple[str, str], ...]:
    """The content type that some recorders left out or struck out, in front, where it counts."""
    name = "application/vnd.amazon.eventstream"
    return (("content-type", name),) if recording["response_is_eventstream"] is True else ()


def _body(recording: Json, side: str) -> Body:
    body = text(recording, f"{side}_body") or ""
    if recording[f"{side}_body_encoding"] == "base64":
        return Body(base64.b64decode(body))
    return Body(body.encode("utf-8", "replace"))
