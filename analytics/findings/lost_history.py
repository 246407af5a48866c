"""A follow-up was sent without its conversation.

What happens: the message refers to what was said before, or the model answers that it knows of nothing before, and
the request holds no history. The same client had made a call shortly before: probably its messages and the reply were
meant to be sent along, or to be continued by an id, and were not.

What to do: send the earlier messages and replies with every call, or name the last response where the provider keeps
the conversation. See that the same session finds its history: after a restart, on another worker, after a failed write.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.findings.case import Case
from analytics.findings.hit import Confidence, Hit
from analytics.findings.referring import POINTS, REFERS, UNAWARE
from analytics.findings.statefulness import continues_state
from analytics.findings.turn import Turn

# Seconds after which the client's earlier call is another matter.
RECENT_S = 600.0
# Characters of a message that has no room for what it speaks of.
SHORT = 160
QUOTED = 200
# A sum of weights from which on it is said. No signal reaches it by itself.
LEAST = 5
WEIGHTS = {
    "the reply knows of no earlier message": 3,
    "the message speaks of what was said before": 2,
    "the message begins like a second one": 1,
    "the client called shortly before": 1,
    "the call before has the same instructions": 1,
    "the call before is of the same session": 1,
    "the call before has other instructions": -2,
    "the message is long": -1,
}


@dataclass(frozen=True, slots=True)
class Lost:
    """`signals` and their weights, which add up to `weight`. `quotes` are the message and how the reply begins."""

    earlier_exchange_id: str
    seconds_since: float
    signals: dict[str, int]
    weight: int
    quotes: tuple[str, ...]


def select(case: Case) -> Iterator[Hit]:
    for turn in case.turns:
        earlier = _before(case, turn)
        opening = case.archive.opening(turn) if earlier else None
        if earlier and opening:
            yield from _hit(turn, earlier, *opening)


def _before(case: Case, turn: Turn) -> Turn | None:
    """The client's call shortly before the first of this conversation, if this one holds no history of any kind."""
    if turn.relation != "new" or not turn.well or turn.warmup or not turn.readable or continues_state(turn):
        return None
    earlier = case.other(turn.earlier_exchange_id)
    if earlier is None or not earlier.well or earlier.warmup or earlier.api != turn.api:
        return None
    recent = 0 < (turn.started_at - earlier.started_at).total_seconds() <= RECENT_S
    # Two calls at once are two jobs: who follows up has read the reply.
    answered = earlier.ended_at is None or earlier.ended_at <= turn.started_at
    return earlier if recent and answered else None


def _hit(turn: Turn, earlier: Turn, said: str, reply: str) -> Iterator[Hit]:
    signals = _signals(turn, earlier, said, reply)
    weight = sum(signals.values())
    # A reply that asks for more is common where a single call came without its text.
    if weight < LEAST or not _followed(signals):
        return
    confidence = _confidence(signals)
    yield Hit(
        exchange_id=turn.exchange_id,
        # The user got an answer to another question than the one asked.
        severity="medium" if confidence == "likely" else "low",
        confidence=confidence,
        evidence=Lost(
            earlier_exchange_id=earlier.exchange_id,
            seconds_since=(turn.started_at - earlier.started_at).total_seconds(),
            signals=signals,
            weight=weight,
            quotes=(said[:QUOTED], reply[:QUOTED]),
        ),
        advice="The call holds one message and no history. Send the conversation along, or continue it by its id.",
        tokens=turn.input_tokens,
        bytes=turn.request_bytes,
        paid_usd=turn.cost_usd,
    )


def _signals(turn: Turn, earlier: Turn, said: str, reply: str) -> dict[str, int]:
    refers = bool(REFERS.search(said))
    same_preamble = turn.preamble_hash == earlier.preamble_hash
    holds = (
        bool(UNAWARE.search(reply)),
        refers,
        not refers and len(said) <= SHORT and bool(POINTS.search(said)),
        True,
        same_preamble,
        turn.session_hint is not None and turn.session_hint == earlier.session_hint,
        not same_preamble,
        len(said) > SHORT,
    )
    return {name: weight for (name, weight), held in zip(WEIGHTS.items(), holds, strict=True) if held}


def _followed(signals: dict[str, int]) -> bool:
    """Whether the message or its session speaks for a follow-up, and not the reply alone."""
    _, refers, points, _, _, session, *_ = WEIGHTS
    return bool({refers, points, session} & signals.keys())


def _confidence(signals: dict[str, int]) -> Confidence:
    """Two of the message and its reply say so, or only one of them."""
    unaware, refers, points, *_ = WEIGHTS
    return "likely" if unaware in signals and (refers in signals or points in signals) else "possible"
