"""Unused server-side state: what it says is saved, and what is not."""

import pytest

from benchmarks.scenarios.chats import LONG, resent_chat
from benchmarks.scenarios.examined import Row, examined


def found(**fields: object) -> Row:
    api = fields.pop("api", "openai.responses")
    rows = examined(resent_chat(api, **fields))  # type: ignore[arg-type]
    return next(row for row in rows if row["finding"] == "unused_server_state")


def test_state_under_a_documented_rule_of_billing_saves_bytes_and_no_money() -> None:
    row = found(system="You are a clerk. " * 50)
    said = row["evidence"]
    assert row["usd"] == 0
    assert row["tokens"] is None
    assert said["billed_tokens_saved"] == 0
    assert "are billed as input tokens" in said["billing_rule"]
    assert "developers.openai.com" in row["advice"]
    # Three calls sent the opening again; the instructions would have had to be sent anyway.
    assert said["calls"] == 3
    assert 3 * len(LONG) < row["bytes"] < 3 * len(LONG) + 1_000


def test_where_billing_is_not_documented_nothing_is_promised() -> None:
    row = found(api="gemini.generate")
    assert row["usd"] is None
    assert row["evidence"]["billed_tokens_saved"] is None
    assert "not documented" in row["advice"]


@pytest.mark.parametrize(
    ("api", "confidence", "another"),
    [
        ("openai.responses", "certain", False),
        ("openai.chat", "likely", True),
        ("anthropic.messages", "likely", False),
        ("gemini.generate", "likely", True),
    ],
)
def test_another_api_and_state_that_has_to_be_asked_for_are_likely_only(
    api: str, confidence: str, another: bool
) -> None:
    row = found(api=api)
    assert row["confidence"] == confidence
    assert row["evidence"]["another_api"] is another
    assert row["severity"] == "low"


def test_instructions_and_tools_count_where_the_provider_keeps_them_too() -> None:
    system = "You are a clerk. " * 200
    kept, sent = (found(api=api, system=system)["bytes"] for api in ("anthropic.messages", "gemini.generate"))
    assert kept - sent == pytest.approx(3 * len(system), abs=100)


def test_upload_time_follows_from_the_speed_that_was_measured() -> None:
    row = found()
    said = row["evidence"]
    # The scenario's uploads take a millisecond each, four of them.
    assert said["upload_s"] == pytest.approx(row["bytes"] / (said["request_bytes"] / 0.004), rel=1e-3)


def test_the_cache_gap_is_what_was_resent_and_not_read_from_the_cache() -> None:
    said = found()["evidence"]
    assert said["uncached_tokens"] == said["resent_tokens"] > 3 * len(LONG) // 4 - 10


def test_unreported_usage_stays_unknown() -> None:
    said = found(reported=False)["evidence"]
    assert said["resent_tokens"] is None
    assert said["uncached_tokens"] is None
