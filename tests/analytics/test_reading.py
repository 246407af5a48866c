"""A record becomes a row: the same one every time, with what is not known left out, whatever the bytes."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.chaining import Chain
from analytics.hashing import Hasher
from analytics.pricing.pricer import Pricer
from analytics.reading import Reader, Reading
from analytics.record import Body, Record, Who
from tests.analytics.chats import AT, chat, reader, said


def row(record: Record) -> dict[str, Any]:
    return reader().read(record).row


def test_the_row_says_who_called_whom_when_and_how_much() -> None:
    found = row(chat(1, who=Who("app", "team", "user"), key_fingerprint="abcd", capture_id="capture-1"))
    expected = {
        "exchange_id": "record-1",
        "capture_id": "capture-1",
        "client": "openai-python",
        "client_version": "2.1.0",
        "app": "app",
        "team": "team",
        "user_name": "user",
        "key_fingerprint": "abcd",
        "request_model": "gpt-4o-mini",
        "response_model": "gpt-4o-mini-2024-07-18",
        "response_id": "chatcmpl-1",
        "input_tokens": 20,
        "cache_read_tokens": 0,
        "output_tokens": 5,
        "stop_reason": "stop",
        "usage_basis": "reported",
        "reading": "read",
        "complete": True,
        "streamed": False,
        "history_blocks": 1,
    }
    assert {name: found[name] for name in expected} == expected
    assert found["ttft_ms"] == pytest.approx(500)
    assert found["duration_ms"] == pytest.approx(750)


def test_times_are_utc_without_a_zone() -> None:
    started = row(chat(0))["started_at"]
    assert started.tzinfo is None
    assert started.isoformat() == "2026-09-21T14:13:20"
    assert AT == 1_790_000_000


def test_a_record_is_read_the_same_every_time_by_any_reader() -> None:
    records = [chat(number, said("Hello.", f"Answer {number}.", "And?")) for number in range(3)]
    one = reader()
    readings = [forgetful(one.read(record)) for record in (*records, *records)]
    assert readings[:3] == readings[3:] == [forgetful(reader().read(record)) for record in records]


def forgetful(reading: Reading) -> Reading:
    """Without what a reader remembers of earlier ones, by which it only saves work."""
    return replace(reading, chain=replace(reading.chain, familiar=0, fresh=0))


def test_another_key_gives_other_hashes_and_the_same_figures() -> None:
    one, other = row(chat(1)), Reader(Hasher(bytes(32)), Pricer()).read(chat(1)).row
    differing = {name for name in one if one[name] != other[name]}
    assert {"prefix_hash", "reply_hashes", "preamble_hash"} <= differing
    assert all("hash" in name for name in differing)


def test_what_no_dialect_reads_is_kept_raw_with_what_the_record_itself_says() -> None:
    reading = reader().read(chat(1, api="unknown.api"))
    assert reading.raw == chat(1, api="unknown.api")
    assert (reading.row["reading"], reading.row["usage_basis"]) == ("unread", "none")
    assert (reading.row["status"], reading.row["complete"]) == (200, True)
    assert reading.chain == Chain()


def test_a_call_in_which_there_is_no_json_is_kept_raw() -> None:
    reading = reader().read(chat(1, request=Body(b"\x00\x01", 2), response=Body(b"<html>", 6)))
    assert reading.row["reading"] == "unread"
    assert reading.raw


def test_a_call_that_failed_before_an_answer_is_read_by_its_request() -> None:
    found = row(chat(1, status=None, response=Body(), response_headers=(), complete=False, error="connection lost"))
    assert (found["reading"], found["request_model"], found["complete"]) == ("read", "gpt-4o-mini", False)
    assert (found["error_message"], found["usage_basis"], found["input_tokens"]) == ("connection lost", "none", None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda values: st.lists(values, max_size=4) | st.dictionaries(st.text(max_size=8), values, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(["model", "messages", "input", "contents", "tools", "system", "usage", "choices", "id"])
OBJECTS = st.dictionaries(NAMES, JSON, max_size=6)
READ = ("openai.chat", "openai.responses", "anthropic.messages", "gemini.generate", "bedrock.converse", "ollama.chat")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(READ), OBJECTS, OBJECTS)
def test_no_json_makes_it_raise(api: str, sent: dict[str, Any], got: dict[str, Any]) -> None:
    bodies = [json.dumps(value).encode() for value in (sent, got)]  # integers of any size, NaN and Infinity too
    found = row(chat(1, api=api, request=Body(bodies[0], 1), response=Body(bodies[1], 1)))
    assert found["exchange_id"] == "record-1"
