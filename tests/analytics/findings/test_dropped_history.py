"""Dropped history: what went, whether instructions went with it, and what the cache lost."""

from dataclasses import replace

import pytest

from benchmarks.scenarios.call import Call, Tokens
from benchmarks.scenarios.dropped_history import CLEARED, cut_once, summed_up, windowed
from benchmarks.scenarios.examined import Row, examined


def found(calls: tuple[Call, ...]) -> Row:
    return next(row for row in examined(calls) if row["finding"] == "dropped_history")


def test_a_window_is_told_from_a_single_cut() -> None:
    window, once = found(windowed("openai.chat")), found(cut_once("openai.chat"))
    assert window["evidence"]["window"]
    assert window["evidence"]["ways"] == {"cut from the front": 4}
    assert not once["evidence"]["window"]
    assert once["evidence"]["ways"] == {"cut from the front": 1}
    assert once["evidence"]["dropped_blocks"] == 4
    assert once["evidence"]["dropped_kinds"] == {"user": 2, "assistant": 2}


def test_the_bytes_are_those_of_what_was_left_out() -> None:
    calls = cut_once("anthropic.messages")
    left_out = calls[4].said[:4]
    assert found(calls)["bytes"] == sum(len(part.text.encode()) for part in left_out)


def test_the_first_message_counts_more_than_others() -> None:
    calls = windowed("openai.chat", keep=100, turns=7)
    within = (*calls[:6], replace(calls[6], said=(*calls[6].said[:2], *calls[6].said[6:])))
    assert found(cut_once("openai.chat"))["severity"] == "medium"
    row = found(within)
    assert row["severity"] == "low"
    assert row["evidence"]["ways"] == {"left out within": 1}
    assert not row["evidence"]["first_message_dropped"]


@pytest.mark.parametrize("system", ["", "Answer in miles."])
def test_instructions_that_went_are_told_from_instructions_that_changed(system: str) -> None:
    calls = cut_once("openai.chat", system="Answer in metres.")
    row = found((*calls[:5], *(replace(call, system=system) for call in calls[5:])))
    assert row["evidence"]["instructions_dropped"] is (not system)
    assert row["severity"] == ("high" if not system else "medium")


def test_a_summary_is_no_cut() -> None:
    assert found(summed_up("openai.chat"))["evidence"]["ways"] == {"summed up": 1}


def test_the_cache_reads_before_and_after_are_the_provider_s() -> None:
    calls = list(cut_once("anthropic.messages"))
    calls[4] = replace(calls[4], usage=Tokens(2_000, 20, read=1_800))
    calls[5] = replace(calls[5], usage=Tokens(1_200, 20, read=100))
    row = found(tuple(calls))
    said = row["evidence"]
    assert (said["cache_reads_before"], said["cache_reads_after"], said["cache_known"]) == (1_800, 100, 1)
    assert "fell from 1,800 to 100" in row["advice"]
    assert row["usd"] is None


def test_what_the_provider_cleared_was_asked_for() -> None:
    calls = windowed("anthropic.messages", keep=100, turns=4)
    row = found((*calls[:3], replace(calls[3], answer=CLEARED)))
    assert row["severity"] == "info"
    assert row["evidence"]["cleared_tokens"] == 9_000
    assert row["evidence"]["dropped_blocks"] == 0
