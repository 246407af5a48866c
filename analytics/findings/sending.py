"""How often each block of a conversation was sent, and what its being sent again cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analytics.findings.case import Case
from analytics.findings.turn import Turn

# How an exchange continues its parent where its history begins with the whole of its parent's.
GOING_ON = frozenset({"append", "retry", "fork"})


@dataclass(frozen=True, slots=True)
class Line:
    """Exchanges each of whose histories is the beginning of the next one's, and the last one's history."""

    turns: tuple[Turn, ...]
    history: tuple[bytes, ...]


def lines(case: Case) -> Iterator[Line]:
    """Every exchange of the conversation in exactly one line."""
    placed: set[str] = set()
    for leaf in reversed(case.turns):
        if leaf.exchange_id in placed:
            continue
        found = list(_line(case, leaf, placed))
        placed |= {turn.exchange_id for turn in found}
        found.sort(key=lambda turn: (turn.history_blocks, turn.started_at))
        yield Line(tuple(found), case.archive.history(found[-1]))


def _line(case: Case, leaf: Turn, placed: set[str]) -> Iterator[Turn]:
    at: Turn | None = leaf
    while at is not None and at.exchange_id not in placed:
        yield at
        parent = case.parent(at) if at.relation in GOING_ON else None
        # A parent whose request was not seen has no history, and one that says otherwise is no beginning of it.
        at = parent if parent and parent.history_blocks <= at.history_blocks else None


@dataclass(frozen=True, slots=True)
class Rate:
    """What a resent token cost in some exchanges: how many those are, and the sum over them, None where unknown."""

    calls: int
    usd: float | None


def resent_rates(turns: Sequence[Turn]) -> list[Rate]:
    """For each place in a line: what a token first sent there cost in all later exchanges of the line."""
    found = [Rate(0, 0.0)]
    for turn in reversed(turns[1:]):
        rate = None
        if turn.resent_tokens and turn.resent_usd is not None:
            rate = turn.resent_usd / turn.resent_tokens
        before = found[-1].usd
        found.append(Rate(found[-1].calls + 1, None if rate is None or before is None else before + rate))
    return found[::-1]


def scale(case: Case, turn: Turn, history: Sequence[bytes]) -> float | None:
    """Billed tokens for each token of the blocks' weights, in this exchange; None where its input is unknown."""
    blocks = (*case.archive.preamble(turn), *history)
    pieces = case.archive.pieces(blocks)
    weight = sum(pieces[block].tokens for block in blocks if block in pieces)
    sent = (turn.input_tokens or 0) - (turn.remembered_tokens or 0)
    return sent / weight if weight and sent > 0 else None
