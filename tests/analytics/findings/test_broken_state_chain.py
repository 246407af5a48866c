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


def test_what_the_chain_had_sent_could_have_been_read_and_not_only_what_it_had_read() -> None:
    *chat, last, refused, whole = broken("openai.responses", GONE)
    last = replace(last, usage=Tokens(3_000, 10, read=2_048))
    row = found((*chat, last, refused, replace(whole, usage=Tokens(3_100, 10))))
    # An automatic cache holds what was sent, in steps of 128 tokens: 2,944 of 3,000.
    assert row["evidence"]["lost_reads"] == 2_944
    # gpt-5.1: 1.25 USD for a million tokens, 0.125 where they are read from the cache.
    assert row["usd"] == pytest.approx(2_944 * (1.25 - 0.125) / 1e6)


def test_reads_that_were_written_once_more_cost_the_premium_too() -> None:
    *chat, last, refused, whole = broken("anthropic.messages", NO_THREAD, status=404)
    last = replace(last, usage=Tokens(3_000, 10, read=2_000, write_5m=900))
    row = found((*chat, last, refused, replace(whole, usage=Tokens(3_100, 10, write_5m=3_100))))
    assert row["evidence"]["lost_reads"] == 2_900
    assert row["usd"] == pytest.approx(2_900 * (3.75 - 0.3) / 1e6)


def test_what_a_pause_cost_was_not_lost_with_the_chain() -> None:
    *chat, last, refused, whole = broken("anthropic.messages", NO_THREAD, status=404, pause=600)
    last = replace(last, usage=Tokens(3_000, 10, read=2_000, write_5m=900))
    row = found((*chat, last, refused, replace(whole, usage=Tokens(3_100, 10, write_5m=3_100))))
    assert row["evidence"]["lost_reads"] == 0
    assert row["usd"] == 0


@pytest.mark.parametrize(("model", "usd"), [("gpt-5", 2_944 * (1.25 - 0.125) / 1e6), ("gpt-5-mini", 0)])
def test_a_switch_to_a_cheaper_model_promises_nothing(model: str, usd: float) -> None:
    *chat, last, whole = broken("openai.responses", None)
    last = replace(last, usage=Tokens(3_000, 10, read=2_048))
    row = found((*chat, last, replace(whole, model=model, usage=Tokens(3_100, 10))))
    assert row["evidence"]["lost_reads"] == 2_944
    assert row["usd"] == pytest.approx(usd)
