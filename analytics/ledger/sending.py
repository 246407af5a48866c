"""What a request's blocks are to its parent, as counts by kind: resent, echoed or new. Pure.

The same division as the wire ledger's (`analytics/lineage/wire.py`), in tokens instead of bytes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from analytics.ledger.billed import Sent
from analytics.ledger.composition import NO_COUNTS, Counts, counts_of, less, plus
from analytics.ledger.entry import Entry
from analytics.lineage.facts import Facts
from analytics.lineage.histories import Parting
from analytics.lineage.wire import echo_of

# Kind and tokens of a block, by its hash.
type Known = Mapping[bytes, tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Pair:
    """An exchange and its parent, compared.

    `parting` is None where the history goes on from the parent's whole one; the preambles are None where they are the
    same.
    """

    x: Facts
    y: Facts
    parting: Parting | None = None
    preambles: tuple[Sequence[bytes], Sequence[bytes]] | None = None

    @property
    def echoing(self) -> bool:
        """Whether the parent's reply was sent back: one within what both share was in the parent's own history."""
        inside = self.parting is not None and self.x.spoken.echo_at < self.parting.shared
        return echo_of(self.x, self.y).blocks > 0 and not inside

    @property
    def added(self) -> list[bytes]:
        """The blocks of x behind the parting, without the echo."""
        if self.parting is None:
            return []
        at = self.x.spoken.echo_at - self.parting.shared
        end = at + self.x.spoken.echo_blocks
        return [*self.parting.x[:at], *self.parting.x[end:]] if self.echoing else self.parting.x


@dataclass(frozen=True, slots=True)
class Difference:
    """Blocks of x that y has not, and whether y has none that x has not."""

    new: Counts = NO_COUNTS
    whole: bool = True
    blocks: tuple[bytes, ...] = ()


SAME = Difference()


def sent_by(pair: Pair, x: Entry, y: Entry, known: Known) -> Sent:
    """What x sent, by what y had sent or said."""
    echo = x.echo if pair.echoing else NO_COUNTS
    preamble = _difference(*pair.preambles, known) if pair.preambles else SAME
    if pair.parting is None:
        history = Difference(less(_history(pair, 0, x, known), _history(pair, 1, y, known), echo))
    else:
        history = _difference(pair.added, pair.parting.y, known)
        # A reply in several runs, with the results of server tools between them, comes back as a whole.
        returned = _counted(_common(history.blocks, y.replied), known)
        history, echo = replace(history, new=less(history.new, returned)), plus(echo, returned)
    new = plus(preamble.new, history.new)
    return Sent(
        resent=less(x.request, echo, new),
        echoed=echo,
        new=new,
        whole=preamble.whole and history.whole,
        replied=pair.echoing,
    )


def sent_first(x: Entry) -> Sent:
    """What x sent where it continues nothing: all of it is new."""
    return Sent(new=x.request)


def _history(pair: Pair, side: int, entry: Entry, known: Known) -> Counts:
    """The request without its preamble, where the preambles differ; where they do not, they cancel out."""
    return less(entry.request, _counted(pair.preambles[side], known)) if pair.preambles else entry.request


def _difference(x: Sequence[bytes], y: Sequence[bytes], known: Known) -> Difference:
    added, dropped = Counter(x) - Counter(y), Counter(y) - Counter(x)
    blocks = tuple(added.elements())
    return Difference(_counted(blocks, known), not dropped, blocks)


def _common(x: Sequence[bytes], y: Sequence[bytes]) -> list[bytes]:
    return list((Counter(x) & Counter(y)).elements())


def _counted(blocks: Sequence[bytes], known: Known) -> Counts:
    return counts_of(known[block] for block in blocks if block in known)
