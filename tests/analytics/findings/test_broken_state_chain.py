"""Broken chains of state: why they broke, and what was lost with the cache."""

from dataclasses import replace

import pytest

from benchmarks.scenarios.broken_state_chain import GONE, NO_THREAD, broken
from benchmarks.scenarios.call import Call, Tokens
from benchmarks.scenarios.examined import Row, examined


def found(calls: tuple[Call, ...]) -> Row:
    return next(row for row in examined(calls) if row["finding"] == "broken_state_chain")


def cached(calls: tuple[Call, ...], read: int, read_then: int) -> tuple[Call, ...]:
    """The chain's last call read from the cache, the whole history afterwards less."""
    *chat, last, refused, whole = calls
    last = replace(last, usage=Tokens(3_000, 10, read=read))
    return (*chat, last, refused, replace(whole, usage=Tokens(3_100, 10, read=read_then)))


def test_the_provider_s_code_is_the_evidence() -> None:
    row = found(broken("openai.responses", GONE))
    said = row["evidence"]
    assert said["causes"] == ["id refused"]
    assert said["error_codes"] == ["previous_response_not_found"]
    assert said["failed_calls"] == 1
    assert row["confidence"] == "certain"


def test_what_the_cache_lost_cost_the_full_price_less_the_discount() -> None:
    row = found(cached(broken("anthropic.messages", NO_THREAD, status=404), 2_000, 0))
    # claude-sonnet-4-5: 3 USD for a million tokens, 0.30 where they are read from the cache.
    assert row["evidence"]["lost_reads"] == 2_000
    assert row["usd"] == pytest.approx(2_000 * (3 - 0.3) / 1e6)


def test_a_cache_that_held_cost_nothing_more() -> None:
    row = found(cached(broken("openai.responses", GONE), 2_000, 2_500))
    assert row["evidence"]["lost_reads"] == 0
    assert row["usd"] == 0


def test_unreported_usage_leaves_the_cost_unknown() -> None:
    calls = tuple(replace(call, reported=False) for call in broken("openai.responses", GONE))
    row = found(calls)
    assert row["usd"] is None
    assert row["tokens"] is None


def test_a_pause_alone_is_no_certainty() -> None:
    row = found(broken("anthropic.messages", None, pause=900))
    assert row["evidence"]["causes"] == ["expired"]
    assert row["confidence"] == "likely"


def test_another_model_is_told_from_another_date_of_the_same() -> None:
    *chat, whole = broken("openai.responses", None)
    dated = tuple(replace(call, answer={"model": "gpt-5.1-2025-11-13"}) for call in chat)
    assert [row for row in examined((*dated, whole)) if row["finding"] == "broken_state_chain"] == []
    row = found((*dated, replace(whole, model="gpt-5-mini")))
    assert row["evidence"]["causes"] == ["another model"]
    assert row["evidence"]["models"] == ["gpt-5.1", "gpt-5-mini"]
