"""What a call's input costs under an outcome, at the call's own rates. Writes cost what they cost: nothing is gross."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import fsum

from analytics.caching.call import Call, Outcome, Policy
from analytics.caching.rules import CacheRule
from analytics.caching.simulation import simulate
from analytics.dialects.exchange import Usage
from analytics.pricing.charges import charged
from analytics.pricing.cost import Rates

type RatesOf = Callable[[Call], Rates]


@dataclass(frozen=True, slots=True)
class InputCost:
    """USD of a call's input by price class; None where a class holds tokens without a known price."""

    uncached: float | None
    read: float | None
    write: float | None

    @property
    def usd(self) -> float | None:
        """The whole input; None where a part is unknown."""
        return total((self.uncached, self.read, self.write))


@dataclass(frozen=True, slots=True)
class Course:
    """Calls under a policy: the outcomes, and what their input costs together (None: a part is unknown)."""

    policy: Policy
    outcomes: tuple[Outcome, ...]
    usd: float | None


def input_cost(outcome: Outcome, rates: Rates, rule: CacheRule) -> InputCost:
    """The cost of the call's input at these rates, which are those of a call of its size, time and tier.

    Where the price list has no price for reads or writes, the rule's documented factor on uncached input serves.
    """
    cost = charged(usage_of(outcome), priced(rates, rule), output_billed=False)
    return InputCost(cost.parts.uncached_input, cost.parts.cache_read, cost.parts.cache_write)


def usage_of(outcome: Outcome) -> Usage:
    """The outcome as a provider would report it."""
    writes = dict(outcome.writes)
    return Usage(
        input_tokens=outcome.read + outcome.written + outcome.uncached,
        cache_read_tokens=outcome.read,
        cache_write_tokens=outcome.written,
        cache_write_5m_tokens=writes.get("5m"),
        cache_write_30m_tokens=writes.get("30m"),
        cache_write_1h_tokens=writes.get("1h"),
        cache_write_12h_tokens=writes.get("12h"),
    )


def priced(rates: Rates, rule: CacheRule) -> Rates:
    """The rates, with what they lack taken from the rule's factors. The list wins where it has a price."""
    return replace(
        rates,
        cache_read=_or(rates.cache_read, rates, rule.read),
        cache_write_5m=_or(rates.cache_write_5m, rates, rule.write.get("5m")),
        cache_write_30m=_or(rates.cache_write_30m, rates, rule.write.get("30m")),
        cache_write_1h=_or(rates.cache_write_1h, rates, rule.write.get("1h")),
        cache_write_12h=_or(rates.cache_write_12h, rates, rule.write.get("12h")),
    )


def course(calls: Sequence[Call], policy: Policy, rates_of: RatesOf) -> Course:
    """The calls under a policy, and what their input costs."""
    outcomes = tuple(simulate(calls, policy))
    costs = (input_cost(o, rates_of(call), call.rule) for call, o in zip(calls, outcomes, strict=True))
    return Course(policy, outcomes, total(cost.usd for cost in costs))


def cheapest(calls: Sequence[Call], policies: Iterable[Policy], rates_of: RatesOf) -> Course | None:
    """The policy under which the calls' input costs least; None where none of them can be priced."""
    courses = [course(calls, policy, rates_of) for policy in policies]
    known = [(each.usd, number) for number, each in enumerate(courses) if each.usd is not None]
    return courses[min(known)[1]] if known else None


def total(amounts: Iterable[float | None]) -> float | None:
    """The sum; None where one of the amounts is unknown."""
    found = list(amounts)
    known = [amount for amount in found if amount is not None]
    return fsum(known) if len(known) == len(found) else None


def _or(rate: float | None, rates: Rates, factor: float | None) -> float | None:
    if rate is not None or factor is None or rates.uncached_input is None:
        return rate
    return rates.uncached_input * factor
