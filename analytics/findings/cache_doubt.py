"""Which conversations a cache's bill has to be looked at closely for, told from their turns alone.

A look costs the loading of every block's hash; most conversations read what they could and need none.
"""

from collections.abc import Sequence

from analytics.caching.rules import CacheRule
from analytics.caching.table import rule_for
from analytics.findings.turn import Turn

# A shortfall of fewer tokens, or of a smaller share of what could have been read, is not worth a line.
LEAST_TOKENS = 1_000
LEAST_SHARE = 0.1
# Reads save nine tenths or less, writes cost a quarter or more: where so many more tokens were read, caching has paid.
PAID_FOR = 1.2


def rule_of(turn: Turn) -> CacheRule | None:
    """How its provider caches; None where that is unknown, or nothing is cached."""
    rule = rule_for(turn.provider, turn.api, turn.model)
    return rule if rule and rule.family != "none" else None


def read_of(turn: Turn, rule: CacheRule) -> int | None:
    """The tokens that its provider read from the cache; None where it did not say.

    Caches that are asked for report nothing where nothing was asked for, and Google leaves counts of 0 out.
    """
    if turn.cache_read_tokens is None and (rule.family == "breakpoints" or rule.name == "gemini"):
        return 0
    return turn.cache_read_tokens


def preamble_tokens(turn: Turn) -> int:
    return (turn.tools_tokens or 0) + (turn.system_tokens or 0)


def doubtful(turns: Sequence[Turn]) -> bool:
    """Whether a call of this conversation read much less than had been sent, or much was written and little read."""
    by_id = {turn.exchange_id: turn for turn in turns}
    return any(_short(turn, by_id.get(turn.parent_exchange_id or "")) for turn in turns) or unread(turns)


def _short(turn: Turn, parent: Turn | None) -> bool:
    rule = rule_of(turn) if turn.input_tokens and turn.well else None
    read = read_of(turn, rule) if rule else None
    if rule is None or read is None:
        return False
    before = preamble_tokens(turn) if turn.preamble_used_before else 0
    sent = min(max(before, (parent.input_tokens or 0) if parent else 0), turn.input_tokens or 0)
    return sent >= rule.minimum and sent - read >= max(LEAST_TOKENS, LEAST_SHARE * sent)


def unread(turns: Sequence[Turn]) -> bool:
    """Whether so much was written to the cache that what was read cannot have paid for it."""
    written = sum(turn.cache_write_tokens or 0 for turn in turns)
    return written >= LEAST_TOKENS and sum(turn.cache_read_tokens or 0 for turn in turns) < PAID_FOR * written
