"""The arithmetic of a bill: reported tokens × rates, class by class.

Each class is priced on its own, so that one missing rate or count leaves the others standing. No tokens cost nothing
whatever the rate; tokens without a rate cost an unknown amount. A count the provider did not give is taken as none
beside counts that it gave (a provider without a cache reports no cached tokens).
"""

from dataclasses import dataclass
from math import fsum
from typing import Literal

from analytics.dialects.exchange import Usage
from analytics.pricing.cost import NONE, Cost, CostParts, Rates, Ttl, joined

MTOK = 1_000_000
# "mixed": several lifetimes were asked for, and the usage does not say how many tokens got which.
type AskedTtl = Ttl | Literal["mixed"] | None


@dataclass(frozen=True, slots=True)
class Charge:
    """The money for one class, or why it is unknown."""

    usd: float | None
    reason: str | None = None


NOTHING = Charge(0.0)


def charged(usage: Usage, rates: Rates, asked: AskedTtl = None, output_billed: bool = True) -> Cost:
    """What this usage costs at these rates. `asked` is the lifetime the request wanted for its cache writes."""
    if not usage.reported:
        return Cost(None, NONE, "the provider reported no usage")
    charges = _charges(usage, rates, asked, output_billed)
    uncached, read, written, output = (charge.usd for charge in charges)
    parts = CostParts(uncached, read, written, output, outside=0.0)
    reasons = list(dict.fromkeys(charge.reason for charge in charges))
    amounts = [charge.usd for charge in charges if charge.usd is not None]
    if len(amounts) < len(charges) or rates.uncounted:
        return Cost(None, NONE, joined(rates.reason, *reasons, rates.uncounted) if rates.known else rates.reason, parts)
    return Cost(fsum(amounts), rates.basis, rates.reason, parts)


def _charges(usage: Usage, rates: Rates, asked: AskedTtl, output_billed: bool) -> tuple[Charge, Charge, Charge, Charge]:
    """Uncached input, cache read, cache write, output."""
    contradiction = _contradiction(usage)
    if contradiction:
        doubt = Charge(None, contradiction)
        return doubt, doubt, doubt, _output(usage, rates, output_billed)
    return (
        _uncached(usage, rates),
        _times(usage.cache_read_tokens, rates.cache_read, "cache reads"),
        _writes(usage, rates, asked),
        _output(usage, rates, output_billed),
    )


def _contradiction(usage: Usage) -> str | None:
    """What in the input counts cannot be: a part larger than its whole, or a negative count."""
    counts = (usage.input_tokens, usage.cache_read_tokens, usage.cache_write_tokens, usage.audio_input_tokens)
    if any(count is not None and count < 0 for count in (*counts, *_split(usage).values())):
        return "the usage contradicts itself: a negative count"
    whole, cached = usage.input_tokens, (usage.cache_read_tokens or 0) + _written(usage)
    if whole is not None and max(cached, usage.audio_input_tokens or 0) > whole:
        return f"the usage contradicts itself: {cached} cached tokens in {whole} input tokens"
    if sum(_split(usage).values()) > _written(usage):
        return "the usage contradicts itself: the writes by lifetime exceed all writes"
    return None


def _split(usage: Usage) -> dict[Ttl, int]:
    return {
        "5m": usage.cache_write_5m_tokens or 0,
        "30m": usage.cache_write_30m_tokens or 0,
        "1h": usage.cache_write_1h_tokens or 0,
        "12h": usage.cache_write_12h_tokens or 0,
    }


def _written(usage: Usage) -> int:
    return sum(_split(usage).values()) if usage.cache_write_tokens is None else usage.cache_write_tokens


def _uncached(usage: Usage, rates: Rates) -> Charge:
    if usage.input_tokens is None:
        return Charge(None, "the provider did not report the input tokens")
    cached = (usage.cache_read_tokens or 0) + _written(usage)
    audio = usage.audio_input_tokens or 0
    if audio and cached and rates.audio_input != rates.uncached_input:
        return Charge(None, "the usage does not say how much of the audio was cached")
    return _with_audio(usage.input_tokens - cached, min(audio, usage.input_tokens - cached), rates, "input")


def _output(usage: Usage, rates: Rates, billed: bool) -> Charge:
    if not billed:
        return NOTHING
    tokens, audio = usage.output_tokens, usage.audio_output_tokens or 0
    if tokens is None:
        return Charge(None, "the provider did not report the output tokens")
    if not 0 <= audio <= tokens:
        return Charge(None, f"the usage contradicts itself: {audio} audio tokens in {tokens} output tokens")
    return _with_audio(tokens, audio, rates, "output")


def _with_audio(tokens: int, audio: int, rates: Rates, side: Literal["input", "output"]) -> Charge:
    """Text tokens at the text rate, audio tokens at theirs."""
    text_rate, audio_rate = (
        (rates.uncached_input, rates.audio_input) if side == "input" else (rates.output, rates.audio_output)
    )
    text, spoken = _times(tokens - audio, text_rate, side), _times(audio, audio_rate, f"audio {side}")
    if text.usd is None or spoken.usd is None:
        return Charge(None, joined(text.reason, spoken.reason))
    return Charge(text.usd + spoken.usd)


def _writes(usage: Usage, rates: Rates, asked: AskedTtl) -> Charge:
    """Each lifetime at its own rate; what the usage does not split, at the lifetime that was asked for."""
    split = _split(usage)
    rest = _written(usage) - sum(split.values())
    if rest and asked == "mixed":
        return Charge(None, "the usage does not say which cache writes got which lifetime")
    charges = [_times(count, rates.cache_write(ttl), f"{ttl} cache writes") for ttl, count in split.items()]
    ttl = rates.default_write if asked is None or asked == "mixed" else asked
    charges.append(_times(rest, rates.cache_write(ttl), f"{ttl} cache writes"))
    amounts = [charge.usd for charge in charges if charge.usd is not None]
    if len(amounts) < len(charges):
        return Charge(None, joined(*dict.fromkeys(charge.reason for charge in charges)))
    return Charge(fsum(amounts))


def _times(tokens: int | None, rate: float | None, what: str) -> Charge:
    if not tokens:
        return NOTHING
    return Charge(None, f"no price for {what}") if rate is None else Charge(tokens * rate / MTOK)
