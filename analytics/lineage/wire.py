"""The wire ledger: which of a request's blocks were sent before.

Resent are the blocks that the parent's request had too, as often as it had them; echoed is the parent's reply sent
back; new is the rest. Blocks count as a multiset, so that a history that was moved or cut is still resent, and where a
request goes on from its parent's whole history exactly the parent's blocks are.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics.lineage import evidence
from analytics.lineage.facts import Facts
from analytics.lineage.histories import Parting


@dataclass(frozen=True, slots=True)
class Amount:
    """Blocks and their bytes."""

    blocks: int = 0
    bytes: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.blocks + other.blocks, self.bytes + other.bytes)

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(self.blocks - other.blocks, self.bytes - other.bytes)


@dataclass(frozen=True, slots=True)
class Wire:
    """A request in three parts; the two of the preamble are within resent and new."""

    resent: Amount
    echoed: Amount
    new: Amount
    resent_preamble: Amount
    new_preamble: Amount


def wire(x: Facts, resent: Amount, echoed: Amount, resent_preamble: Amount) -> Wire:
    """The ledger of x from what was resent of its history and of its preamble."""
    history, preamble = Amount(x.history_blocks, x.spoken.history_bytes), preamble_of(x)
    return Wire(
        resent=resent + resent_preamble,
        echoed=echoed,
        new=history - resent - echoed + preamble - resent_preamble,
        resent_preamble=resent_preamble,
        new_preamble=preamble - resent_preamble,
    )


def preamble_of(x: Facts) -> Amount:
    """The preamble's blocks and bytes."""
    return Amount(x.spoken.preamble_blocks, x.spoken.preamble_bytes)


def extends(x: Facts, y: Facts) -> bool:
    """Whether it shows in the facts that x's history is y's, or y's and more."""
    return y.prefix_hash in (x.prefix_hash, x.spoken.echo_prefix)


def echo_of(x: Facts, y: Facts) -> Amount:
    """The last run of x, if it is y's reply and not y's own history sent once more."""
    if x.prefix_hash == y.prefix_hash or not evidence.replied(x, y):
        return Amount()
    return Amount(x.spoken.echo_blocks, x.spoken.echo_bytes)


def overlap(parting: Parting, rest: Sequence[bytes], sizes: Mapping[bytes, int]) -> Amount:
    """What was resent: what both share from the start, and the rest's blocks that y had too."""
    return Amount(parting.shared, parting.shared_bytes) + common(rest, parting.y, sizes)


def common(x: Sequence[bytes], y: Sequence[bytes], sizes: Mapping[bytes, int]) -> Amount:
    """The blocks that both have, each as often as both have it."""
    shared = Counter(x) & Counter(y)
    return Amount(shared.total(), sum(sizes[block] * count for block, count in shared.items()))


def parts(x: Facts, y: Facts, parting: Parting, sizes: Mapping[bytes, int]) -> tuple[Amount, Amount]:
    """What was resent and what was echoed of x's history, where it is not simply y's and more."""
    echoed = echo_of(x, y)
    at = x.spoken.echo_at - parting.shared
    if not echoed.blocks or at < 0:  # an echo within what both share was in y's own history
        return overlap(parting, parting.x, sizes), Amount()
    return overlap(parting, parting.x[:at] + parting.x[at + echoed.blocks :], sizes), echoed
