"""The same request was sent again.

What happens: a call asked exactly what an earlier one had asked: the same model, tools, instructions and messages.
Either the client tried again after a failure, or the work was done twice: a job that ran twice, a double click, two
workers with the same task. What was answered twice was paid for twice.

What to do: for failures, see to their cause and to the client's retries (an SDK and the code around it may both
retry). For duplicates, keep the answer for as long as it holds, by a hash of the request, and let a job claim its task
first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from analytics.findings.case import Case
from analytics.findings.hit import Confidence, Hit
from analytics.findings.money import total, usd
from analytics.findings.second_try import needless_usd
from analytics.findings.turn import Turn

type Kind = Literal["retry", "duplicate"]
# The same question a day later is another day's work.
LONGEST = timedelta(hours=24)
# Whoever wants several answers to one question asks them at once, and wants each of them; at a temperature of 0 there
# is only one to be had.
AT_ONCE = timedelta(seconds=2)
# Greetings, pings and health checks are the same every time.
LEAST_TOKENS = 50
MOST_IDS = 20
# A kind of state that goes on with every call: the same words in it are another turn.
GROWING = "conversation:"


@dataclass(frozen=True, slots=True)
class Repeated:
    """Each of `repeats` asked what the one of `originals` at the same place had asked.

    `reasons` counts why the originals were no good to the client, where that is known; `told` are the repeats that the
    client itself called a retry.
    """

    kind: Kind
    calls: int
    originals: list[str]
    repeats: list[str]
    reasons: dict[str, int]
    told: int
    seconds: float
    deterministic: bool


def select(case: Case) -> Iterator[Hit]:
    pairs = [(turn, twin) for turn in case.turns if (twin := case.other(turn.twin_exchange_id)) and _same(turn, twin)]
    retries = [pair for pair in pairs if _is_retry(*pair)]
    if retries:
        yield _hit("retry", retries)
    duplicates = [pair for pair in pairs if not _is_retry(*pair) and _is_duplicate(*pair)]
    if duplicates:
        yield _hit("duplicate", duplicates)


def _same(turn: Turn, twin: Turn) -> bool:
    """Whether it is the same work: the same wishes, for the same client, on the same day."""
    if turn.warmup or twin.warmup or (turn.state_ref or "").startswith(GROWING) or not turn.history_blocks:
        return False
    asked = turn.parameters == twin.parameters and turn.key_fingerprint == twin.key_fingerprint
    who = (turn.app, turn.user_name, turn.client) == (twin.app, twin.user_name, twin.client)
    return asked and who and turn.started_at - twin.started_at <= LONGEST


def _is_retry(turn: Turn, twin: Turn) -> bool:
    return bool(turn.client_retry) or not twin.well


def _is_duplicate(turn: Turn, twin: Turn) -> bool:
    """Whether both were answered, and two answers cannot have been what was wanted."""
    # Where the end was not seen, the beginnings have to do.
    ended = twin.ended_at or twin.started_at + AT_ONCE
    after = turn.started_at >= ended or _deterministic(turn)
    return turn.well and (turn.input_tokens or 0) >= LEAST_TOKENS and after


def _deterministic(turn: Turn) -> bool:
    return turn.parameters.get("temperature") == 0


def _hit(kind: Kind, pairs: list[tuple[Turn, Turn]]) -> Hit:
    reasons = [reason for _, twin in pairs if (reason := _reason(twin))]
    evidence = Repeated(
        kind=kind,
        calls=len(pairs),
        originals=[twin.exchange_id for _, twin in pairs[:MOST_IDS]],
        repeats=[turn.exchange_id for turn, _ in pairs[:MOST_IDS]],
        reasons={reason: reasons.count(reason) for reason in sorted(set(reasons))},
        told=sum(bool(turn.client_retry) for turn, _ in pairs),
        seconds=max((turn.started_at - twin.started_at).total_seconds() for turn, twin in pairs),
        deterministic=all(_deterministic(turn) for turn, _ in pairs),
    )
    money = _wasted(kind, pairs)
    return Hit(
        exchange_id=pairs[0][0].exchange_id,
        severity="medium" if money else "low",
        confidence=_confidence(evidence),
        evidence=evidence,
        advice=_advice(evidence, money),
        tokens=sum(turn.input_tokens or 0 for turn, _ in pairs),
        bytes=sum(turn.request_bytes for turn, _ in pairs),
        usd=money,
        paid_usd=total(turn.cost_usd for turn, _ in pairs),
        key=kind,
    )


def _reason(twin: Turn) -> str:
    """Why the client did not have its answer."""
    if twin.error_code or (twin.status or 0) >= 400:
        return twin.error_code or f"status {twin.status}"
    return "" if twin.complete else "cut off"


def _wasted(kind: Kind, pairs: list[tuple[Turn, Turn]]) -> float | None:
    """What the needless one of the two cost: of a retry the failed one's reply and a reading of the prompt, of
    duplicates the later one.

    A failed call without usage is not billed as far as the provider says, and adds nothing.
    """
    if kind == "duplicate":
        return total(turn.cost_usd for turn, _ in pairs)
    again = {twin.exchange_id: turn for turn, twin in pairs}
    tried = [(twin, _billed(turn, again)) for turn, twin in pairs if twin.input_tokens is not None]
    found = [needless_usd(twin, turn) for twin, turn in tried if turn]
    return total(found) if found else None


def _billed(turn: Turn, again: Mapping[str, Turn]) -> Turn | None:
    """This call, or the first one after it that tried the same again and was billed."""
    at: Turn | None = turn
    while at and at.input_tokens is None:
        at = again.get(at.exchange_id)
    return at


def _confidence(evidence: Repeated) -> Confidence:
    if evidence.kind == "retry":
        return "certain" if evidence.told or evidence.reasons else "likely"
    # Another sample of the same question may have been what was wanted.
    return "likely" if evidence.deterministic else "possible"


def _advice(evidence: Repeated, money: float | None) -> str:
    times = "1 request was" if evidence.calls == 1 else f"{evidence.calls} requests were"
    if evidence.kind == "retry":
        why = f" after {', '.join(evidence.reasons)}" if evidence.reasons else ""
        cost = f"; {usd(money)} bought nothing" if money else ""
        return f"{times} tried again{why}{cost}."
    return f"{times} answered twice, the second time for {usd(money)}."
