"""Tests of usage, streams and errors in Anthropic's Messages dialect."""

import pytest

from analytics.dialects.call import Call, Event
from analytics.dialects.exchange import Usage
from tests.analytics.dialects.anthropic_examples import ASK, DIALECT, EVENTS, USAGE, history, read_answer
from tests.analytics.dialects.calls import call


def test_input_is_all_in_and_the_writes_are_split_by_time_to_live() -> None:
    assert read_answer().usage == Usage(
        input_tokens=240,
        cache_read_tokens=200,
        cache_write_tokens=30,
        cache_write_5m_tokens=20,
        cache_write_1h_tokens=10,
        output_tokens=44,
        reasoning_tokens=12,
    )
    assert read_answer().usage_raw == USAGE
    assert read_answer().service_tier == "standard"


def test_a_streams_counts_are_cumulative_and_not_summed() -> None:
    found = DIALECT.read_response(call(ASK, events=EVENTS))
    assert found.usage == read_answer().usage
    assert (found.stop_reason, found.ended, found.response_id) == ("tool_use", True, "msg_1")


def test_writes_that_grow_during_a_stream_lose_their_split() -> None:
    delta = {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn"},
        "usage": {"cache_creation_input_tokens": 50},
    }
    usage = DIALECT.read_response(call(ASK, events=[EVENTS[0], delta])).usage
    assert (usage.cache_write_tokens, usage.cache_write_5m_tokens, usage.cache_write_1h_tokens) == (50, None, None)


def test_a_stream_that_breaks_off_has_not_ended_and_keeps_what_came() -> None:
    found = DIALECT.read_response(call(ASK, events=EVENTS[:10]))
    assert not found.ended
    assert [block.kind for block in found.reply] == ["thinking", "thinking", "assistant"]
    assert found.reply[2].content == "Let me "
    assert found.usage.output_tokens == 1


def test_a_stream_that_starts_again_is_its_last_message() -> None:
    lost = {"type": "content_block_start", "index": 9, "content_block": {"type": "text", "text": "lost"}}
    found = DIALECT.read_response(call(ASK, events=[*EVENTS[:5], lost, *EVENTS]))
    assert found.reply == read_answer().reply


def test_a_compaction_is_billed_beside_the_total() -> None:
    iterations = [
        {"type": "compaction", "input_tokens": 60_000, "output_tokens": 500},
        {"type": "message", "input_tokens": 10, "output_tokens": 44},
        {
            "type": "advisor_message",
            "model": "claude-opus-5-5",
            "input_tokens": 7,
            "cache_read_input_tokens": 2,
            "output_tokens": 3,
        },
    ]
    compaction = {"type": "compaction", "content": "Summary", "signature": "s", "encrypted_content": None}
    found = read_answer(usage={**USAGE, "iterations": iterations}, content=[compaction])
    assert found.usage.input_tokens == 240
    assert found.details["usage_outside_total"] == [
        {"type": "compaction", "model": "claude-sonnet-5-5", "input_tokens": 60_000, "output_tokens": 500},
        {
            "type": "advisor_message",
            "model": "claude-opus-5-5",
            "input_tokens": 9,
            "cache_read_tokens": 2,
            "output_tokens": 3,
        },
    ]
    assert found.reply == history({"role": "user", "content": [compaction]})


def test_a_streamed_compaction_is_the_same_block() -> None:
    events = [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "compaction", "content": None}},
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "compaction_delta", "content": "Summary", "encrypted_content": "e"},
        },
    ]
    whole = {"type": "compaction", "content": "Summary", "encrypted_content": "e"}
    assert DIALECT.read_response(call(ASK, events=events)).reply == history({"role": "assistant", "content": [whole]})


def test_a_fallbacks_model_is_the_response_model_and_the_declined_try_is_apart() -> None:
    iterations = [
        {"type": "message", "model": "claude-a", "input_tokens": 8, "output_tokens": 0},
        {"type": "fallback_message", "model": "claude-b", "input_tokens": 10, "output_tokens": 44},
    ]
    found = read_answer(model="claude-a", usage={**USAGE, "iterations": iterations})
    assert found.model == "claude-b"
    assert [entry["model"] for entry in found.details["usage_outside_total"]] == ["claude-a"]  # type: ignore[attr-defined]


def test_the_cache_diagnosis_is_kept() -> None:
    reason = {"type": "tools_changed", "cache_missed_input_tokens": 900}
    assert read_answer(diagnostics={"cache_miss_reason": reason}).details["cache_miss_reason"] == reason


def test_a_refusals_credit_token_is_not_kept() -> None:
    found = read_answer(stop_reason="refusal", stop_details={"category": "cyber", "fallback_credit_token": "secret"})
    assert found.details["stop_details"] == {"category": "cyber"}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}, "overloaded_error"),
        (
            {"error": {"type": "not_found_error", "message": "busy", "details": {"error_code": "thread_not_found"}}},
            "thread_not_found",
        ),
        ({"error": {"code": 404, "message": "busy", "status": "NOT_FOUND", "details": []}}, "NOT_FOUND"),
        ([{"error": {"code": 404, "message": "busy", "status": "NOT_FOUND"}}], "NOT_FOUND"),
    ],
)
def test_an_error_has_its_finest_code(answer: object, code: str) -> None:
    found = DIALECT.read_response(call(ASK, answer, status=400))
    assert (found.error_code, found.error_message, found.reply) == (code, "busy", ())
    assert found.usage == Usage()
    assert found.usage_raw is None


def test_an_error_in_a_stream_ends_it_and_keeps_the_reply_so_far() -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}
    found = DIALECT.read_response(call(ASK, events=[*EVENTS[:10], error]))
    assert (found.error_code, found.ended, len(found.reply)) == ("overloaded_error", True, 3)


def test_bedrocks_errors_are_read_from_header_and_event_name() -> None:
    header = {"x-amzn-errortype": "ValidationException:http://internal.amazon.com/coral/"}
    found = DIALECT.read_response(call(ASK, {"message": "bad"}, status=400, response_headers=header))
    assert (found.error_code, found.error_message) == ("ValidationException", "bad")
    stream = Call(
        "", "", "", "", {}, {}, {}, events=(Event("throttlingException", {"message": "slow"}),), streamed=True
    )
    assert DIALECT.read_response(stream).error_code == "throttlingException"
