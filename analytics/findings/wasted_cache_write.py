"""A prompt was written to the cache at a premium, and never read.

What happens: writing to the prompt cache costs more than sending the same tokens uncached. It pays when a later call
reads them in time. Nothing came back for what was written here: a single question, a batch of unrelated requests, or
marks on parts that are different in every call.

What to do: ask for caching only of what comes again (the tools and the instructions), and leave the marks off requests
that nobody continues. Where the provider writes by itself (OpenAI from GPT-5.6 on), switch that off for such calls with
`prompt_cache_options: {"mode": "explicit"}`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.caching.billed import BilledCall
from analytics.caching.rules import CacheRule
from analytics.findings.cache_doubt import LEAST_TOKENS, preamble_tokens, rule_of, unread
from analytics.findings.cache_money import MOST_IDS, severity, worth
from analytics.findings.cached import Cached
from analytics.findings.case import Case
from analytics.findings.hit import Hit
from analytics.findings.money import total, usd
from analytics.findings.turn import Turn

# Reading a little more than before is rounding, not reading what was written in between.
SLACK = 64


@dataclass(frozen=True, slots=True)
class Wasted:
    """`written_tokens` by `calls` of `of_calls` were not read by any call within `lifetime_s` of their last use."""

    calls: int
    of_calls: int
    exchange_ids: list[str]
    written_tokens: int
    unread_tokens: int
    read_tokens: int
    premium_usd: float | None
    saved_by_reads_usd: float | None
    lifetime_s: float
    paid_input_usd: float | None
    rule: str
    source: str


@dataclass(frozen=True, slots=True)
class Write:
    """Tokens that a call wrote, and how many of them no later call can have read."""

    billed: BilledCall
    turn: Turn
    tokens: int
    wasted: int


def due(case: Case) -> datetime | None:
    """When what was written last has expired: until then somebody may still read it."""
    if not unread(case.turns):
        return None
    times = [turn.started_at + timedelta(seconds=_lasts(turn, rule)) for turn, rule in _writing(case.turns)]
    return max(times, default=None)


def select(case: Case) -> Iterator[Hit]:
    until = due(case)
    if until is None or until > case.latest:
        return
    for cached in case.cached:
        # Where a change or a pause kept it from being read, that is another finding, with its own money.
        if any((undone := cached.undone(each.cause)) and (undone.usd or 0.0) > 0.0 for each in cached.shortfalls):
            continue
        writes = list(_writes(case, cached))
        wasted = [write for write in writes if write.wasted]
        if sum(write.wasted for write in wasted) >= LEAST_TOKENS:
            yield from _hits(cached, writes, wasted)


def _writing(turns: Iterable[Turn]) -> Iterator[tuple[Turn, CacheRule]]:
    for turn in turns:
        rule = rule_of(turn)
        if rule and rule.write and turn.cache_write_tokens:
            yield turn, rule


def _lasts(turn: Turn, rule: CacheRule) -> float:
    """How long what this call wrote can be read, without another use."""
    written = {ttl: getattr(turn, f"cache_write_{ttl}_tokens", None) for ttl in rule.ttls}
    return max((rule.ttls[ttl] for ttl, tokens in written.items() if tokens), default=rule.seconds(None) or 0.0)


def _writes(case: Case, cached: Cached) -> Iterator[Write]:
    most = _read_later(case)
    for billed in cached.billed:
        turn = case.by_id[billed.call.call_id]
        if turn.cache_write_tokens:
            yield Write(billed, turn, turn.cache_write_tokens, _wasted(turn, billed.call.rule, most[turn.exchange_id]))


def _read_later(case: Case) -> dict[str, int]:
    """The most that a call after each one read."""
    most, found = 0, {}
    for turn in reversed(case.turns):
        found[turn.exchange_id] = most
        most = max(most, turn.cache_read_tokens or 0)
    return found


def _wasted(turn: Turn, rule: CacheRule, read_later: int) -> int:
    """How many of the tokens that it wrote no later call can have read."""
    written, read, after = turn.cache_write_tokens or 0, turn.cache_read_tokens or 0, turn.preamble_used_after
    if read_later > read + SLACK:
        return 0
    if after is None or after - turn.started_at > timedelta(seconds=_lasts(turn, rule)):
        return written
    if (turn.preamble_read_after or 0) > read + SLACK:
        return 0
    # Another call has the same instructions: they may be read yet, what comes after them is this call's own.
    return max(0, written - max(0, preamble_tokens(turn) - read))


def _hits(cached: Cached, writes: list[Write], wasted: list[Write]) -> Iterator[Hit]:
    premium = total(_premium(cached, write) for write in wasted)
    saved = total(_saved(cached, each) for each in cached.billed)
    gain = None if premium is None or saved is None else premium
    if premium is not None and saved is not None and saved >= premium:
        return  # the cache has paid for itself; the last call's write is the price of that
    if not worth(premium, cached) or _only_the_last(cached, wasted):
        return
    tokens = sum(write.wasted for write in wasted)
    evidence = Wasted(
        calls=len(wasted),
        of_calls=len(cached.billed),
        exchange_ids=[write.turn.exchange_id for write in wasted[:MOST_IDS]],
        written_tokens=sum(write.tokens for write in writes),
        unread_tokens=tokens,
        read_tokens=sum(each.usage.cache_read_tokens or 0 for each in cached.billed),
        premium_usd=premium,
        saved_by_reads_usd=saved,
        lifetime_s=max(_lasts(write.turn, cached.rule) for write in wasted),
        paid_input_usd=cached.paid_usd,
        rule=cached.rule.name,
        source=cached.rule.source.text,
    )
    yield Hit(
        exchange_id=wasted[0].turn.exchange_id,
        severity=severity(gain),
        # Of one call nobody knows whether it was meant to be continued.
        confidence="likely" if len(wasted) > 1 else "possible",
        evidence=evidence,
        advice=f"{tokens:,} tokens were written to the cache and not read until they expired. "
        f"Uncached they would have cost {usd(premium)} less.",
        tokens=tokens,
        usd=gain,
        paid_usd=total(_paid(write) for write in wasted),
    )


def _only_the_last(cached: Cached, wasted: list[Write]) -> bool:
    """Whether it is the end of a talk: that nobody would go on was not to be known."""
    return len(cached.billed) > 1 and len(wasted) == 1 and wasted[0].billed is cached.billed[-1]


def _paid(write: Write) -> float | None:
    paid = write.billed.paid.write
    return None if paid is None else paid * write.wasted / write.tokens


def _premium(cached: Cached, write: Write) -> float | None:
    """What the writes cost beyond the same tokens uncached."""
    uncached, paid = _uncached_rate(cached, write.billed), _paid(write)
    return None if uncached is None or paid is None else paid - uncached * write.wasted


def _saved(cached: Cached, billed: BilledCall) -> float | None:
    """What the reads saved against the same tokens uncached."""
    read = billed.usage.cache_read_tokens or 0
    if not read:
        return 0.0
    uncached, paid = _uncached_rate(cached, billed), billed.paid.read
    return None if uncached is None or paid is None else uncached * read - paid


def _uncached_rate(cached: Cached, billed: BilledCall) -> float | None:
    rate = cached.rates[billed.call.call_id].uncached_input
    return None if rate is None else float(rate) / 1e6
