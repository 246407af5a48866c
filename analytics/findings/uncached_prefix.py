"""A prompt that had been sent before was billed at the full price.

What happens: the beginning of these requests was long enough for the provider's prompt cache, and an earlier call had
sent it, yet it was not read from there. Either nothing asks for caching where the API has to be asked, or the marks
stand where little is found or do not reach the provider; or an automatic cache, which promises nothing, missed time
and again.

What to do: where the API has to be asked, mark the end of the instructions and the end of every request
(`cache_control`, `cachePoint`); the mark moves along with the conversation. Where a turn adds more than 20 parts, set
one between them too. Where the cache is automatic, give the calls of a conversation the same cache key, so that they
reach the same server.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from analytics.caching.call import Policy
from analytics.findings.cache_misses import Shortfall
from analytics.findings.cache_money import evidence_ids, paid_for, severity, worth
from analytics.findings.cached import Cached
from analytics.findings.case import Case
from analytics.findings.hit import Confidence, Hit
from analytics.findings.money import usd

type Kind = Literal["no_marks", "marks_missed", "marks_ignored", "unexplained", "automatic"]
SAID = {
    "no_marks": "No call asks for caching",
    "marks_missed": "The marks stand where little is found",
    "marks_ignored": "The calls ask for caching, and the provider did as if they had not",
}
PLACED = {"automatic": "behind the instructions and every request", "preamble": "behind the instructions"}
KEY = "Give all calls of a conversation the same cache key."
WHY = "What else kept the cache from being read is not to be seen."
NO_PROMISE = "The provider promises no hit."
# An automatic cache may miss; one that misses so often, and so many of the calls, is worth a look.
LEAST_CALLS, MANY_CALLS = 3, 6
LEAST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Uncached:
    """`calls` of `of_calls` read `read_tokens` of `eligible_tokens`. `minimum` is the least that the provider caches.

    `marks` is where they would have saved the most (`automatic`: behind the instructions and every request, `preamble`:
    behind the instructions only), `ttl` the lifetime to ask for, None the default one. `keyed` is whether a cache key
    can be given, `key_sent` whether one was.
    """

    kind: Kind
    calls: int
    of_calls: int
    exchange_ids: list[str]
    eligible_tokens: int
    read_tokens: int
    minimum: int
    marks: str | None
    ttl: str | None
    keyed: bool
    key_sent: bool
    paid_input_usd: float | None
    rule: str
    source: str


def select(case: Case) -> Iterator[Hit]:
    for cached in case.cached:
        unmarked = cached.of("unmarked")
        if unmarked:
            yield from _unmarked(cached, unmarked)
        unexplained = cached.of("unexplained")
        if len(unexplained) >= max(LEAST_CALLS, LEAST_SHARE * len(cached.billed)):
            yield _ignored(cached, unexplained) if _unheeded(cached) else _unexplained(cached, unexplained)


def _unheeded(cached: Cached) -> bool:
    """Whether calls asked for caching and nothing was read or written."""
    usages = (each.usage for each in cached.billed)
    return cached.rule.family == "breakpoints" and not any(u.cache_read_tokens or u.cache_write_tokens for u in usages)


def _unmarked(cached: Cached, found: list[Shortfall]) -> Iterator[Hit]:
    undone = cached.undone("unmarked")
    gain = undone.usd if undone else None
    if not undone or not worth(gain, cached):
        return  # caching would not have paid for its writes
    marked = any(each.call.marks for each in cached.billed)
    evidence = _evidence(cached, found, "marks_missed" if marked else "no_marks", undone.policy)
    lifetime = f" of {evidence.ttl}" if evidence.ttl else ""
    would = f"would have cost {usd(gain)} less, the writes paid for" if gain is not None else "may have cost less"
    advice = f"{_billed_in_full(evidence)} With marks{lifetime} {PLACED[undone.policy.marks]} they {would}."
    certain = not marked and cached.rule.guaranteed
    yield _hit(cached, found, evidence, gain, "certain" if certain else "likely", advice)


def _ignored(cached: Cached, found: list[Shortfall]) -> Hit:
    evidence = _evidence(cached, found, "marks_ignored")
    gain = cached.beyond_rule(cached.billed)
    advice = f"{_billed_in_full(evidence)} See whether something on the way drops the marks. {_saving(gain)}"
    return _hit(cached, found, evidence, gain, "likely", advice.strip())


def _unexplained(cached: Cached, found: list[Shortfall]) -> Hit:
    evidence = _evidence(cached, found, "unexplained" if cached.rule.family == "breakpoints" else "automatic")
    useful = evidence.keyed and not evidence.key_sent
    often = len(found) >= MANY_CALLS and not evidence.read_tokens
    ids = {shortfall.turn.exchange_id for shortfall in found}
    # Without a key to give there is nothing that would help for sure.
    gain = cached.beyond_rule(each for each in cached.billed if each.call.call_id in ids) if useful else None
    advice = (
        f"{evidence.calls} of {evidence.of_calls} calls read {evidence.read_tokens:,} of {evidence.eligible_tokens:,} "
        f"tokens that the cache may hold. {KEY if useful else WHY if cached.rule.guaranteed else NO_PROMISE}"
    )
    return _hit(cached, found, evidence, gain, "likely" if often else "possible", advice)


def _billed_in_full(evidence: Uncached) -> str:
    tokens = evidence.eligible_tokens - evidence.read_tokens
    return f"{SAID[evidence.kind]}: {tokens:,} tokens that had been sent before were billed in full."


def _saving(gain: float | None) -> str:
    return f"Cached as was asked for they would have cost {usd(gain)} less." if gain is not None else ""


def _evidence(cached: Cached, found: list[Shortfall], kind: Kind, policy: Policy | None = None) -> Uncached:
    return Uncached(
        kind=kind,
        calls=len(found),
        of_calls=len(cached.billed),
        exchange_ids=evidence_ids(found),
        eligible_tokens=sum(shortfall.eligible for shortfall in found),
        read_tokens=sum(shortfall.read for shortfall in found),
        minimum=cached.rule.minimum,
        marks=policy.marks if policy else None,
        ttl=policy.ttl if policy else None,
        keyed=cached.rule.keyed,
        key_sent=any(each.call.cache_key for each in cached.billed),
        paid_input_usd=cached.paid_usd,
        rule=cached.rule.name,
        source=cached.rule.source.text,
    )


def _hit(
    cached: Cached, found: list[Shortfall], evidence: Uncached, gain: float | None, confidence: Confidence, advice: str
) -> Hit:
    return Hit(
        exchange_id=found[0].turn.exchange_id,
        severity=severity(gain),
        confidence=confidence,
        evidence=evidence,
        advice=advice,
        tokens=sum(shortfall.tokens for shortfall in found),
        usd=gain,
        paid_usd=paid_for(cached, found),
        key=evidence.kind,
    )
