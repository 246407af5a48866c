"""Uncached prefixes: where marks would have paid, and how much, to the micro-dollar."""

from dataclasses import replace

import pytest

from benchmarks.scenarios.caches import RULES, billed, marked, paused, size
from benchmarks.scenarios.call import Api, Call, Tokens, user
from benchmarks.scenarios.chats import resent_chat
from benchmarks.scenarios.examined import Row, examined
from benchmarks.scenarios.uncached_prefix import HITS

BY_NAME = {scenario.name: scenario for scenario in HITS}


def found(calls: tuple[Call, ...]) -> list[Row]:
    return [row for row in examined(calls) if row["finding"] == "uncached_prefix"]


def unmarked(turns: int = 4, gap: float = 20.0, api: Api = "anthropic.messages") -> tuple[Call, ...]:
    return billed(resent_chat(api, turns, system=RULES, gap=gap), "n" * turns)


def test_marks_save_the_discount_less_what_their_writes_cost() -> None:
    calls = unmarked()
    [row] = found(calls)
    sizes = [size(call) for call in calls]
    # claude-sonnet-4-5, for a million tokens: 3 USD uncached, 3.75 written, 0.30 read.
    with_marks = sizes[-1] * 3.75 + sum(sizes[:-1]) * 0.30
    assert row["usd"] == pytest.approx((sum(sizes) * 3.0 - with_marks) / 1e6, abs=2e-6)
    assert row["tokens"] == sum(sizes[:-1])
    assert row["paid_usd"] == pytest.approx(sum(sizes[:-1]) * 3.0 / 1e6, abs=1e-9)
    assert row["confidence"] == "certain"
    assert (row["evidence"]["kind"], row["evidence"]["marks"], row["evidence"]["ttl"]) == (
        "no_marks",
        "automatic",
        None,
    )


def test_where_pauses_are_long_the_longer_lifetime_is_advised_and_priced() -> None:
    calls = unmarked(gap=900.0)
    [row] = found(calls)
    sizes = [size(call) for call in calls]
    # 6 USD a million to write for an hour.
    with_marks = sizes[-1] * 6.0 + sum(sizes[:-1]) * 0.30
    assert row["usd"] == pytest.approx((sum(sizes) * 3.0 - with_marks) / 1e6, abs=2e-6)
    assert row["evidence"]["ttl"] == "1h"
    assert "With marks of 1h behind the instructions and every request" in row["advice"]


def test_where_every_request_is_another_one_only_the_instructions_are_marked() -> None:
    calls = BY_NAME["Short questions of long documents with the same rules"].calls
    rows = found(calls)
    # The second call bears the first one's write, too; later ones only read.
    assert [row["evidence"]["marks"] for row in rows] == ["preamble"] * 3
    tokens = rows[1]["tokens"]
    assert rows[1]["usd"] == pytest.approx(tokens * (3.0 - 0.30) / 1e6, abs=1e-9)
    assert rows[0]["usd"] == pytest.approx(tokens * (3.0 - 0.30 - 0.75) / 1e6, abs=1e-9)


def test_marks_that_are_dropped_on_the_way_would_have_saved_as_much() -> None:
    [row] = found(BY_NAME["Something in between drops the marks"].calls)
    [plain] = found(BY_NAME["A chat that marks nothing"].calls)
    assert row["evidence"]["kind"] == "marks_ignored"
    assert row["usd"] == pytest.approx(plain["usd"], abs=1e-9)
    assert row["confidence"] == "likely"


def test_marks_that_find_little_are_told_from_none_at_all() -> None:
    for name in (
        "Only the instructions are marked, before a long text",
        "More between two marks than is looked back over",
    ):
        [row] = found(BY_NAME[name].calls)
        assert (row["evidence"]["kind"], row["confidence"]) == ("marks_missed", "likely")


def test_an_automatic_cache_promises_nothing_and_a_key_may_help() -> None:
    calls = unmarked(6, api="openai.chat")
    [row] = found(calls)
    # gpt-5.1, for a million tokens: 1.25 USD uncached, 0.125 read, in steps of 128 tokens.
    missed = sum(size(call) // 128 * 128 for call in calls[:-1])
    assert row["usd"] == pytest.approx(missed * (1.25 - 0.125) / 1e6, abs=1e-9)
    assert row["tokens"] == missed
    assert (row["confidence"], row["evidence"]["key_sent"]) == ("possible", False)


def test_with_a_key_nothing_is_left_to_advise_and_nothing_is_claimed() -> None:
    calls = tuple(replace(call, parameters={"prompt_cache_key": "talk"}) for call in unmarked(7, api="openai.chat"))
    [row] = found(calls)
    assert (row["usd"], row["severity"], row["confidence"]) == (None, "info", "likely")
    assert row["evidence"]["key_sent"] is True


def test_more_calls_than_are_named_are_all_priced() -> None:
    calls = unmarked(25, api="openai.chat")
    [row] = found(calls)
    assert row["usd"] == pytest.approx(sum(size(call) // 128 * 128 for call in calls[:-1]) * 1.125 / 1e6, abs=1e-9)
    assert (row["evidence"]["calls"], len(row["evidence"]["exchange_ids"])) == (24, 20)


def test_without_a_known_price_it_is_found_and_its_worth_is_unknown() -> None:
    alibaba = {"host": "dashscope-intl.aliyuncs.com", "model": "qwen3-max"}
    calls = tuple(replace(call, **alibaba) for call in unmarked(api="openai.chat"))  # type: ignore[arg-type]
    [row] = found(calls)
    assert (row["usd"], row["paid_usd"], row["severity"]) == (None, None, "info")
    assert "may have cost less" in row["advice"]


def test_a_single_call_of_somebody_else_keeps_the_instructions_warm() -> None:
    calls = tuple(
        billed((Call("anthropic.messages", at, (user(f"Cart {at}?"),), system=RULES),), "n")[0]
        for at in (0, 100, 4_000)
    )
    # The second comes in time for any lifetime, the third for none.
    [row] = found(calls)
    assert row["exchange_id"]
    assert row["evidence"]["of_calls"] == 1


def test_a_prompt_marked_and_read_has_nothing_to_gain() -> None:
    assert not found(billed(marked(resent_chat("anthropic.messages", 4, system=RULES)), "naaa", "5m"))


def test_what_several_findings_save_adds_up() -> None:
    """Only the instructions are marked, and a pause outlasts them: other marks, and on top a longer lifetime."""
    plain = paused(resent_chat("anthropic.messages", 4, opening=RULES * 3, system=RULES, system_mark="5m"), 420.0, 2)
    rules = size(replace(plain[0], said=()))
    calls = tuple(
        replace(call, usage=Tokens(size(call), **({"read": rules} if turn % 2 else {"write_5m": rules})))
        for turn, call in enumerate(plain)
    )
    rows = {row["finding"]: row["usd"] for row in examined(calls) if row["lever"] == "caching"}
    sizes = [size(call) for call in calls]
    paid = sum(sizes) * 3.0 + rules * (2 * 0.75 - 2 * 2.70)
    ideal = sizes[-1] * 6.0 + sum(sizes[:-1]) * 0.30
    assert rows.keys() == {"uncached_prefix", "expired_cache"}
    assert sum(rows.values()) == pytest.approx((paid - ideal) / 1e6, abs=5e-6)
