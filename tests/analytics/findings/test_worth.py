"""What findings are worth together."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analytics.findings.listing import Listed, list_findings
from analytics.findings.worth import counted, digest, kinds, worth
from analytics.reporting import Row, Selection
from benchmarks.scenarios.call import Call, assistant, user
from benchmarks.scenarios.examined import collected

LONG = "Write a report on the harbour, on its walls, its ships and its people. " * 40


def found(finding: str, lever: str, usd: float | None, conversation: str = "c", **more: Any) -> Row:
    row = {"finding": finding, "lever": lever, "usd": usd, "conversation_id": conversation, "paid_usd": 1.0}
    return row | {"severity": "medium", "confidence": "certain", "tokens": 10, "advice": "Do better.", **more}


def test_what_caching_would_save_in_several_ways_adds_up() -> None:
    rows = [found("broken_prefix", "caching", 2.0), found("expired_cache", "caching", 1.0)]
    assert worth(rows).usd == 3.0


def test_of_findings_that_may_speak_of_the_same_call_the_larger_counts() -> None:
    rows = [found("broken_prefix", "caching", 2.0), found("repeated_request", "calls", 3.0)]
    assert counted(rows) == rows[1:]
    assert worth([*rows, found("expired_cache", "caching", 2.0)]).usd == 4.0
    assert worth([rows[1], found("truncated_reply", "calls", 3.0)]).usd == 3.0


def test_other_conversations_are_other_money() -> None:
    rows = [found("broken_prefix", "caching", 2.0, "a"), found("repeated_request", "calls", 3.0, "b")]
    assert worth(rows).usd == 5.0


def test_a_smaller_history_is_beside_it() -> None:
    rows = [found("broken_prefix", "caching", 2.0, confidence="likely"), found("unused_tools", "history", 9.0)]
    together = worth(rows)
    assert (together.usd, together.certain_usd, together.smaller_history_usd) == (2.0, 0.0, 9.0)


def test_unknown_is_neither_nothing_nor_the_rest() -> None:
    doubtful = found("state_plus_history", "state", None, paid_usd=None)
    assert (worth([doubtful]).usd, worth([doubtful]).unknown) == (None, 1)
    assert worth([doubtful, found("broken_prefix", "caching", 2.0)]).usd == 2.0
    assert (worth([]).usd, worth([]).smaller_history_usd) == (0.0, None)
    unpriced = found("broken_prefix", "caching", None, paid_usd=None, severity="info")
    assert digest(Listed([unpriced], 0)).count == 1


def test_what_claims_no_money_is_not_of_unknown_worth() -> None:
    rows = [found("invented_reply", "calls", None, paid_usd=None), found("truncated_reply", "calls", None)]
    assert worth(rows).unknown == 0
    assert worth(rows).usd == 0.0


def test_kinds_are_ranked_by_money_then_by_tokens() -> None:
    rows = [
        found("a", "calls", None, tokens=5),
        found("b", "calls", None, tokens=50),
        found("c", "calls", 0.1),
        found("c", "calls", 0.2, confidence="possible", advice="Do this."),
    ]
    ranked = kinds(rows)
    assert [kind["finding"] for kind in ranked] == ["c", "b", "a"]
    assert ranked[0]["usd"] == pytest.approx(0.3)
    assert (ranked[0]["times"], ranked[0]["certain_usd"], ranked[0]["advice"]) == (2, 0.1, "Do this.")
    assert ranked[1]["usd"] is None


def test_a_few_of_each_kind_are_named() -> None:
    rows = [*(found("a", "calls", 1.0, str(at)) for at in range(9)), found("b", "calls", 0.1)]
    assert [row["finding"] for row in digest(Listed(rows, 0)).findings] == ["a", "a", "a", "b"]


def test_a_reply_that_was_cut_and_asked_for_again_was_not_paid_for_twice_for_nothing(tmp_path: Path) -> None:
    """Both findings are about the two calls, of which one was needed."""
    first = Call("openai.chat", 0, (user(LONG),), (assistant("Which harbour do you mean?"),))
    said = (*first.said, *first.reply, user("The old one, at the mouth of the river."))
    cut = Call("openai.chat", 20, said, (assistant("The harbour was built in"),), stop="length")
    again = replace(cut, at=40.0, headers={"x-stainless-retry-count": "1"})
    with collected((first, cut, again), tmp_path).reading() as connection:
        rows = list_findings(connection, Selection()).findings
        costs = connection.execute("select cost_usd from exchanges where stop_reason = 'length'").fetchall()
    [(cost,), _] = costs
    claimed = {row["finding"]: row["usd"] for row in rows if row["usd"]}
    assert claimed == {"truncated_reply": pytest.approx(cost), "repeated_request": pytest.approx(cost)}
    assert worth(rows).usd == pytest.approx(cost)
