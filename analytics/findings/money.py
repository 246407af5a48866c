"""Sums of money of which one may be unknown, and how it is written."""

from collections.abc import Iterable


def total(values: Iterable[float | None]) -> float | None:
    """The sum; None where one of the values is unknown."""
    summed = 0.0
    for value in values:
        if value is None:
            return None
        summed += value
    return summed


def usd(value: float | None) -> str:
    """The amount as it is written in a sentence: cents for what is large, four places for what is small."""
    if value is None:
        return "an unknown amount"
    return f"${value:,.2f}" if value >= 1 else f"${value:.4f}"
