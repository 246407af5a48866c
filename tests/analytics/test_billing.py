"""What a call is billed: its reported totals, and the samplings beside them."""

from datetime import datetime
from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.billing import Row, cost_columns
from analytics.dialects.exchange import Json, Usage
from analytics.dialects.sampling import Sampling, samplings
from analytics.pricing.pricer import Pricer

COUNTS = st.integers(0, 10**6)
PARTS = ("uncached_usd", "cache_read_usd", "cache_write_usd", "output_usd", "outside_usd")
# USD per million tokens of input and output; see the golden prices.
OPUS_IN, OPUS_OUT = 4, 20


def call(**columns: object) -> Row:
    """The row of a call of Claude's, a thousand tokens each way."""
    made: Row = {
        "provider": "anthropic",
        "host": "api.anthropic.com",
        "api": "anthropic.messages",
        "request_model": "claude-opus-5-5",
        "response_model": "claude-opus-5-5",
        "started_at": datetime(2026, 11, 20, 15),  # as stored: UTC without a zone
        "input_tokens": 1000,
        "output_tokens": 1000,
    }
    return made | columns


def sampled(kind: str, model: str = "claude-opus-5-5", given: int = 10_000, made: int = 1_000) -> Json:
    return Sampling(kind, model, Usage(input_tokens=given, output_tokens=made)).entry()


def billed(*beside: Json, **columns: object) -> Row:
    return cost_columns(Pricer(), call(**columns), {}, {"usage_outside_total": list(beside)}, text_only=True)


def test_a_sampling_is_what_it_was_when_it_is_read_again() -> None:
    one = Sampling("compaction", "claude-a", Usage(input_tokens=9, cache_read_tokens=4, output_tokens=0))
    assert list(samplings({"usage_outside_total": [one.entry()]})) == [one]


def test_a_compaction_costs_what_its_model_charges_and_has_a_part_of_its_own() -> None:
    plain, compacted = billed(), billed(sampled("compaction"))
    assert compacted["outside_usd"] == pytest.approx((10 * OPUS_IN + OPUS_OUT) / 1000)
    assert compacted["cost_usd"] == pytest.approx(plain["cost_usd"] + compacted["outside_usd"])  # type: ignore[operator]
    assert [compacted[name] for name in PARTS[:4]] == [plain[name] for name in PARTS[:4]]
    assert plain["outside_usd"] == 0


def test_an_advisor_is_paid_at_its_own_models_rates() -> None:
    dear, cheap = billed(sampled("advisor_message")), billed(sampled("advisor_message", "claude-haiku-5-5"))
    assert 0 < cheap["outside_usd"] < dear["outside_usd"]  # type: ignore[operator]


def test_a_sampling_without_a_price_leaves_the_whole_unknown_and_the_parts_known() -> None:
    found = billed(sampled("advisor_message", "claude-nobody-knows"))
    assert (found["cost_usd"], found["outside_usd"], found["cost_basis"]) == (None, None, "none")
    assert found["output_usd"] == pytest.approx(OPUS_OUT / 1000)
    assert str(found["cost_reason"]).startswith("advisor_message: ")


def test_a_model_that_declined_is_not_added_and_is_named() -> None:
    found = billed(sampled("message", "claude-shy"))
    assert found["cost_usd"] == billed()["cost_usd"]
    assert "without claude-shy, which declined" in str(found["cost_reason"])


def test_a_calls_own_figure_holds_and_is_divided_over_all_parts() -> None:
    found = billed(sampled("compaction"), reported_cost_usd=1.0)
    assert (found["cost_usd"], found["cost_basis"]) == (1.0, "reported")
    assert fsum(found[name] for name in PARTS) == pytest.approx(1.0)  # type: ignore[misc]
    assert found["outside_usd"] > 0  # type: ignore[operator]


@given(
    st.lists(st.builds(sampled, st.sampled_from(["compaction", "advisor_message"]), given=COUNTS, made=COUNTS)), COUNTS
)
def test_the_parts_are_the_cost_whatever_stands_beside_it(beside: list[Json], tokens: int) -> None:
    found = billed(*beside, input_tokens=tokens, output_tokens=tokens)
    assert fsum(found[name] for name in PARTS) == pytest.approx(found["cost_usd"])  # type: ignore[misc]


def test_a_call_without_usage_costs_an_unknown_amount_in_all_of_its_parts() -> None:
    found = billed(input_tokens=None, output_tokens=None)
    assert [found[name] for name in ("cost_usd", *PARTS)] == [None] * 6
