"""What to do first, in words."""

from typing import Any

import pytest

from dashboard.first_steps import headline, worth

STEP: dict[str, Any] = {
    "finding": "uncached_prefix",
    "lever": "caching",
    "usd": 1.5,
    "paid_usd": 2.0,
    "unpriced": 0,
    "bytes": 4_000_000,
    "times": 1_200,
    "conversations": 1,
    "confidence": "likely",
}


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({}, "$1.50 avoidable"),
        ({"unpriced": 3}, "$1.50 avoidable + 3 of unknown worth"),
        ({"usd": None}, "$2.00 paid for it"),
        ({"usd": float("nan"), "paid_usd": None}, "saving unknown"),
        # Server-side state is billed like history that is sent.
        ({"usd": 0.0, "lever": "state"}, "no money, 4.0 MB of upload"),
        ({"usd": 0.0, "unpriced": 2}, "no money, 4.0 MB of upload + 2 of unknown worth"),
        ({"usd": 0.0, "bytes": None}, "no money"),
    ],
)
def test_the_worth_is_money_only_where_money_is_saved(step: dict[str, Any], said: str) -> None:
    assert worth(STEP | step) == said


def test_a_headline_is_no_formula_and_no_mark() -> None:
    said = headline(STEP)
    assert said == (
        r"**uncached\_prefix** · \$1.50 avoidable · prompt caching · 1,200 times in 1 conversation · likely"
    )
