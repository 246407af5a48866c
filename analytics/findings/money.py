"""Sums of money of which one may be unknown, how bad they are, and how they are written."""

from collections.abc import Iterable

from analytics.findings.hit import Severity

HIGH_USD, MEDIUM_USD = 1.0, 0.01


def total(values: Iterable[float | None]) -> float | None:
    """The sum; None where one of the values is unknown."""
    summed = 0.0
    for value in values:
        if value is None:
            return None
        summed += value
    return summed


def by_money(value: float | None) -> Severity:
    """How bad it is by what it costs; what costs an unknown amount is in the middle."""
    if value is None:
        return "medium"
    return "high" if value >= HIGH_USD else "medium" if value >= MEDIUM_USD else "low"


def usd(value: float | None) -> str:
    """The amount as it is written in a sentence: cents for what is large, four places for what is small."""
    if value is None:
        return "an unknown amount"
    if 0 < value < 0.0001:
        return "less than $0.0001"
    return f"${value:,.2f}" if value >= 1 else f"${value:.4f}"
