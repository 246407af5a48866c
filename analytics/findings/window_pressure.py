"""The context window is filling up.

What happens: every turn adds to what is sent, and the model reads no more than its context window holds. At the
present growth it will soon be full: the provider then rejects the call or drops what came first, and until then every
turn costs more than the one before.

What to do: before it is full, keep what matters in a summary and begin anew, trim old tool results, or use the
provider's own compaction. Do it at one point rather than on every turn: each change of the history breaks the prompt
cache once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analytics.findings.case import Case
from analytics.findings.hit import Confidence, Hit, Severity
from analytics.findings.money import usd
from analytics.findings.turn import Turn

# From this share of the window on it is worth a word; below, only if the growth fills it within a few turns.
FULL_SHARE = 0.8
HALF_SHARE = 0.5
SOON_TURNS = 10
# Growth is taken from this many last turns, and at least from so many.
LAST_TURNS, LEAST_TURNS = 12, 4
# What providers say of a request that does not fit. https://platform.openai.com/docs/guides/error-codes
# https://platform.claude.com/docs/en/build-with-claude/context-windows https://docs.vllm.ai
TOO_LONG_CODES = frozenset({"context_length_exceeded", "model_context_window_exceeded", "context_window_exceeded"})
TOO_LONG_WORDS = ("prompt is too long", "maximum context length", "exceeds the context window", "input token count")


@dataclass(frozen=True, slots=True)
class Pressure:
    """`growth_per_turn` and `turns_left` are None where the branch does not grow, or has too few turns to tell.

    `usd_until_full` is what the turns until then would cost at the last turn's price per input token.
    """

    branch: str
    turn: int
    tokens: int
    context_window: int | None
    share: float | None
    growth_per_turn: float | None
    turns_left: int | None
    turn_full: int | None
    usd_until_full: float | None
    rejected: bool


def select(case: Case) -> Iterator[Hit]:
    for leaf in case.leaves:
        if _rejected(leaf):
            yield _hit(leaf, _pressure(leaf, [], rejected=True), "certain")
        elif (found := _pressure(leaf, _grown(case, leaf))) and _pressing(found):
            yield _hit(leaf, found, "likely" if found.growth_per_turn else "possible")


def _rejected(turn: Turn) -> bool:
    """Whether the provider would not read so much."""
    message = (turn.error_message or "").lower()
    return turn.error_code in TOO_LONG_CODES or (
        (turn.status or 0) in (400, 413) and any(words in message for words in TOO_LONG_WORDS)
    )


def _grown(case: Case, leaf: Turn) -> list[Turn]:
    """The last turns of the branch back to where its history was shortened, the first of them first."""
    line: list[Turn] = []
    for turn in case.line(leaf):
        if turn.read_at_once is not None and turn.relation != "retry":
            line.append(turn)
        if turn.relation in ("truncate", "compact") or len(line) == LAST_TURNS:
            break
    return line[::-1]


def _pressure(leaf: Turn, line: Sequence[Turn], *, rejected: bool = False) -> Pressure | None:
    last = line[-1] if line else leaf
    tokens = (last.read_at_once or 0) + (last.output_tokens or 0)
    window = leaf.context_window or last.context_window
    # What is larger than the window was not read at once, whatever it was.
    if not rejected and not 0 < tokens <= (window or 0):
        return None
    growth = slope([turn.read_at_once or 0 for turn in line])
    left = _turns_left(tokens, window, growth)
    return Pressure(
        branch=leaf.branch,
        turn=leaf.turn,
        tokens=tokens,
        context_window=window,
        share=tokens / window if window and tokens else None,
        growth_per_turn=growth,
        turns_left=left,
        turn_full=leaf.turn + left if left is not None else None,
        usd_until_full=_cost(last, growth, left),
        rejected=rejected,
    )


def slope(tokens: Sequence[int]) -> float | None:
    """Tokens by which each turn is longer than the one before, by least squares; None where they are few or shrink."""
    count = len(tokens)
    if count < LEAST_TURNS:
        return None
    middle, mean = (count - 1) / 2, sum(tokens) / count
    spread = sum((at - middle) ** 2 for at in range(count))
    found = sum((at - middle) * (value - mean) for at, value in enumerate(tokens)) / spread
    return found if found > 0 else None


def _turns_left(tokens: int, window: int | None, growth: float | None) -> int | None:
    if not window or not growth:
        return None
    return max(0, int((window - tokens) / growth))


def _cost(last: Turn, growth: float | None, left: int | None) -> float | None:
    """The input of the turns to come, each longer by the growth, at what the last one paid for a token of input."""
    paid = None if last.cost_usd is None or last.output_usd is None else last.cost_usd - last.output_usd
    if paid is None or not last.input_tokens or not growth or left is None:
        return None
    ahead = left * last.input_tokens + growth * left * (left + 1) / 2
    return ahead * paid / last.input_tokens


def _pressing(found: Pressure) -> bool:
    share = found.share or 0
    soon = found.turns_left is not None and found.turns_left <= SOON_TURNS
    return share >= FULL_SHARE or (share >= HALF_SHARE and soon)


def _hit(leaf: Turn, found: Pressure | None, confidence: Confidence) -> Hit:
    assert found is not None  # noqa: S101  # a rejected call has one
    return Hit(
        exchange_id=leaf.exchange_id,
        severity=_severity(found),
        confidence=confidence,
        evidence=found,
        advice=_advice(found),
        tokens=found.tokens or None,
        key=found.branch,
    )


def _severity(found: Pressure) -> Severity:
    if found.rejected:
        return "high"
    return "medium" if found.turns_left is not None and found.turns_left <= SOON_TURNS else "low"


def _advice(found: Pressure) -> str:
    if found.rejected:
        return "The provider rejected the call: it is longer than the model's context window."
    held = f"Turn {found.turn} fills {found.share:.0%} of the window of {found.context_window:,} tokens"
    if found.turns_left is None:
        return f"{held}."
    cost = f"; the turns until then will cost about {usd(found.usd_until_full)}" if found.usd_until_full else ""
    return f"{held}; at +{found.growth_per_turn:,.0f} tokens a turn it is full at turn {found.turn_full}{cost}."
