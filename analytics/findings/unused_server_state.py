"""The provider could have kept the conversation.

What happens: every call of this conversation uploaded the whole history again, although the provider offers to keep it:
the next call then names the one before, and sends what is new. No tokens are saved by that where billing is documented:
the history that the provider restores is billed like history that is sent. What is saved is upload, and the time it
takes; the prompt cache may be hit more often.

What to do: continue from the last response's id instead of sending the history, if your rules on data allow the
provider to store it. Send instructions and tools again where the provider does not keep them. Have the full history at
hand for the day when an id has expired.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analytics.findings.case import Case
from analytics.findings.hit import Confidence, Hit
from analytics.findings.statefulness import continues_state
from analytics.findings.turn import Turn
from analytics.state.rules import State
from analytics.state.table import sibling_of, state_of

# Less than this is not worth another way of calling.
LEAST_CALLS = 2
LEAST_BYTES = 20_000
# It saves no money, so that it is never more than that; from here on the upload is felt.
MEDIUM_BYTES = 20_000_000
MOST_IDS = 20
# A client that trims what it sends has its reasons, and state would bring back what it left out.
RESHAPED = frozenset({"edit", "truncate", "compact"})


@dataclass(frozen=True, slots=True)
class Unused:
    """`calls` sent `sent_again_bytes` that the provider could have kept, of `of_calls` and `request_bytes`.

    `upload_s` is how long these bytes took at the speed measured between the application and the proxy, None where
    nothing was measured. `resent_tokens` stay on the bill either way; `uncached_tokens` of them were not read from the
    cache. `billed_tokens_saved` is 0 where the provider documents that state saves none, else unknown.
    """

    calls: int
    of_calls: int
    exchange_ids: tuple[str, ...]
    state_api: str
    state_name: str
    continued_by: tuple[str, ...]
    another_api: bool
    asked_for: bool
    lives: str | None
    sent_again_bytes: int
    request_bytes: int
    upload_s: float | None
    resent_tokens: int | None
    uncached_tokens: int | None
    billed_tokens_saved: int | None
    billing_rule: str | None
    rule_source: str
    rule_checked: str


def select(case: Case) -> Iterator[Hit]:
    last = case.turns[-1]
    own = state_of(last.provider, last.api, last.model)
    sibling = sibling_of(last.provider, last.api, last.model)
    state = own if own and own.kept else sibling
    if state is None or _unable(case, last):
        return
    kept = [turn for turn in case.turns if _keepable(case, turn, state, own is state)]
    saved = sum(_sent_again(turn, state) for turn in kept)
    if len(kept) < LEAST_CALLS or saved < LEAST_BYTES:
        return
    evidence = _evidence(case, kept, state, own is not state, saved)
    yield Hit(
        exchange_id=kept[-1].exchange_id,
        severity="medium" if saved >= MEDIUM_BYTES else "low",
        confidence=_confidence(state, own is not state),
        evidence=evidence,
        advice=_advice(evidence),
        bytes=saved,
        # Documented to save nothing, or unknown: never a promise.
        usd=0.0 if state.billing.documented else None,
    )


def _unable(case: Case, last: Turn) -> bool:
    """Whether state is used already, or cannot be: not stored on purpose, edited, or over several APIs."""
    return any(
        continues_state(turn)
        or turn.relation in RESHAPED
        or (turn.provider, turn.api) != (last.provider, last.api)
        or _unstored(turn)
        for turn in case.turns
    )


def _unstored(turn: Turn) -> bool:
    """Whether the request asks that nothing be kept: `store: false`, or reasoning sealed for the client to keep."""
    if "store" not in (text := turn.parameters_json or "") and "encrypted_content" not in text:
        return False
    asked = turn.parameters
    include = asked.get("include")
    sealed = isinstance(include, list) and "reasoning.encrypted_content" in include
    return asked.get("store") is False or sealed


def _keepable(case: Case, turn: Turn, state: State, same_api: bool) -> bool:
    """Whether this call could have named the one before instead of sending what it held."""
    parent = case.parent(turn)
    if parent is None or turn.relation != "append" or not turn.echoed_blocks or turn.warmup or not parent.well:
        return False
    if state.since and turn.started_at.date() < state.since:
        return False
    if same_api and state.stored and parent.state_id is None:  # an organisation without retention stores nothing
        return False
    if state.once and next(child for child in case.children[parent.exchange_id] if child.relation != "retry") != turn:
        return False
    idle = turn.started_at - (parent.ended_at or parent.started_at)
    return state.lives_s is None or idle.total_seconds() < state.lives_s


def _sent_again(turn: Turn, state: State) -> int:
    """The bytes that need not have been sent; instructions and tools only where they are kept too."""
    return turn.resent_bytes + turn.echoed_bytes - (0 if state.preamble else turn.resent_preamble_bytes)


def _evidence(case: Case, kept: Sequence[Turn], state: State, another: bool, saved: int) -> Unused:
    rule = state.billing
    source = rule.source or state.source
    speed = _speed(case)
    return Unused(
        calls=len(kept),
        of_calls=len(case.turns),
        exchange_ids=tuple(turn.exchange_id for turn in kept[-MOST_IDS:]),
        state_api=state.api_name,
        state_name=state.name or "",
        continued_by=state.fields,
        another_api=another,
        asked_for=state.stored is False,
        lives=state.lives,
        sent_again_bytes=saved,
        request_bytes=sum(turn.request_bytes for turn in case.turns),
        upload_s=saved / speed if speed else None,
        resent_tokens=_sum(_resent(turn) for turn in kept),
        uncached_tokens=_sum(_uncached(turn) for turn in kept),
        billed_tokens_saved=0 if rule.documented else None,
        billing_rule=rule.quote,
        rule_source=source.text,
        rule_checked=source.checked.isoformat(),
    )


def _speed(case: Case) -> float | None:
    """Bytes of requests per second, over the calls of which both ends of the upload were seen."""
    timed = [turn for turn in case.turns if turn.request_ended_at and turn.request_ended_at > turn.started_at]
    seconds = sum((turn.request_ended_at - turn.started_at).total_seconds() for turn in timed if turn.request_ended_at)
    return sum(turn.request_bytes for turn in timed) / seconds if seconds else None


def _resent(turn: Turn) -> int | None:
    if turn.resent_tokens is None or turn.echoed_tokens is None:
        return None
    return turn.resent_tokens + turn.echoed_tokens


def _uncached(turn: Turn) -> int | None:
    resent = _resent(turn)
    return None if resent is None or turn.cache_read_tokens is None else max(0, resent - turn.cache_read_tokens)


def _sum(values: Iterator[int | None]) -> int | None:
    found = list(values)
    return None if None in found else sum(value for value in found if value is not None)


def _confidence(state: State, another: bool) -> Confidence:
    """Certain where the provider did store what was sent to it again."""
    return "certain" if state.stored and not another else "likely"


def _advice(found: Unused) -> str:
    api = f"the {found.state_api} API, which would have to be called instead," if found.another_api else "this API"
    asked = " if it is asked to" if found.asked_for else ""
    said = f"{found.calls} calls uploaded {found.sent_again_bytes:,} bytes that {api} keeps{asked}: "
    said += f"continue by {' or '.join(f'`{field}`' for field in found.continued_by)}. "
    if found.billing_rule:
        rule = f"“{found.billing_rule}” ({found.rule_source}; looked up {found.rule_checked})"
        return f"{said}It saves upload, not tokens: {rule}"
    return f"{said}Whether it saves tokens is not documented ({found.rule_source}; looked up {found.rule_checked})."
