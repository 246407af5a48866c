"""Wasted cache writes: what the premium was, to the micro-dollar, and when it is known that nobody reads them."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from analytics.findings.case import Case
from analytics.findings.examination import load_cases
from analytics.findings.wasted_cache_write import due, select
from benchmarks.scenarios.caches import LONG_AFTER, RULES, billed, marked, size
from benchmarks.scenarios.call import Call, user
from benchmarks.scenarios.chats import resent_chat
from benchmarks.scenarios.examined import Row, collected, examined
from benchmarks.scenarios.har import BEGAN
from benchmarks.scenarios.wasted_cache_write import HITS

BY_NAME = {scenario.name: scenario for scenario in HITS}
START = BEGAN.replace(tzinfo=None)


def found(calls: tuple[Call, ...]) -> list[Row]:
    return [row for row in examined(calls) if row["finding"] == "wasted_cache_write"]


def question(at: float, read: str = "n", ttl: str = "5m") -> Call:
    """A question with the rules of everybody, marked."""
    asked = Call("anthropic.messages", at, (user(f"At {at}. {RULES[:7_000]}"),), system=RULES)
    return billed(marked((asked,), ttl), read, ttl)[0]


def due_of(calls: tuple[Call, ...], folder: Path) -> tuple[datetime | None, bool]:
    """When the longest conversation of these is to be looked at again, and whether it is found by now."""
    with collected(calls, folder).reading() as connection:
        ids = connection.execute("select conversation_id from conversations order by turns desc, started_at").fetchall()
        case: Case = next(iter(load_cases(connection, [ids[0][0]])))
        return due(case), bool(list(select(case)))


@pytest.mark.parametrize(
    ("name", "premium"),
    [
        # claude-sonnet-4-5, for a million tokens: 3 USD uncached, 3.75 written for 5 minutes, 6 for an hour.
        ("A single long question, marked", 0.75),
        ("A single long question, marked for an hour", 3.0),
        # In a region of Bedrock it is a tenth more.
        ("A single long question over Converse", 0.825),
        # gpt-5.6, which the price list has as gpt-5.6-sol: 4 USD, and a quarter more to write.
        ("A single long question, written by the provider itself", 1.0),
    ],
)
def test_what_was_wasted_is_the_premium(name: str, premium: float) -> None:
    calls = BY_NAME[name].calls
    [row] = found(calls)
    assert row["tokens"] == size(calls[0])
    assert row["usd"] == pytest.approx(size(calls[0]) * premium / 1e6, abs=1e-9)
    assert row["evidence"]["premium_usd"] == row["usd"]
    assert row["confidence"] == "possible"


def test_writes_of_several_calls_of_a_talk_are_likely_a_habit() -> None:
    calls = BY_NAME["Calls that are too far apart for any lifetime"].calls
    [row] = found(calls)
    assert row["usd"] == pytest.approx(sum(size(call) for call in calls[:-1]) * 0.75 / 1e6, abs=1e-9)
    assert (row["evidence"]["calls"], row["confidence"]) == (3, "likely")


def test_the_rules_that_another_call_may_yet_read_are_not_wasted() -> None:
    # Both are made at the same time: the second one could not read what the first one wrote.
    calls = (question(0), question(1), LONG_AFTER)
    first, second = found(calls)
    rules = size(Call("anthropic.messages", 0, (), system=RULES))
    assert first["tokens"] == pytest.approx(size(calls[0]) - rules, abs=40)
    assert first["evidence"]["written_tokens"] == size(calls[0])
    assert second["tokens"] == size(calls[1])


def test_what_others_read_within_the_lifetime_is_not_wasted() -> None:
    assert not found((question(0), question(290, "i"), LONG_AFTER))
    assert len(found((question(0), question(4_000), LONG_AFTER))) == 2


@pytest.mark.parametrize(("ttl", "seconds"), [("5m", 300), ("1h", 3600)])
def test_it_is_looked_at_again_when_the_last_write_has_expired(ttl: str, seconds: int, tmp_path: Path) -> None:
    calls = billed(marked(resent_chat("anthropic.messages", 1, system=RULES), ttl), "n", ttl)
    for number, (later, known) in enumerate([(seconds - 1, False), (seconds, True)]):
        folder = tmp_path / str(number)
        folder.mkdir()
        other = Call("openai.chat", later, (user("Hello."),))
        when, told = due_of((*calls, other), folder)
        assert when == START + timedelta(seconds=seconds)
        assert told is known


def test_a_talk_that_reads_what_it_wrote_is_not_looked_at_again(tmp_path: Path) -> None:
    calls = billed(marked(resent_chat("anthropic.messages", 4, system=RULES)), "naaa", "5m")
    assert due_of(calls, tmp_path) == (None, False)


def test_writes_that_cost_no_more_than_input_are_not_looked_at_again(tmp_path: Path) -> None:
    calls = billed(resent_chat("openai.chat", 4, system=RULES), "nnnn")
    assert due_of(calls, tmp_path) == (None, False)
