"""What each part of the input cost, at what was paid: the classes' money laid over the prompt from its front. Pure.

Caches hold the front of a prompt. So of a prompt in the order remembered or resent, echoed, new, the cache reads cover
the front, the cache writes what comes next, and what is left at the end was uncached.
https://platform.claude.com/docs/en/build-with-claude/prompt-caching
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import fsum, isfinite

from analytics.ledger.billed import Bill
from analytics.ledger.classes import Classes
from analytics.pricing.cost import CostParts


@dataclass(frozen=True, slots=True)
class Money:
    """USD for each part of the input; with the output they add up to the cost. None is unknown."""

    resent: float | None = None
    echoed: float | None = None
    new: float | None = None
    remembered: float | None = None


UNKNOWN = Money()


def money(bill: Bill, classes: Classes, paid: CostParts) -> Money:
    """The money of the four parts; one that holds tokens of a class without a price is unknown."""
    parts = (bill.remembered, bill.resent, bill.echoed, bill.new)
    tokens = (classes.cache_read, classes.cache_write, classes.uncached)
    lengths = [length for length in parts if length is not None]
    counts = [count for count in tokens if count is not None]
    if len(lengths) < len(parts) or len(counts) < len(tokens) or sum(lengths) != sum(counts):
        return UNKNOWN
    usd = (paid.cache_read, paid.cache_write, paid.uncached_input)
    remembered, resent, echoed, new = (_worth(shares, counts, usd) for shares in _overlaps(lengths, counts))
    return Money(resent, echoed, new, remembered)


def _overlaps(parts: Sequence[int], classes: Sequence[int]) -> Iterator[list[int]]:
    """For each part the tokens of each class in it, both laid end to end from the front."""
    start = 0
    for part in parts:
        yield list(_shared(start, start + part, classes))
        start += part


def _shared(start: int, end: int, classes: Sequence[int]) -> Iterator[int]:
    at = 0
    for count in classes:
        yield max(0, min(end, at + count) - max(start, at))
        at += count


def _worth(shares: Sequence[int], counts: Sequence[int], usd: Sequence[float | None]) -> float | None:
    amounts = [
        None if paid is None else paid * (share / count)
        for share, count, paid in zip(shares, counts, usd, strict=True)
        if share
    ]
    known = [amount for amount in amounts if amount is not None]
    return fsum(known) if len(known) == len(amounts) else None


def as_listed(reported: float | None, listed: CostParts) -> CostParts:
    """A provider's own figure, divided as the price list divides it; unknown where the list does not know."""
    amounts = (listed.uncached_input, listed.cache_read, listed.cache_write, listed.output, listed.outside)
    known = [amount for amount in amounts if amount is not None]
    whole = fsum(known)
    if reported is None or len(known) < len(amounts) or not whole or not isfinite(reported / whole):
        return CostParts()
    return CostParts(*(amount * (reported / whole) for amount in known))
