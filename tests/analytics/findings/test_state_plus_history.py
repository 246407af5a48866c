"""State plus history: what is counted twice, and what that cost, to the cent."""

from dataclasses import replace

import pytest

from benchmarks.scenarios.call import Call
from benchmarks.scenarios.chats import kept_chat, weight
from benchmarks.scenarios.examined import Row, examined
from benchmarks.scenarios.state_plus_history import doubled


def found(calls: tuple[Call, ...]) -> Row:
    return next(row for row in examined(calls) if row["finding"] == "state_plus_history")


def test_the_doubled_tokens_are_what_the_input_grew_by_beyond_reply_and_question() -> None:
    calls = doubled("openai.responses")
    row = found(calls)
    said = row["evidence"]
    billed, parent = calls[2].tokens, calls[1].tokens
    question = calls[2].said[-1].text
    grown = billed.input - parent.input - parent.output
    # The question's tokens are the only ones that are counted by us.
    assert said["doubled_tokens"] == pytest.approx(grown - weight(question), abs=2)
    assert said["example_input_tokens"] == billed.input
    assert said["example_parent_tokens"] == parent.input
    assert row["confidence"] == "certain"


def test_what_was_doubled_is_billed_again_on_every_later_turn() -> None:
    row = found(doubled("anthropic.messages"))
    said = row["evidence"]
    assert said["carried_tokens"] == said["doubled_tokens"]
    assert row["tokens"] == 2 * said["doubled_tokens"]


def test_it_cost_the_price_of_its_tokens() -> None:
    row = found(doubled("openai.responses"))
    # gpt-5.1: 1.25 USD for a million tokens of input, none of them cached.
    assert row["usd"] == row["paid_usd"] == pytest.approx(row["tokens"] * 1.25e-6, rel=1e-3)
    assert row["severity"] == "low"


def test_what_was_read_from_the_cache_cost_the_price_of_the_cache() -> None:
    calls = list(doubled("openai.responses"))
    calls[3] = replace(calls[3], usage=replace(calls[3].tokens, read=calls[2].tokens.input))
    row = found(tuple(calls))
    said = row["evidence"]
    expected = said["doubled_tokens"] * 1.25e-6 + said["carried_tokens"] * 0.125e-6
    # The last call's own question and the reply before it were not in the cache.
    assert row["usd"] == pytest.approx(expected, rel=0.01)


def test_where_the_restored_history_is_not_counted_the_cost_is_unknown() -> None:
    row = found(doubled("gemini.interactions"))
    assert row["confidence"] == "likely"
    assert row["usd"] is None
    assert row["tokens"] is None
    assert row["bytes"] > 10_000


def test_a_call_that_failed_doubles_nothing() -> None:
    calls = list(kept_chat("openai.responses"))
    failed = replace(doubled("openai.responses")[2], error=("server_error", "Sorry."), status=500, reported=False)
    rows = examined((*calls[:2], failed, *(replace(call, at=call.at + 9) for call in calls[2:])))
    assert [row for row in rows if row["finding"] == "state_plus_history"] == []


def test_history_of_a_small_talk_is_not_worth_a_line() -> None:
    calls = doubled("openai.responses", opening="Hello.")
    assert [row for row in examined(calls) if row["finding"] == "state_plus_history"] == []


def test_instructions_that_were_read_from_the_cache_make_what_is_sent_twice_no_cheaper() -> None:
    calls = list(doubled("openai.responses"))
    read = calls[1].tokens.input
    calls[2] = replace(calls[2], usage=replace(calls[2].tokens, read=read))
    row = found(tuple(calls[:3]))
    doubled_tokens = row["evidence"]["doubled_tokens"]
    # The kept conversation is what was read; what was sent beside it was not.
    assert row["usd"] == pytest.approx(doubled_tokens * 1.25e-6, rel=0.01)
