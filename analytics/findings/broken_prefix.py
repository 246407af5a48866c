"""The cache missed because something early in the prompt had changed.

What happens: a cache holds the beginning of a prompt, up to the first difference. Here an early block was not what it
had been in the call before: a date or an id in the instructions, tools in another order, an edited message, another
parameter. Everything behind it was billed anew, though nearly all of it was the same.

What to do: keep what comes first the same from call to call. Put values that change at the end, into the latest
message; sort tools by name; append to the history and do not rewrite it; keep model and parameters for a conversation.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.findings.break_place import CACHE_KEY, Break, break_of, pair_of
from analytics.findings.cache_misses import Shortfall
from analytics.findings.cache_money import evidence_ids, paid_for, severity, worth
from analytics.findings.cache_words import Cause
from analytics.findings.cached import Cached
from analytics.findings.case import Case
from analytics.findings.hit import Confidence, Hit
from analytics.findings.money import usd

CAUSES: tuple[Cause, ...] = ("preamble", "messages", "settings", "model")
WHAT = {
    "volatile": "a {value} in {path} changed",
    "reordered_tools": "the tools came in another order, from {path} on",
    "changed_tools": "the tools changed, at {path} first",
    "changed_system": "the instructions changed, at {path} first",
    "edited_message": "an earlier message was changed, at {path}",
    "changed_parameter": "the parameter {path} changed",
    "changed_model": "the model changed",
}


@dataclass(frozen=True, slots=True)
class Broken:
    """`kind` and `value` say what changed, `path` where, counted by blocks; for the first of the calls, which continues
    `before_id`. `provider_reason` is the provider's own word. `marked` is whether any call asked for caching.
    """

    kind: str
    value: str | None
    path: str
    calls: int
    of_calls: int
    exchange_ids: list[str]
    before_id: str | None
    missed_tokens: int
    provider_reason: str | None
    marked: bool
    paid_input_usd: float | None
    rule: str
    source: str
    diff: str | None


def reads(case: Case) -> Iterator[bytes]:
    """The two blocks that are compared, of the first call with each cause."""
    for cached in case.cached:
        for cause in CAUSES:
            found = cached.of(cause)
            if found and found[0].turn.readable:
                yield from pair_of(cached, found[0])


def select(case: Case) -> Iterator[Hit]:
    for cached in case.cached:
        for cause in CAUSES:
            found = cached.of(cause)
            if found:
                yield from _hits(case, cached, cause, found)


def _hits(case: Case, cached: Cached, cause: Cause, found: list[Shortfall]) -> Iterator[Hit]:
    texts = case.archive.texts(pair_of(cached, found[0])) if found[0].turn.readable else {}
    broken = break_of(cached, cause, found, texts)
    undone = cached.undone(cause)
    gain = undone.usd if undone else None
    worthwhile = worth(gain, cached)
    if broken is None or not (worthwhile or found[0].word):
        return
    evidence = _evidence(cached, found, broken)
    claimed = gain if worthwhile else None
    yield Hit(
        exchange_id=found[0].turn.exchange_id,
        severity=severity(claimed),
        confidence=_confidence(cached, found[0], broken),
        evidence=evidence,
        advice=_advice(evidence, claimed),
        tokens=evidence.missed_tokens,
        usd=claimed,
        paid_usd=paid_for(cached, found),
        key=cause,
    )


def _evidence(cached: Cached, found: list[Shortfall], broken: Break) -> Broken:
    word = found[0].word
    return Broken(
        kind=broken.kind,
        value=broken.value,
        path=broken.path,
        calls=len(found),
        of_calls=len(cached.billed),
        exchange_ids=evidence_ids(found),
        before_id=broken.before_id,
        missed_tokens=sum(shortfall.tokens for shortfall in found),
        provider_reason=word.reason if word else None,
        marked=cached.asked,
        paid_input_usd=cached.paid_usd,
        rule=cached.rule.name,
        source=cached.rule.source.text,
        diff=broken.diff,
    )


def _confidence(cached: Cached, first: Shortfall, broken: Break) -> Confidence:
    """A value that changes by itself is nobody's wish; another message, model or effort may be."""
    if first.word:
        return "certain"
    if cached.guessed or broken.kind in ("edited_message", "changed_model"):
        return "possible"
    if broken.kind in ("volatile", "reordered_tools"):
        return "certain" if cached.rule.guaranteed else "likely"
    if broken.kind == "changed_parameter":
        return "likely" if broken.path == CACHE_KEY else "possible"
    # Instructions that nobody can read may be quite others.
    return "possible" if broken.kind == "changed_system" and not broken.diff else "likely"


def _advice(evidence: Broken, gain: float | None) -> str:
    what = WHAT[evidence.kind].format(value=evidence.value or "value", path=evidence.path)
    times = "In 1 call" if evidence.calls == 1 else f"In {evidence.calls} calls"
    told = f" (the provider says: {evidence.provider_reason})" if evidence.provider_reason else ""
    marks = "" if evidence.marked else ", and with marks for the cache,"
    would = (
        f"Kept as it was{marks} it would have cost {usd(gain)} less." if gain is not None else "What it cost is open."
    )
    return f"{times} {what}{told}: {evidence.missed_tokens:,} tokens behind it were billed anew. {would}"
