"""The figures of a whole conversation."""

from pathlib import Path

import pytest

from dashboard.totals import totals
from tests.dashboard.talks import calls, calls_of, lighthouse, long
from tests.dashboard.traffic import stored


def test_shares_are_over_the_calls_that_tell(tmp_path: Path) -> None:
    told = {label: value for label, value, _ in totals(calls_of(tmp_path, long(3), "g0"))}
    # 160, 220 and 280 tokens, of which the second sent 160 again, and the third 220; two replies of 3 tokens.
    assert told["Input tokens"] == "660"
    assert told["Cost"].startswith("$")
    assert told["From cache"] == "0.0%"


def test_an_estimate_and_an_assumed_price_are_marked(tmp_path: Path) -> None:
    database = stored(tmp_path / "a.duckdb", lighthouse())
    found = calls(database, "l1")
    told = {label: (value, about) for label, value, about in totals(found)}
    value, about = told["Sent before"]
    assert value.startswith("≈ ")
    assert "it is an estimate" in about
    assert not told["Cost, 1 unknown"][0].startswith("≈")
    assumed = found.assign(cost_reason="a price of the day before")
    assert {label: value for label, value, _ in totals(assumed)}["Cost, 1 unknown"].startswith("≈ $")


@pytest.mark.parametrize("column", ["input_tokens", "cost_usd", "cache_read_tokens", "resent_tokens"])
def test_what_nobody_knows_is_unknown(tmp_path: Path, column: str) -> None:
    found = calls_of(tmp_path, long(2), "g0").assign(**{column: None})
    labels = {"input_tokens": "Input tokens", "cost_usd": "Cost", "cache_read_tokens": "From cache"}
    told = {label: value for label, value, _ in totals(found)}
    assert told[labels.get(column, "Sent before")] == "unknown"
