"""What a stretch of a prompt cost, at what was paid."""

from analytics.findings.turn import Turn


def stretch_usd(turn: Turn, start: int, tokens: int) -> float | None:
    """The cost of so many input tokens from a place on, counted from the front; None where a price is unknown.

    Caches hold the front of a prompt: reads come first, then writes, then what was uncached (docs/ledgers.md).
    """
    classes = (
        (turn.cache_read_tokens or 0, turn.cache_read_usd),
        (turn.cache_write_tokens or 0, turn.cache_write_usd),
        (turn.uncached_tokens, turn.uncached_usd),
    )
    at, cost = 0, 0.0
    for count, usd in classes:
        if count is None:
            return None
        shared = min(start + tokens, at + count) - max(start, at)
        if shared > 0:
            if usd is None:
                return None
            cost += usd * shared / count
        at += count
    return cost
