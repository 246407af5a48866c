"""Second tries: of two calls with the same request one reply and one reading of the prompt were needless."""

from dataclasses import replace

import pytest

from benchmarks.scenarios.call import Call, Tokens, assistant, user
from benchmarks.scenarios.examined import Row, examined

ASKED = (user("Summarise this for the board: " + "revenue rose in the north and fell in the south; " * 12),)
# claude-sonnet-4-5, USD a token: input, read from the cache, written to it, output.
INPUT, READ, WRITE, OUTPUT = 3e-6, 0.3e-6, 3.75e-6, 15e-6
CUT = Call(
    "anthropic.messages",
    0,
    ASKED,
    (assistant("Revenue rose in"),),
    model="claude-sonnet-4-5",
    stop="max_tokens",
    parameters={"max_tokens": 50},
    usage=Tokens(2_000, 50, write_5m=2_000),
)
WHOLE = replace(
    CUT, at=2, stop="end_turn", parameters={"max_tokens": 500}, usage=Tokens(2_000, 300, read=2_000), reply=ASKED
)


def found(name: str, *calls: Call) -> Row:
    [row] = [row for row in examined(calls) if row["finding"] == name]
    return row


def test_what_the_second_call_read_from_the_cache_would_have_been_read_by_nobody() -> None:
    row = found("truncated_reply", CUT, WHOLE)
    assert row["usd"] == pytest.approx(50 * OUTPUT + 2_000 * READ)
    assert row["paid_usd"] == pytest.approx(50 * OUTPUT + 2_000 * WRITE)


def test_each_of_several_cut_replies_was_needless() -> None:
    second = replace(CUT, at=1.5, takes=0.2, parameters={"max_tokens": 60}, usage=Tokens(2_000, 60, read=2_000))
    row = found("truncated_reply", CUT, second, WHOLE)
    assert row["usd"] == pytest.approx((50 + 60) * OUTPUT + 2 * 2_000 * READ)


def test_a_refused_repeat_is_not_billed_and_the_next_one_counts() -> None:
    refused = replace(
        CUT,
        at=1.5,
        takes=0.2,
        status=529,
        error=("overloaded_error", "Later."),
        reply=(),
        reported=False,
        usage=None,
        stop="",
    )
    assert found("truncated_reply", CUT, refused, WHOLE)["usd"] == pytest.approx(50 * OUTPUT + 2_000 * READ)


def test_a_cut_reply_whose_repeats_were_all_refused_promises_nothing() -> None:
    refused = replace(
        CUT,
        at=1.5,
        takes=0.2,
        status=529,
        error=("overloaded_error", "Later."),
        reply=(),
        reported=False,
        usage=None,
        stop="",
    )
    assert found("truncated_reply", CUT, refused)["usd"] is None


def test_a_model_that_was_asked_in_vain_read_the_prompt_for_nothing() -> None:
    other = replace(WHOLE, model="claude-haiku-4-5", usage=Tokens(2_000, 300))
    rows = [row for row in examined((CUT, other)) if row["finding"] == "truncated_reply"]
    assert [row["usd"] for row in rows] == [pytest.approx(50 * OUTPUT + 2_000 * WRITE)]


def test_a_retry_pays_for_the_lost_reply_and_for_reading_once_more() -> None:
    lost = replace(CUT, stop="end_turn", parameters={"max_tokens": 500}, takes=9.0)
    again = replace(WHOLE, headers={"x-stainless-retry-count": "1"})
    row = found("repeated_request", lost, again)
    assert row["evidence"]["kind"] == "retry"
    assert row["usd"] == pytest.approx(50 * OUTPUT + 2_000 * READ)


def test_a_duplicate_costs_its_whole_price() -> None:
    row = found("repeated_request", replace(WHOLE, at=0, usage=Tokens(2_000, 300)), replace(WHOLE, at=60))
    assert row["evidence"]["kind"] == "duplicate"
    assert row["usd"] == pytest.approx(300 * OUTPUT + 2_000 * READ)
