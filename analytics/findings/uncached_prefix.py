"""A prompt that had been sent before was billed at the full price.

What happens: the beginning of these requests was long enough for the provider's prompt cache, and an earlier call had
sent it, yet it was not read from there. Either nothing asks for caching where the API has to be asked, or the marks
stand where little is found; or an automatic cache, which promises nothing, missed time and again.

What to do: where the API has to be asked, mark the end of the instructions and the end of every request
(`cache_control`, `cachePoint`); the mark moves along with the conversation. Where a turn adds more than 20 parts, set
one between them too. Where the cache is automatic, give the calls of a conversation the same cache key, so that they
reach the same server.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from analytics.findings.cache_misses import Shortfall
from analytics.findings.cache_money import evidence_ids, paid_for, severity, worth
from analytics.findings.cached import Cached
from analytics.findings.case import Case
from analytics.findings.hit import Confidence, Hit
from analytics.findings.money import usd

type Kind = Literal["no_marks", "marks_missed", "automatic"]
# An automatic cache may miss; one that misses so often, and so many of the calls, is worth a look.
LEAST_CALLS, MANY_CALLS = 3, 6
LEAST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Uncached:
    """`calls` of `of_calls` read `read_tokens` of `eligible_tokens`. `minimum` is the least that the provider caches.

    `ttl` is the lifetime to ask for, None the default one. `keyed` is whether a cache key can be given, `key_sent`
    whether one was.
    """

    kind: Kind
    calls: int
    of_calls: int
    exchange_ids: list[str]
    eligible_tokens: int
    read_tokens: int
    minimum: int
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
            yield _unexplained(cached, unexplained)


def _unmarked(cached: Cached, found: list[Shortfall]) -> Iterator[Hit]:
    undone = cached.undone("unmarked")
    gain = undone.usd if undone else None
    if not worth(gain, cached):
        return  # caching would not have paid for its writes
    marked = any(each.call.marks for each in cached.billed)
    evidence = _evidence(cached, found, "marks_missed" if marked else "no_marks", undone.policy.ttl if undone else None)
    certain = not marked and cached.rule.guaranteed
    lifetime = f" of {evidence.ttl}" if evidence.ttl else ""
    would = f"would have cost {usd(gain)} less, the writes paid for" if gain is not None else "may have cost less"
    yield _hit(
        cached,
        found,
        evidence,
        gain,
        "certain" if certain else "likely",
        f"{'The marks stand where little is found' if marked else 'No call asks for caching'}: "
        f"{evidence.eligible_tokens - evidence.read_tokens:,} tokens that had been sent before were billed in full. "
        f"With marks{lifetime} they {would}.",
    )


def _unexplained(cached: Cached, found: list[Shortfall]) -> Hit:
    evidence = _evidence(cached, found, "automatic", None)
    useful = evidence.keyed and not evidence.key_sent
    often = len(found) >= MANY_CALLS and not evidence.read_tokens
    advice = "Give all calls of a conversation the same cache key." if useful else "The provider promises no hit."
    return _hit(
        cached,
        found,
        evidence,
        # Without a key to give there is nothing that would help for sure.
        cached.unexplained_usd() if useful else None,
        "likely" if often else "possible",
        f"{evidence.calls} of {evidence.of_calls} calls read {evidence.read_tokens:,} of {evidence.eligible_tokens:,} "
        f"tokens that the automatic cache may hold. {advice}",
    )


def _evidence(cached: Cached, found: list[Shortfall], kind: Kind, ttl: str | None) -> Uncached:
    return Uncached(
        kind=kind,
        calls=len(found),
        of_calls=len(cached.billed),
        exchange_ids=evidence_ids(found),
        eligible_tokens=sum(shortfall.eligible for shortfall in found),
        read_tokens=sum(shortfall.read for shortfall in found),
        minimum=cached.rule.minimum,
        ttl=ttl,
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
