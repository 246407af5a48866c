"""One large block was sent again and again.

What happens: a file, a tool's result, a document or an image is so large that it makes up much of what was resent, and
it went out with every later call.

What to do: once it has been used, keep only what is needed of it: cut old tool results to their first lines, replace a
file by its name and a summary, have tools return pages instead of whole files, upload documents once where the
provider keeps files. Each such cut breaks the prompt cache from that block on, so cut early, or several blocks at
once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf

from analytics.findings.archive import Piece
from analytics.findings.case import Case
from analytics.findings.hit import Hit
from analytics.findings.money import usd
from analytics.findings.sending import Line, Rate, lines, resent_rates, scale
from analytics.findings.turn import Turn

# The block's tokens, how often it must have been sent again, and its part of all that was.
LEAST_TOKENS = 1_000
LEAST_TIMES = 3
LEAST_SHARE = 0.15
MOST_BLOCKS = 3
NAMED = {"user": "user message", "assistant": "reply", "thinking": "piece of thinking", "other": "block"}


@dataclass(frozen=True, slots=True)
class Heavy:
    """`block_tokens` is an estimate: the block's weight, scaled to what the provider reported for the whole call.

    It is no more than what was new in the call that brought the block.
    """

    block_hash: str
    kind: str
    role: str
    block_tokens: int
    block_bytes: int
    times: int
    share: float
    first_exchange_id: str
    last_exchange_id: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A block at its place: the exchange it first went out with, and what its coming again cost."""

    block: bytes
    first: Turn
    last: Turn
    again: Rate


def select(case: Case) -> Iterator[Hit]:
    resent = sum((turn.resent_tokens or 0) + (turn.echoed_tokens or 0) for turn in case.turns)
    if resent < LEAST_TOKENS * LEAST_TIMES:
        return
    found = [hit for line in lines(case) if len(line.turns) > LEAST_TIMES for hit in _heavy(case, line, resent)]
    found.sort(key=lambda hit: -(hit.tokens or 0))
    yield from found[:MOST_BLOCKS]


def _heavy(case: Case, line: Line, resent: int) -> Iterator[Hit]:
    pieces = case.archive.pieces(line.history)
    candidates = [sent for sent in _again(line, pieces) if sent.again.calls >= LEAST_TIMES]
    if not candidates:
        return
    ratio = scale(case, line.turns[-1], line.history)
    for sent in candidates:
        tokens = round(min(pieces[sent.block].tokens * (ratio or 1.0), _most(line, sent.first, pieces[sent.block])))
        if tokens >= LEAST_TOKENS and tokens * sent.again.calls >= LEAST_SHARE * resent:
            yield _hit(sent, pieces[sent.block], tokens, resent)


def _most(line: Line, first: Turn, piece: Piece) -> float:
    """What was new in the call that brought the block, or came from the model itself: the block cannot be more."""
    brought = first.relation == "new" or first is not line.turns[0]
    if first.new_tokens is None or first.echoed_tokens is None or not brought:
        return inf
    return first.new_tokens + (first.echoed_tokens if piece.role == "assistant" else 0)


def _again(line: Line, pieces: Mapping[bytes, Piece]) -> Iterator[Sent]:
    """The large blocks of a line, each where it comes first."""
    rates, at, seen = resent_rates(line.turns), 0, set[bytes]()
    for place, block in enumerate(line.history):
        while line.turns[at].history_blocks <= place:
            at += 1
        piece = pieces.get(block)
        if piece and piece.tokens >= LEAST_TOKENS // 2 and block not in seen:
            seen.add(block)
            yield Sent(block, line.turns[at], line.turns[-1], rates[at])


def _hit(sent: Sent, piece: Piece, tokens: int, resent: int) -> Hit:
    times = sent.again.calls
    paid = None if sent.again.usd is None else sent.again.usd * tokens
    evidence = Heavy(
        block_hash=sent.block.hex(),
        kind=piece.kind,
        role=piece.role,
        block_tokens=tokens,
        block_bytes=piece.bytes,
        times=times,
        share=min(1.0, tokens * times / resent),
        first_exchange_id=sent.first.exchange_id,
        last_exchange_id=sent.last.exchange_id,
    )
    what = NAMED.get(piece.kind, piece.kind.replace("_", " "))
    return Hit(
        exchange_id=sent.first.exchange_id,
        severity="medium" if evidence.share >= 0.3 else "low",
        confidence="certain",
        evidence=evidence,
        advice=f"A {what} of about {tokens:,} tokens was sent {times} more times, for {usd(paid)}: "
        f"{evidence.share:.0%} of all that was resent.",
        tokens=tokens * times,
        bytes=piece.bytes * times,
        paid_usd=paid,
        key=evidence.block_hash,
    )
