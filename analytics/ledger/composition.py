"""Composition: what a request is made of, in tokens by kind of content."""

from collections.abc import Iterable, Sequence
from operator import add, sub
from typing import Final

from analytics.dialects.exchange import Kind
from analytics.ledger.apportionment import apportioned

# The order of `Counts`. What no part can be assigned to is in the last.
KINDS: Final = ("tools", "system", "user", "assistant", "thinking", "tool_call", "tool_result", "media", "other")
PREAMBLE: Final = 2
MEDIA: Final = frozenset({"image", "document", "audio"})
_PLACE = {kind: KINDS.index(kind) for kind in KINDS} | dict.fromkeys(MEDIA, KINDS.index("media"))

# Token counts by kind, in the order of KINDS.
type Counts = tuple[int, ...]

NO_COUNTS: Counts = (0,) * len(KINDS)


def counts_of(blocks: Iterable[tuple[Kind | str, int]]) -> Counts:
    """The counts of blocks given by kind and tokens."""
    sums = [0] * len(KINDS)
    for kind, tokens in blocks:
        sums[_PLACE.get(kind, -1)] += tokens
    return tuple(sums)


def less(whole: Counts, *parts: Counts) -> Counts:
    """What is left of the whole; never negative."""
    left = whole
    for taken in parts:
        left = tuple(map(sub, left, taken))
    return tuple([max(0, tokens) for tokens in left])


def plus(*parts: Counts) -> Counts:
    """The sum, kind by kind."""
    sums, *others = parts
    for more in others:
        sums = tuple(map(add, sums, more))
    return sums


def composition(parts: Sequence[tuple[int, Counts]]) -> Counts:
    """Billed tokens by kind: each part's tokens divided like its blocks. Sums to the parts' tokens."""
    return plus(NO_COUNTS, *(tuple(apportioned(tokens, counts)) for tokens, counts in parts if tokens))
