"""Opening a record: whatever its framing and encoding, a dialect meets the same values, and never an error."""

import gzip
import json
from dataclasses import replace
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from analytics.opening import TEXT_KEPT, open_call
from analytics.record import Body
from analytics.wire.json_sequence import SEPARATOR
from tests.analytics.chats import chat

EVENTS = ({"type": "start", "id": "1"}, {"type": "delta", "text": "naïve ✓"}, {"type": "end"})
SSE = b"".join(b"event: %s\ndata: %s\n\n" % (e["type"].encode(), json.dumps(e).encode()) for e in EVENTS)
LINES = b"".join(json.dumps(event).encode() + b"\n" for event in EVENTS)
SEQUENCE = b"".join(SEPARATOR + json.dumps(event).encode() + b"\n" for event in EVENTS)


def answered(data: bytes, media_type: str = "application/json", **fields: Any) -> Any:
    """The call whose response this is."""
    headers = (("content-type", media_type), *fields.pop("headers", ()))
    return open_call(chat(1, response=Body(data, len(data)), response_headers=headers, **fields)).call


FRAMINGS = [
    ("text/event-stream", SSE, {}),
    ("text/event-stream; charset=utf-8", SSE.replace(b"\n", b"\r\n"), {}),
    ("application/octet-stream", SSE, {}),
    ("application/x-ndjson", LINES, {}),
    ("application/json", LINES, {}),
    ("application/json", json.dumps(EVENTS).encode(), {}),
    ("", SEQUENCE, {"transport": "websocket"}),
]


@pytest.mark.parametrize(("media_type", "data", "fields"), FRAMINGS)
def test_events_come_out_the_same_of_every_framing(media_type: str, data: bytes, fields: dict[str, Any]) -> None:
    call = answered(data, media_type, **fields)
    assert [event.value for event in call.events] == list(EVENTS)
    assert (call.streamed, call.body, call.complete) == (True, None, True)


PACKERS = [("gzip", gzip.compress), ("zstd", zstandard.ZstdCompressor().compress), ("identity", bytes)]


@pytest.mark.parametrize(("encoding", "pack"), PACKERS)
def test_encodings_are_undone_and_sizes_are_those_of_the_content(encoding: str, pack: Any) -> None:
    packed = pack(SSE)
    headers = (("content-type", "text/event-stream"), ("content-encoding", encoding))
    opened = open_call(chat(1, response=Body(packed, len(packed)), response_headers=headers))
    assert [event.value for event in opened.call.events] == list(EVENTS)
    assert opened.response_bytes == len(SSE)


def test_an_end_that_was_announced_is_noted_and_is_no_event() -> None:
    assert answered(SSE, "text/event-stream").done is False
    call = answered(SSE + b"data: [DONE]\n\n", "text/event-stream")
    assert (call.done, len(call.events)) == (True, len(EVENTS))


def test_a_stream_that_was_cut_off_keeps_what_came() -> None:
    call = answered(SSE[:-20], "text/event-stream", complete=False)
    assert [event.value for event in call.events] == list(EVENTS[:2])
    assert not call.complete


def test_a_whole_answer_is_a_body_and_a_broken_one_is_text() -> None:
    assert answered(b'{"id": "1"}').body == {"id": "1"}
    call = answered(b"<html>Bad gateway</html>" + b"x" * 5_000, "text/html", status=502)
    assert (call.body, call.events, call.complete) == (None, (), False)
    assert call.text.startswith("<html>Bad gateway</html>")
    assert len(call.text) == TEXT_KEPT


def test_an_error_in_plain_json_is_read_under_the_content_type_of_a_stream() -> None:
    assert answered(b'{"error": {"code": "rate_limit"}}', "text/event-stream", status=429).body == {
        "error": {"code": "rate_limit"}
    }


def test_what_was_trimmed_is_not_complete() -> None:
    assert answered(b'{"id": "1"}', request=Body(b"{}", 2)).complete
    record = chat(1, response=Body(b'{"id": "1"}', 11, trimmed=True))
    assert not open_call(record).call.complete


def test_of_a_request_that_is_no_object_nothing_is_left() -> None:
    for data in (b"", b"[1, 2]", b"no json", b"\xff\xfe"):
        assert open_call(chat(1, request=Body(data, len(data)))).call.request == {}


def test_path_and_query_are_taken_apart() -> None:
    call = open_call(chat(1, path="/v1/models/a%20b:generate?alt=sse&x=1")).call
    assert call.query == {"alt": "sse", "x": "1"}


MEDIA_TYPES = st.sampled_from([media_type for media_type, _, _ in FRAMINGS] + ["application/vnd.amazon.eventstream"])
TRANSPORTS = st.sampled_from(["http", "websocket"])
ENCODINGS = st.sampled_from(["gzip", "br", "x", "zstd, gzip"])
DATA = st.binary(max_size=200) | st.sampled_from([SSE, LINES, SEQUENCE]).flatmap(
    lambda whole: st.integers(0, len(whole)).map(lambda end: whole[:end])
)


@given(DATA, DATA, MEDIA_TYPES, TRANSPORTS, ENCODINGS)
def test_no_bytes_make_it_raise(sent: bytes, got: bytes, media_type: str, transport: Any, encoding: str) -> None:
    headers = (("content-type", media_type), ("content-encoding", encoding))
    record = chat(1, request=Body(sent, len(sent)), response=Body(got, len(got)), request_headers=headers)
    open_call(replace(record, response_headers=headers, transport=transport))
