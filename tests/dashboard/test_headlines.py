"""The figures on top of the overview."""

from typing import Any

import pytest

from dashboard.headlines import Headline, beside, gaps, headlines

NOW: dict[str, Any] = {
    "calls": 100,
    "unpriced": 3,
    "cost_usd": 12.5,
    "input_tokens": 2_000_000,
    "output_tokens": 100_000,
    "echo_share": 0.9,
    "exact_share": 1.0,
    "cache_hit_share": 0.5,
    "echo_usd": 4.0,
}
BEFORE = NOW | {"cost_usd": 10.0, "input_tokens": 4_000_000, "echo_share": 0.8, "cache_hit_share": 0.6}
FOUND: dict[str, Any] = {"findings": 4, "usd": 3.0, "certain_usd": 1.0, "unpriced": 2}


def told(now: dict[str, Any] = NOW, **others: Any) -> dict[str, Headline]:
    given: dict[str, Any] = {"before": BEFORE, "avoidable": FOUND, "avoided": {}} | others
    return {headline.title: headline for headline in headlines(now, **given)}


def test_each_figure_has_its_change() -> None:
    shown = {title: (headline.value, headline.change) for title, headline in told().items()}
    assert shown == {
        "Spend": ("$12.50", "+25%"),
        "Tokens": ("2.10 M", "-50%"),
        "Echo share": ("90.0%", "+10.0 points"),
        "Cache hits": ("50.0%", "-10.0 points"),
        "Avoidable": ("$3.00", None),
    }


def test_without_a_period_before_nothing_is_said_of_change() -> None:
    assert {headline.change for headline in told(before={}).values()} == {None}


@pytest.mark.parametrize(
    ("found", "value", "change"),
    [
        (None, "unknown", "not examined yet"),
        ({}, "none", None),
        ({"findings": 0, "usd": None}, "none", None),
        ({"findings": 2, "usd": float("nan"), "unpriced": 2}, "unknown", None),
        ({"findings": 2, "usd": 0.5, "unpriced": 1}, "$0.5000", None),
    ],
)
def test_avoidable_money_is_unknown_until_it_was_looked_for(found: Any, value: str, change: str | None) -> None:
    headline = told(avoidable=found)["Avoidable"]
    assert (headline.value, headline.change) == (value, change)
    assert headline.arrow == "off"


def test_unknown_is_unknown_and_never_nothing() -> None:
    shown = told({"calls": 2, "cost_usd": None, "echo_share": float("nan")})
    assert {headline.value for title, headline in shown.items() if title != "Avoidable"} == {"unknown"}


def test_what_is_estimated_or_assumed_is_marked() -> None:
    shown = told(NOW | {"exact_share": 0.97, "assumed": 2})
    assert (shown["Echo share"].value, shown["Spend"].value) == ("≈ 90.0%", "≈ $12.50")


def test_a_smaller_history_is_said_beside_the_sum_and_not_in_it() -> None:
    assert "up to $7.00 less" in beside(FOUND | {"history_usd": 7.0})
    assert told(avoidable=FOUND | {"history_usd": 7.0})["Avoidable"].value == "$3.00"
    assert [beside(found) for found in (None, {}, FOUND | {"history_usd": float("nan")})] == ["", "", ""]


def test_calls_without_counts_are_of_unknown_cost_too() -> None:
    assert "8 calls of unknown cost" in told(NOW | {"unmetered": 5})["Spend"].help


def test_a_tooltip_says_what_is_not_counted() -> None:
    shown = told()
    assert "3 calls of unknown cost are not in it" in shown["Spend"].help
    assert "$1.00 of it is certain" in shown["Avoidable"].help
    assert "2 findings of unknown worth" in shown["Avoidable"].help


def test_gaps_are_counted() -> None:
    said = gaps(NOW | {"unmetered": 5, "unsplit": 1, "assumed": 2})
    assert len(said) == 4
    assert said[0].startswith("The cost of 3 of 100 calls is unknown")
    assert gaps({"calls": 3}) == []
