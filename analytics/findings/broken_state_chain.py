"""A chain of kept state broke, and the whole history was sent.

What happens: the conversation was kept by the provider and continued by ids, until an id had expired or was unknown, or
the model was switched. The next call sent the whole history again. What the prompt cache held of the chain may be
lost with it, and is paid for at the full price.

What to do: find out why the id was gone: stored too briefly, asked for with another key or region, continued twice,
never stored (`store: false`). Continue before the state expires, or begin a new chain from the full history at once.
Switch models between conversations rather than within one; a cache is a model's own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from analytics.findings.cache_doubt import rule_of
from analytics.findings.case import Case
from analytics.findings.evidence import times
from analytics.findings.hit import Hit
from analytics.findings.money import by_money, total, usd
from analytics.findings.statefulness import continued, continues_state
from analytics.findings.stretch import stretch_usd
from analytics.findings.turn import Turn
from analytics.state.table import state_of

type Cause = Literal["id refused", "another model", "expired"]
MOST_IDS = 20
# Prices are quotients of what was paid.
SAME_PRICE = 0.999


@dataclass(frozen=True, slots=True)
class Broken:
    """`breaks` times a chain broke. The lists go together, up to 20 entries each: the call that sent the history, why
    (`id refused` with the provider's code, `another model`, `expired`), and the last call of the chain.

    `failed_calls` were answered with the error, which is not billed. `resent_tokens` were sent again, as the ledger has
    it; `lost_reads` of them were in the cache after the chain's last call and were not read from there. None where a
    count was not reported.
    """

    breaks: int
    of_calls: int
    exchange_ids: tuple[str, ...]
    causes: tuple[Cause, ...]
    chain_exchange_ids: tuple[str, ...]
    error_codes: tuple[str, ...]
    models: tuple[str, ...]
    failed_calls: int
    resent_bytes: int
    resent_tokens: int | None
    lost_reads: int | None


@dataclass(frozen=True, slots=True)
class Break:
    """One such call, the last one of the chain before it, and the refused ones between."""

    turn: Turn
    last: Turn
    refused: tuple[Turn, ...]
    cause: Cause


def select(case: Case) -> Iterator[Hit]:
    if not any(map(continues_state, case.turns)):
        return
    found = [one for at, turn in enumerate(case.turns) if (one := _break(case, at, turn))]
    if found:
        yield _hit(case, found)


def _break(case: Case, at: int, turn: Turn) -> Break | None:
    """The break that this call mends, if it sends the history in place of an id."""
    if continues_state(turn) or not turn.well or turn.relation in ("new", "retry"):
        return None
    before = case.turns[:at]
    refused = _refused(before)
    last = _last_of_chain(case, turn, refused)
    if last is None or not _whole(turn, last):
        return None
    if refused:
        return Break(turn, last, refused, "id refused")
    if not continues_state(last):
        return None
    if _name(turn) != _name(last):
        return Break(turn, last, (), "another model")
    state = state_of(last.provider, last.api, last.model)
    idle = turn.started_at - (last.ended_at or last.started_at)
    if state and state.lives_s and idle.total_seconds() > state.lives_s:
        return Break(turn, last, (), "expired")
    return None


def _refused(before: Sequence[Turn]) -> tuple[Turn, ...]:
    """The calls right before whose id the provider did not know any more."""
    found = []
    for turn in reversed(before):
        state = state_of(turn.provider, turn.api, turn.request_model)
        if not (continues_state(turn) and state and state.refused(turn.error_code, turn.error_message)):
            break
        found.append(turn)
    return tuple(reversed(found))


def _last_of_chain(case: Case, turn: Turn, refused: Sequence[Turn]) -> Turn | None:
    """The call of the chain that was answered last: what the refused ones would have continued, or this one does."""
    at = continued(case, refused[0]) if refused else continued(case, turn)
    while at is not None and not at.well:
        at = case.parent(at)
    return at


def _whole(turn: Turn, last: Turn) -> bool:
    """Whether it sends what was said before, and not a question alone."""
    return turn.history_blocks > last.history_blocks + 1 or turn.echoed_blocks > 0


def _name(turn: Turn) -> str | None:
    """The model as it was asked for: the response's may carry a date."""
    return turn.request_model or turn.model


def _hit(case: Case, found: Sequence[Break]) -> Hit:
    shown = found[-MOST_IDS:]
    turns = [one.turn for one in found]
    models = {name: None for one in found for name in (_name(one.last), _name(one.turn)) if name}
    evidence = Broken(
        breaks=len(found),
        of_calls=len(case.turns),
        exchange_ids=tuple(one.turn.exchange_id for one in shown),
        causes=tuple(one.cause for one in shown),
        chain_exchange_ids=tuple(one.last.exchange_id for one in shown),
        error_codes=tuple(sorted({turn.error_code or "" for one in found for turn in one.refused})),
        models=tuple(models),
        failed_calls=sum(len(one.refused) for one in found),
        resent_bytes=sum(turn.resent_bytes + turn.echoed_bytes for turn in turns),
        resent_tokens=_sum([_resent(turn) for turn in turns]),
        lost_reads=_sum([_lost(one) for one in found]),
    )
    wasted = total(_wasted(one) for one in found)
    return Hit(
        exchange_id=turns[-1].exchange_id,
        severity=by_money(wasted),
        # An expired id that nobody asked for is a conclusion from the pause.
        confidence="likely" if all(one.cause == "expired" for one in found) else "certain",
        evidence=evidence,
        advice=_advice(evidence, wasted),
        tokens=evidence.resent_tokens,
        bytes=evidence.resent_bytes,
        usd=wasted,
        paid_usd=total(value for turn in turns for value in (turn.resent_usd, turn.echoed_usd)),
    )


def _resent(turn: Turn) -> int | None:
    if turn.resent_tokens is None or turn.echoed_tokens is None:
        return None
    return turn.resent_tokens + turn.echoed_tokens


def _lost(one: Break) -> int | None:
    """Tokens that the cache held after the chain's last call, and this one, which sent them too, did not read."""
    turn, last = one.turn, one.last
    held = _held(last)
    if turn.cache_read_tokens is None or held is None or turn.input_tokens is None:
        return None
    if turn.cache_read_tokens >= (last.cache_read_tokens or 0) or _expired(one):
        return 0
    return max(0, min(held, turn.input_tokens) - turn.cache_read_tokens)


def _expired(one: Break) -> bool:
    """Whether the pause alone was longer than the cache lives: a whole chain would have lost it, too."""
    rule = rule_of(one.last)
    lasts = rule.seconds(None) if rule else None
    return lasts is not None and (one.turn.started_at - one.last.started_at).total_seconds() > lasts


def _held(last: Turn) -> int | None:
    """What the cache held of the chain after its last call, as far as that is seen to have used it."""
    if not last.cache_read_tokens:
        return last.cache_read_tokens
    rule = rule_of(last)
    if rule and rule.family == "prefix" and last.input_tokens:
        return last.input_tokens - last.input_tokens % rule.granularity
    return last.cache_read_tokens + (last.cache_write_tokens or 0)


def _wasted(one: Break) -> float | None:
    """What the lost reads cost beyond the price of reads; nothing where the other model is the cheaper one.

    The history itself is billed in a whole chain too, so that nothing else of it is avoidable.
    """
    lost = _lost(one)
    if not lost:
        return None if lost is None else 0.0
    paid = stretch_usd(one.turn, one.turn.cache_read_tokens or 0, lost)
    read, ratio = _rate(one.last.cache_read_usd, one.last.cache_read_tokens), _price_ratio(one)
    if paid is None or read is None or ratio is None:
        return None
    return max(0.0, paid - read * ratio * lost) if ratio >= SAME_PRICE else 0.0


def _price_ratio(one: Break) -> float | None:
    """What a token costs this call's model against what it cost the chain's; None where that cannot be told."""
    if _name(one.turn) == _name(one.last):
        return 1.0
    for paid in (_uncached_rate, _write_rate):
        now, before = paid(one.turn), paid(one.last)
        if now is not None and before:
            return now / before
    return None


def _uncached_rate(turn: Turn) -> float | None:
    return _rate(turn.uncached_usd, turn.uncached_tokens)


def _write_rate(turn: Turn) -> float | None:
    return _rate(turn.cache_write_usd, turn.cache_write_tokens)


def _rate(usd: float | None, tokens: int | None) -> float | None:
    return usd / tokens if usd is not None and tokens else None


def _sum(values: Sequence[int | None]) -> int | None:
    return None if None in values else sum(value for value in values if value is not None)


def _advice(found: Broken, wasted: float | None) -> str:
    codes = f" ({', '.join(found.error_codes)})" if found.error_codes else ""
    why = ", ".join(dict.fromkeys(found.causes)) + codes
    cost = "" if not wasted else f" What the cache had held cost {usd(wasted)} more than it would have."
    sent = "Its history was sent whole." if found.breaks == 1 else "Each time its history was sent whole."
    return f"The kept conversation broke {times(found.breaks)}: {why}. {sent}{cost}"
