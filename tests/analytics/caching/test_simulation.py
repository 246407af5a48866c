"""Hits, and near misses at each boundary, of every family."""

from typing import Any

import pytest

from analytics.caching.call import Outcome, Policy
from analytics.caching.simulation import simulate
from tests.analytics.caching.conversations import Client, words


def reason(outcome: Outcome) -> str | None:
    return outcome.miss and outcome.miss.reason


def pair(provider: str, first: dict[str, Any], second: dict[str, Any]) -> Outcome:
    """The outcome of the second of two calls; each is `at`, `history` and what else `Client.call` takes."""
    client = Client(provider)
    calls = [client.call(**first), client.call(**({"parent_id": "call-1"} | second))]
    return simulate(calls)[1]


def test_an_automatic_cache_reads_the_earlier_request_in_steps() -> None:
    outcome = pair("openai", {"at": 0, "history": words(11)}, {"at": 60, "history": words(13)})
    assert (outcome.read, outcome.written, outcome.uncached) == (1024, 0, 276)
    assert outcome.miss is None


@pytest.mark.parametrize(("tokens", "read"), [(1023, 0), (1024, 1024)])
def test_an_automatic_cache_reads_nothing_below_the_minimum(tokens: int, read: int) -> None:
    history = [f"user:long:{tokens}"]
    outcome = pair("openai", {"at": 0, "history": history}, {"at": 1, "history": [*history, "user:more"]})
    assert outcome.read == read
    assert reason(outcome) == (None if read else "short")


@pytest.mark.parametrize(("provider", "seconds"), [("openai", 300), ("groq", 7200), ("openai-24h", 86400)])
def test_an_automatic_cache_forgets_a_second_after_its_lifetime(provider: str, seconds: int) -> None:
    first = {"at": 0, "history": words(20)}
    in_time = pair(provider, first, {"at": seconds, "history": words(22)})
    late = pair(provider, first, {"at": seconds + 1, "history": words(22)})
    assert in_time.read >= 1920
    assert late.read == 0
    assert late.miss
    assert (late.miss.reason, late.miss.seconds, late.miss.ttl_s) == ("expired", seconds + 1, seconds)
