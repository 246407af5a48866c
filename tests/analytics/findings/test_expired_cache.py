"""Expired caches: whether the longer lifetime would have paid, to the micro-dollar."""

from dataclasses import replace

import pytest

from benchmarks.scenarios.caches import RULES, billed, marked, paused, size
from benchmarks.scenarios.call import Call
from benchmarks.scenarios.chats import resent_chat
from benchmarks.scenarios.examined import Row, examined
from benchmarks.scenarios.expired_cache import HITS, MINUTE

BY_NAME = {scenario.name: scenario for scenario in HITS}


def found(calls: tuple[Call, ...]) -> list[Row]:
    return [row for row in examined(calls) if row["finding"] == "expired_cache"]


def chat(read: str, pause: float) -> tuple[Call, ...]:
    """A marked chat with a pause before every call that reads nothing, but the first."""
    calls = resent_chat("anthropic.messages", len(read), system=RULES)
    calls = paused(calls, pause, *(turn for turn, letter in enumerate(read) if turn and letter == "n"))
    return billed(marked(calls), read, "5m")


def test_the_saving_is_what_was_written_again_less_what_longer_writes_cost() -> None:
    calls = chat("nana", 7 * MINUTE)
    [row] = found(calls)
    sizes = [size(call) for call in calls]
    # claude-sonnet-4-5, for a million tokens: 3.75 USD to write for 5 minutes, 6 for an hour, 0.30 to read.
    paid = 3.75 * (sizes[0] + sizes[1] - sizes[0] + sizes[2] + sizes[3] - sizes[2]) + 0.30 * (sizes[0] + sizes[2])
    longer = 6.0 * sizes[3] + 0.30 * sum(sizes[:3])
    assert row["usd"] == pytest.approx((paid - longer) / 1e6, abs=2e-6)
    assert row["tokens"] == pytest.approx(sizes[1], abs=1)
    assert row["paid_usd"] == pytest.approx(sizes[1] * 3.75 / 1e6, abs=1e-5)
    assert row["evidence"]["best"] == "1h"
    # A lifetime counts from the start of one call to the start of the next.
    assert row["evidence"]["pauses"] == [7 * MINUTE + 20]


def test_a_lifetime_ends_with_its_last_second() -> None:
    # The calls of a chat start 20 seconds after each other.
    assert found(chat("nana", 5 * MINUTE - 19))
    assert not found(chat("naaa", 5 * MINUTE - 20))


def test_a_day_of_memory_costs_nothing_and_saves_the_whole_discount() -> None:
    calls = BY_NAME["Five minutes of memory at Azure"].calls
    [row] = found(calls)
    # gpt-5.1, for a million tokens: 1.25 USD uncached, 0.125 read, in steps of 128 tokens.
    assert row["usd"] == pytest.approx(size(calls[1]) // 128 * 128 * (1.25 - 0.125) / 1e6, abs=1e-9)
    assert row["evidence"]["best"] == "24h"
    assert row["confidence"] == "likely"


def test_a_longer_lifetime_of_unknown_price_promises_nothing() -> None:
    [row] = found(BY_NAME["Longer than the half hour of an implicit breakpoint"].calls)
    assert (row["usd"], row["severity"]) == (None, "info")
    assert (row["evidence"]["longer"], row["evidence"]["best"]) == (["12h"], None)
    assert "unknown" in row["advice"]


def test_where_there_is_no_longer_lifetime_it_is_said_so() -> None:
    [row] = found(BY_NAME["An older model without a longer lifetime"].calls)
    assert (row["usd"], row["evidence"]["longer"]) == (None, [])
    assert "no longer lifetime" in row["advice"]


def test_a_call_that_came_in_time_has_no_part_in_it() -> None:
    calls = chat("nanaa", 7 * MINUTE)
    [row] = found((*calls[:4], replace(calls[4], at=calls[4].at + 4 * MINUTE)))
    assert (row["evidence"]["calls"], row["evidence"]["of_calls"]) == (1, 5)
