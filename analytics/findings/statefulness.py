"""What findings about server-side state have in common: which calls use it, and what a chain of them holds."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from analytics.findings.case import Case
from analytics.findings.turn import Turn


def continues_state(turn: Turn) -> bool:
    """Whether the request continues a conversation that the provider keeps; a cached content is none."""
    return turn.state_ref is not None and not turn.state_ref.startswith("cachedContent:")


def repeated(case: Case, turn: Turn) -> Turn:
    """The call that this one repeats; itself where it is no retry."""
    at = turn
    while at.relation == "retry" and (parent := case.parent(at)) is not None:
        at = parent
    return at


def continued(case: Case, turn: Turn) -> Turn | None:
    """The exchange that this one continues, past its own retries."""
    return case.parent(repeated(case, turn))


@dataclass(slots=True)
class Chain:
    """What was said (`sent`) and answered (`replied`) along a line of calls: the blocks, with who was the first."""

    sent: dict[bytes, str] = field(default_factory=dict)
    replied: dict[bytes, str] = field(default_factory=dict)

    def add(self, case: Case, turn: Turn) -> None:
        for block in case.archive.history(turn):
            self.sent.setdefault(block, turn.exchange_id)
        for block in case.archive.reply(turn):
            self.replied.setdefault(block, turn.exchange_id)

    def among(self, history: tuple[bytes, ...], besides: str) -> list[bytes]:
        """Those of these blocks that the chain holds, without what came in by the call `besides`.

        Empty where no reply is among them, or nothing but replies: a short text may be said twice, and some clients
        send a tool call once more beside its result.
        """
        replies = [block for block in history if self.replied.get(block, besides) != besides]
        said = [block for block in history if self.sent.get(block, besides) != besides and block not in self.replied]
        return [*replies, *said] if replies and said else []


def chains(case: Case) -> Iterator[tuple[Turn, Turn, Chain]]:
    """Each call that continues kept state, in the order of time, with its parent and all that the chain holds by then.

    Branches of a chain share what it holds. Conversations without state are not looked into.
    """
    if not any(map(continues_state, case.turns)):
        return
    kept: dict[str, Chain] = {}
    for turn in case.turns:
        parent = continued(case, turn)
        chain = kept.get(parent.exchange_id) if parent and continues_state(turn) else None
        if parent and chain:
            yield turn, parent, chain
        if turn.well:
            kept[turn.exchange_id] = chain = chain or Chain()
            chain.add(case, turn)
