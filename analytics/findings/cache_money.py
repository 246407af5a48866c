"""What the tokens that a cache missed were billed, and how grave that is."""

from collections.abc import Sequence

from analytics.caching.billed import BilledCall
from analytics.findings.cache_misses import Shortfall
from analytics.findings.cached import Cached
from analytics.findings.hit import Severity
from analytics.findings.money import by_money, total

# A gain of less than this share of what the input cost is not worth a line.
LEAST_GAIN = 0.03
MOST_IDS = 20


def severity(gain: float | None) -> Severity:
    """By what could be saved; `info` where nothing is claimed."""
    return "info" if gain is None else by_money(gain)


def worth(gain: float | None, cached: Cached) -> bool:
    """Whether it is worth a line; what is unknown may be."""
    return gain is None or gain > LEAST_GAIN * (cached.paid_usd or 0.0)


def evidence_ids(found: Sequence[Shortfall]) -> list[str]:
    return [shortfall.turn.exchange_id for shortfall in found[:MOST_IDS]]


def paid_for(cached: Cached, found: Sequence[Shortfall]) -> float | None:
    """What was paid for the missed tokens. Caches hold the front of a prompt: they were written first, then sent."""
    billed = {each.call.call_id: each for each in cached.billed}
    return total(_paid(billed[shortfall.turn.exchange_id], shortfall.tokens) for shortfall in found)


def _paid(billed: BilledCall, tokens: int) -> float | None:
    usage, paid = billed.usage, billed.paid
    written = usage.cache_write_tokens or 0
    uncached = billed.call.input_tokens - written - (usage.cache_read_tokens or 0)
    rest = min(max(0, tokens - written), uncached)
    return total((_share(paid.write, min(tokens, written), written), _share(paid.uncached, rest, uncached)))


def _share(usd: float | None, tokens: int, of: int) -> float | None:
    if not tokens:
        return 0.0
    return None if usd is None else usd * tokens / of
