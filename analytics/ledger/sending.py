"""What a request's blocks are to its parent, as counts by kind: resent, echoed or new. Pure.

The same division as the wire ledger's (`analytics/lineage/wire.py`) in tokens instead of bytes, and finer: of a block
that was rewritten, the text that stayed was resent.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.ledger.billed import Sent
from analytics.ledger.changes import NO_CHANGE, Change, Pieces, change, counted, rewritten
from analytics.ledger.composition import NO_COUNTS, Counts, less, plus
from analytics.ledger.entry import Entry
from analytics.lineage.facts import Facts
from analytics.lineage.histories import Parting
from analytics.lineage.wire import echo_of


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
    def decoupled(self) -> bool:
        """Whether x names server-side state, and sends only what comes on top of it."""
        state = self.x.state_ref
        return state is not None and not state.startswith("cachedContent:")

    @property
    def history_change(self) -> Change:
        """What changed behind the parting, apart from the echo."""
        if self.parting is None:
            return NO_CHANGE
        at = self.x.spoken.echo_at - self.parting.shared
        end = at + self.x.spoken.echo_blocks
        behind = [*self.parting.x[:at], *self.parting.x[end:]] if self.echoing else self.parting.x
        found = change(behind, self.parting.y)
        # Under server-side state what is not sent is not dropped.
        return Change(found.fresh) if self.decoupled else found

    @property
    def preamble_change(self) -> Change:
        return change(*self.preambles) if self.preambles else NO_CHANGE


def sent_by(pair: Pair, x: Entry, y: Entry, pieces: Pieces) -> Sent:
    """What x sent, by what y had sent or said."""
    echo = x.echo if pair.echoing else NO_COUNTS
    history, preamble = pair.history_change, pair.preamble_change
    if pair.parting is None:
        new = less(_history(pair, 0, x, pieces), _history(pair, 1, y, pieces), echo)
    else:
        # A reply in several runs, with the results of server tools between them, comes back as a whole.
        returned = (Counter(history.fresh) & Counter(y.replied)).elements()
        echo, history = _with_returned(echo, history, list(returned), pieces)
        new = less(counted(history.fresh, pieces), rewritten(history, pieces))
    new = plus(new, less(counted(preamble.fresh, pieces), rewritten(preamble, pieces)))
    return Sent(
        resent=less(x.request, echo, new),
        echoed=echo,
        new=new,
        whole=not history.dropped and not preamble.dropped,
        replied=pair.echoing,
    )


def sent_first(x: Entry) -> Sent:
    """What x sent where it continues nothing: all of it is new."""
    return Sent(new=x.request)


def _with_returned(echo: Counts, made: Change, returned: Sequence[bytes], pieces: Pieces) -> tuple[Counts, Change]:
    return plus(echo, counted(returned, pieces)), made.without(returned)


def _history(pair: Pair, side: int, entry: Entry, pieces: Pieces) -> Counts:
    """The request without its preamble, where the preambles differ; where they do not, they cancel out."""
    return less(entry.request, counted(pair.preambles[side], pieces)) if pair.preambles else entry.request
