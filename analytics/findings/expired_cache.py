"""The cache had expired when the next call came.

What happens: the pause between two calls was longer than the provider keeps what it has cached. The conversation so
far was billed at the full price again, or written to the cache again at a premium.

What to do: where pauses are the rule (a person reads and thinks, a tool runs for minutes) ask for the longer lifetime,
if the provider has one. It costs more to write, so it pays only where calls come back in time: the figures here tell
whether it would have paid for this conversation.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.findings.cache_misses import Shortfall
from analytics.findings.cache_money import evidence_ids, paid_for, severity, worth
from analytics.findings.cache_steps import longer_ttls
from analytics.findings.cached import Cached
from analytics.findings.case import Case
from analytics.findings.hit import Confidence, Hit
from analytics.findings.money import usd

MOST_PAUSES = 20
# What was paid for the expiry is this share of the conversation's input bill, or it is not worth a line.
LEAST_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Expired:
    """`pauses` are the seconds since the last use, `lifetime_s` what the cache lives. `longer` names the lifetimes that
    could have been asked for, `best` the one whose saving is given; None where none is known to save.
    """

    calls: int
    of_calls: int
    exchange_ids: list[str]
    pauses: list[float]
    lifetime_s: float
    longer: list[str]
    best: str | None
    missed_tokens: int
    paid_input_usd: float | None
    rule: str
    source: str


def select(case: Case) -> Iterator[Hit]:
    for cached in case.cached:
        found = cached.of("expired")
        paid = paid_for(cached, found)
        if found and (paid is None or paid >= LEAST_SHARE * (cached.paid_usd or 0.0)):
            yield from _hits(cached, found, paid)


def _hits(cached: Cached, found: list[Shortfall], paid: float | None) -> Iterator[Hit]:
    undone = cached.undone("expired")
    gain = undone.usd if undone else None
    if not worth(gain, cached):
        return  # there is a longer lifetime, and it would not have paid
    evidence = _evidence(cached, found, undone.policy.ttl if undone and gain is not None else None)
    yield Hit(
        exchange_id=found[0].turn.exchange_id,
        severity=severity(gain),
        confidence=_confidence(cached),
        evidence=evidence,
        advice=f"{evidence.calls} of {evidence.of_calls} calls came after more than {_spoken(evidence.lifetime_s)}, "
        f"when the cache was gone: {evidence.missed_tokens:,} tokens were paid for again. {_advice(evidence, gain)}",
        tokens=evidence.missed_tokens,
        usd=gain,
        paid_usd=paid,
    )


def _evidence(cached: Cached, found: list[Shortfall], best: str | None) -> Expired:
    misses = [shortfall.miss for shortfall in found if shortfall.miss]
    return Expired(
        calls=len(found),
        of_calls=len(cached.billed),
        exchange_ids=evidence_ids(found),
        pauses=[round(miss.seconds or 0.0, 1) for miss in misses[:MOST_PAUSES]],
        lifetime_s=min((miss.ttl_s for miss in misses if miss.ttl_s), default=0.0),
        longer=longer_ttls(list(cached.calls.values())),
        best=best,
        missed_tokens=sum(shortfall.tokens for shortfall in found),
        paid_input_usd=cached.paid_usd,
        rule=cached.rule.name,
        source=cached.rule.source.text,
    )


def _confidence(cached: Cached) -> Confidence:
    """An automatic cache may lose an entry for reasons of its own, before its time."""
    if cached.guessed:
        return "possible"
    return "certain" if cached.rule.guaranteed else "likely"


def _advice(evidence: Expired, gain: float | None) -> str:
    if evidence.best:
        return f"With a lifetime of {evidence.best} the conversation would have cost {usd(gain)} less."
    if evidence.longer:
        return f"Whether {' or '.join(evidence.longer)} would have paid is unknown."
    return "There is no longer lifetime to ask for."


def _spoken(seconds: float) -> str:
    return f"{seconds / 3600:g} h" if seconds >= 3600 else f"{seconds / 60:g} min"
