"""A record survives the way through the spool, whatever it holds, and the way from another version."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from analytics.record import Body, Record, Who, from_meta
from analytics.transport_errors import own_words
from tests.analytics.chats import chat

# Whoever makes a record has put U+FFFD in the place of what is not Unicode.
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
MAYBE = st.none() | TEXT
TIME = st.floats(0, 4e9)
HEADERS = st.lists(st.tuples(TEXT, TEXT), max_size=4).map(tuple)
BODIES = st.builds(Body, st.binary(max_size=50), st.none() | st.integers(0, 2**40), st.booleans())
RECORDS = st.builds(
    Record,
    record_id=TEXT,
    started_at=TIME,
    method=TEXT,
    scheme=TEXT,
    host=TEXT,
    port=st.integers(0, 65535),
    path=TEXT,
    http_version=TEXT,
    request_headers=HEADERS,
    request=BODIES,
    provider=TEXT,
    api=TEXT,
    transport=st.sampled_from(["http", "websocket"]),
    source=st.sampled_from(["live", "har", "flow"]),
    capture_id=TEXT,
    status=st.none() | st.integers(100, 599),
    response_headers=HEADERS,
    response=BODIES,
    request_ended_at=st.none() | TIME,
    first_byte_at=st.none() | TIME,
    ended_at=st.none() | TIME,
    complete=st.booleans(),
    error=MAYBE.map(own_words),
    warmup=st.booleans(),
    connection_id=MAYBE,
    who=st.builds(Who, MAYBE, MAYBE, MAYBE),
    key_fingerprint=MAYBE,
    content=st.sampled_from(["full", "none"]),
)


@given(RECORDS)
def test_a_record_comes_back_from_its_meta_and_its_bodies(record: Record) -> None:
    assert from_meta(record.meta(), record.request.data, record.response.data) == record


@given(RECORDS)
def test_the_meta_holds_nothing_of_the_bodies(record: Record) -> None:
    meta = orjson.loads(record.meta())
    assert set(meta["request"]) == set(meta["response"]) == {"wire_bytes", "trimmed"}


def test_what_a_newer_version_added_is_left_out() -> None:
    meta = orjson.dumps(orjson.loads(chat(1).meta()) | {"mood": "fair"})
    assert from_meta(meta, chat(1).request.data, chat(1).response.data) == chat(1)


def test_what_an_older_version_did_not_write_has_its_default() -> None:
    meta = orjson.loads(chat(1).meta())
    for name in ("warmup", "connection_id", "key_fingerprint", "content"):
        del meta[name]
    assert from_meta(orjson.dumps(meta), chat(1).request.data, chat(1).response.data) == chat(1)


def test_of_a_repeated_header_the_first_is_given() -> None:
    record = chat(1, request_headers=(("a", "1"), ("b", "2"), ("a", "3")), response_headers=(("c", "4"),))
    assert (record.request_header("a"), record.request_header("c")) == ("1", None)
    assert (record.response_header("c"), record.response_header("a")) == ("4", None)


def test_names_are_filled_in_from_the_next_source_where_they_are_missing() -> None:
    assert Who("app", None, "").over(Who("other", "team", "user")) == Who("app", "team", "user")
