"""A prompt that had been sent before was billed at the full price.

What happens: the beginning of these requests was long enough for the provider's prompt cache, and an earlier call had
sent it, yet it was not read from there. Either nothing asks for caching where the API has to be asked, or the marks
stand where nothing is found; or an automatic cache, which promises nothing, missed time and again.

What to do: where the API has to be asked, mark the end of the instructions and the end of every request
(`cache_control`, `cachePoint`); the mark moves along with the conversation. Where the cache is automatic, give the
calls of a conversation the same cache key, so that they reach the same server.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from analytics.findings.cache_misses import Shortfall
from analytics.findings.cache_money import LEAST_GAIN, evidence_ids, paid_for, severity
from analytics.findings.cached import Cached
from analytics.findings.case import Case
from analytics.findings.hit import Confidence, Hit
from analytics.findings.money import usd

type Kind = Literal["no_marks", "marks_missed", "automatic"]
# An automatic cache may miss; one that misses so often, of so many calls in a row, is worth a look.
LEAST_CALLS, MANY_CALLS = 3, 6
LEAST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Uncached:
    """`calls` of `of_calls` read `read_tokens` of `eligible_tokens`. `minimum` is the least that the provider caches.

    `keyed` is whether a cache key can be given, `key_sent` whether one was.
    """

    kind: Kind
    calls: int
    of_calls: int
    exchange_ids: list[str]
    eligible_tokens: int
    read_tokens: int
    minimum: int
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
    if gain is not None and gain <= LEAST_GAIN * (cached.paid_usd or 0.0):
        return  # caching would not have paid for its writes
    marked = any(each.call.marks for each in cached.billed)
    evidence = _evidence(cached, found, "marks_missed" if marked else "no_marks")
    confidence: Confidence = (
        "likely" if cached.guessed or marked or not cached.billed[0].call.rule.guaranteed else "certain"
    )
    where = "at places where nothing was found" if marked else "nowhere"
    yield _hit(
        found,
        evidence,
        gain,
        confidence,
        f"The calls ask {where} for caching: {evidence.eligible_tokens - evidence.read_tokens:,} tokens that had been "
        f"sent before were billed in full. With marks they would have cost {usd(gain)} less, the writes paid for.",
        cached,
    )


def _unexplained(cached: Cached, found: list[Shortfall]) -> Hit:
    evidence = _evidence(cached, found, "automatic")
    useful = evidence.keyed and not evidence.key_sent
    # Without a key to give there is nothing that would help for sure.
    gain = cached.unexplained_usd() if useful else None
    advice = "Give all calls of a conversation the same cache key." if useful else "The provider promises no hit."
    often = len(found) >= MANY_CALLS and not evidence.read_tokens
    return _hit(
        found,
        evidence,
        gain,
        "likely" if often else "possible",
        f"{evidence.calls} of {evidence.of_calls} calls read {evidence.read_tokens:,} of {evidence.eligible_tokens:,} "
        f"tokens that the automatic cache may hold. {advice}",
        cached,
    )


def _evidence(cached: Cached, found: list[Shortfall], kind: Kind) -> Uncached:
    rule = cached.billed[0].call.rule
    return Uncached(
        kind=kind,
        calls=len(found),
        of_calls=len(cached.billed),
        exchange_ids=evidence_ids(found),
        eligible_tokens=sum(shortfall.eligible for shortfall in found),
        read_tokens=sum(shortfall.read for shortfall in found),
        minimum=rule.minimum,
        keyed=rule.keyed,
        key_sent=any(each.call.cache_key for each in cached.billed),
        paid_input_usd=cached.paid_usd,
        rule=rule.name,
        source=rule.source.text,
    )


def _hit(
    found: list[Shortfall], evidence: Uncached, gain: float | None, confidence: Confidence, advice: str, cached: Cached
) -> Hit:
    return Hit(
        exchange_id=found[0].turn.exchange_id,
        severity=severity(gain, cached),
        confidence=confidence,
        evidence=evidence,
        advice=advice,
        tokens=sum(shortfall.tokens for shortfall in found),
        usd=gain,
        paid_usd=paid_for(cached, found),
        key=evidence.kind,
    )
