"""Broken prefixes: what broke, where, who says so, and what that cost, to the micro-dollar."""

from dataclasses import replace

import pytest

from benchmarks.scenarios.broken_prefix import HITS
from benchmarks.scenarios.caches import RULES, billed, marked, size, varied
from benchmarks.scenarios.call import Call, Scenario
from benchmarks.scenarios.chats import resent_chat
from benchmarks.scenarios.examined import Row, examined

BY_NAME = {scenario.name: scenario for scenario in HITS}
KINDS = {
    "The time in the instructions, marked": ("volatile", "date", "system[0]"),
    "The time in the instructions, unmarked": ("volatile", "date", "system[0]"),
    "A session's id in the instructions": ("volatile", "UUID", "system[0]"),
    "A counter in the instructions": ("volatile", "counter", "system[0]"),
    "Tools in another order, over Responses": ("reordered_tools", None, "tools[0]"),
    "Tools in another order, over Converse": ("reordered_tools", None, "tools[0]"),
    "One tool more, in front": ("changed_tools", None, "tools[0]"),
    "The instructions are reworded": ("changed_system", None, "system[0]"),
    "The instructions are reworded, marked": ("changed_system", None, "system[0]"),
    "An earlier message is edited": ("edited_message", None, "messages[0]"),
    "A late message is rewritten, and the mark behind it is lost": ("edited_message", None, "messages[14]"),
    "An earlier message is edited, over Responses": ("edited_message", None, "messages[0]"),
    "Another model": ("changed_model", None, "model"),
    "Another effort": ("changed_parameter", None, "reasoning.effort"),
    "Another choice of tools": ("changed_parameter", None, "tool_choice"),
    "Another cache key with every call": ("changed_parameter", None, "prompt_cache_key"),
    "Anthropic says that the tools changed": ("changed_tools", None, "tools[0]"),
    "Anthropic says that the instructions changed, too": ("changed_system", None, "system"),
    "OpenAI says that the input changed": ("edited_message", None, "messages"),
    "OpenAI says that the effort changed": ("changed_parameter", None, "reasoning_effort"),
    "The time in the instructions, texts not stored": ("changed_system", None, "system[0]"),
    "Tools in another order, texts not stored": ("reordered_tools", None, "tools[0]"),
}


def found(scenario: Scenario) -> Row:
    return next(row for row in examined(scenario.calls, scenario.content) if row["finding"] == "broken_prefix")


def dated(api: str = "anthropic.messages", turns: int = 4) -> tuple[Call, ...]:
    return varied(resent_chat(api, turns), system=lambda turn: f"It is 2026-11-03T09:0{turn}:00Z. {RULES}")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in BY_NAME])
def test_what_broke_is_told_apart(name: str) -> None:
    evidence = found(BY_NAME[name])["evidence"]
    assert (evidence["kind"], evidence["value"], evidence["path"]) == KINDS[name]


def test_the_first_difference_is_shown_and_nothing_of_what_is_the_same() -> None:
    evidence = found(BY_NAME["The time in the instructions, marked"])["evidence"]
    assert evidence["diff"].splitlines()[0].startswith("- …It is 2026-11-03T09:00:20")
    assert evidence["diff"].splitlines()[1].startswith("+ …It is 2026-11-03T09:01:21")
    assert len(evidence["diff"]) < 300


def test_without_stored_texts_there_is_the_kind_and_no_difference() -> None:
    for name in ("The time in the instructions, texts not stored", "Tools in another order, texts not stored"):
        assert found(BY_NAME[name])["evidence"]["diff"] is None


def test_with_marks_each_call_paid_for_a_write_and_would_have_read() -> None:
    calls = billed(marked(dated()), "nnnn", "5m")
    row = found(Scenario("", calls))
    before = sum(size(call) for call in calls[:-1])
    # claude-sonnet-4-5, for a million tokens: 3.75 USD to write, 0.30 to read. Kept the same, each call would have
    # read what the one before had sent.
    assert row["tokens"] == pytest.approx(before, abs=3)
    assert row["usd"] == pytest.approx(before * (3.75 - 0.30) / 1e6, abs=2e-6)
    assert row["paid_usd"] == pytest.approx(row["tokens"] * 3.75 / 1e6, abs=1e-6)
    assert row["confidence"] == "certain"
    assert row["evidence"]["marked"] is True


def test_without_marks_the_writes_are_part_of_the_advice_and_of_its_price() -> None:
    calls = billed(dated(), "nnnn")
    row = found(Scenario("", calls))
    sizes = [size(call) for call in calls]
    # Paid: 3 USD a million for everything. With marks: what is new is written at 3.75, what was sent is read at 0.30.
    paid = sum(sizes) * 3.0
    with_marks = sum(sizes[:-1]) * 0.30 + sizes[-1] * 3.75
    assert row["usd"] == pytest.approx((paid - with_marks) / 1e6, abs=2e-6)
    assert row["evidence"]["marked"] is False
    assert "with marks" in row["advice"]


def test_an_automatic_cache_reads_in_steps() -> None:
    calls = billed(dated("openai.chat"), "nnnn")
    row = found(Scenario("", calls))
    reads = sum(size(call) // 128 * 128 for call in calls[:-1])
    # gpt-5.1, for a million tokens: 1.25 USD uncached, 0.125 read.
    assert row["usd"] == pytest.approx(reads * (1.25 - 0.125) / 1e6, abs=1e-9)
    assert row["confidence"] == "likely"


def test_what_the_provider_says_is_certain_and_shown_as_its_word() -> None:
    row = found(BY_NAME["Anthropic says that the instructions changed, too"])
    assert row["confidence"] == "certain"
    assert row["evidence"]["provider_reason"] == "system_changed"
    assert "(the provider says: system_changed)" in row["advice"]


def test_what_the_provider_says_counts_though_nothing_is_to_be_seen_and_claims_no_money() -> None:
    row = found(BY_NAME["OpenAI says that the effort changed"])
    assert row["usd"] is None
    assert row["severity"] == "info"
    assert row["tokens"] == size(BY_NAME["OpenAI says that the effort changed"].calls[2])


def test_of_instructions_openai_says_that_the_input_changed() -> None:
    calls = list(billed(dated("openai.chat"), "nnnn"))
    said = {"type": "cache_miss", "reason": "input_changed", "cache_missed_tokens": size(calls[0])}
    calls[1] = replace(calls[1], answer={"prompt_cache_diagnostics": said})
    responses = [replace(call, api="openai.responses") for call in calls]
    row = found(Scenario("", tuple(responses)))
    assert (row["evidence"]["kind"], row["evidence"]["path"]) == ("volatile", "system[0]")
    assert row["evidence"]["provider_reason"] == "input_changed"


def test_a_number_that_changed_once_was_changed_by_somebody() -> None:
    calls = varied(resent_chat("anthropic.messages", 4), system=lambda turn: f"{RULES} Give {3 + turn // 2} answers.")
    row = found(Scenario("", billed(marked(calls), "nana", "5m")))
    assert row["evidence"]["kind"] == "changed_system"
    assert row["confidence"] == "likely"


def test_another_model_is_told_and_nothing_is_claimed() -> None:
    row = found(BY_NAME["Another model"])
    assert (row["usd"], row["severity"], row["confidence"]) == (None, "info", "possible")
