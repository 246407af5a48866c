"""What the tokens that a cache missed were billed, and how grave that is."""

from collections.abc import Sequence

from analytics.caching.billed import BilledCall
from analytics.findings.cache_misses import Shortfall
from analytics.findings.cached import Cached
from analytics.findings.hit import Severity
from analytics.findings.money import total

# A gain of less than this share of what the input cost is not worth a line.
LEAST_GAIN = 0.03
HIGH, MEDIUM = 0.4, 0.1
MOST_IDS = 20


def severity(gain: float | None, cached: Cached) -> Severity:
    """By the share of the conversation's input bill that could be saved; `info` where nothing is claimed."""
    if gain is None or not cached.paid_usd:
        return "info"
    share = gain / cached.paid_usd
    return "high" if share >= HIGH else "medium" if share >= MEDIUM else "low"


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
