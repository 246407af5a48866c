"""What a call's input costs under an outcome, at the call's own rates. Writes cost what they cost: nothing is gross."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum

from analytics.caching.call import Call, Outcome, Policy
from analytics.caching.rules import CacheRule
from analytics.caching.simulation import simulate
from analytics.pricing.charges import MTOK
from analytics.pricing.cost import Rates, Ttl

type RatesOf = Callable[[Call], Rates]

# The lifetimes that have prices of their own; others cost what a write costs that names none.
WRITTEN: Mapping[str, Ttl] = {"5m": "5m", "30m": "30m", "1h": "1h", "12h": "12h"}


@dataclass(frozen=True, slots=True)
class InputCost:
    """USD of a call's input by price class; None where a class holds tokens without a known price."""

    uncached: float | None
    read: float | None
    write: float | None

    @property
    def usd(self) -> float | None:
        """The whole input; None where a part is unknown."""
        if self.uncached is None or self.read is None or self.write is None:
            return None
        return fsum((self.uncached, self.read, self.write))


CONTRADICTORY = InputCost(None, None, None)


@dataclass(frozen=True, slots=True)
class Course:
    """Calls under a policy: the outcomes, and what their input costs together (None: a part is unknown)."""

    policy: Policy
    outcomes: tuple[Outcome, ...]
    usd: float | None


def input_cost(outcome: Outcome, rates: Rates, rule: CacheRule) -> InputCost:
    """The cost of the call's input at these rates, which are those of a call of its size, time and tier.

    Where the price list has no price for reads or writes, the rule's documented factor on uncached input serves.
    What `analytics.pricing.charges` makes of the outcome as usage, of which nothing but input is billed.
    """
    if outcome.uncached < 0 or outcome.read < 0 or any(tokens < 0 for _, tokens in outcome.writes):
        return CONTRADICTORY
    known = priced(rates, rule)
    return InputCost(
        _usd(outcome.uncached, known.uncached_input),
        _usd(outcome.read, known.cache_read),
        total([_usd(tokens, known.cache_write(WRITTEN.get(ttl))) for ttl, tokens in outcome.writes]),
    )


def priced(rates: Rates, rule: CacheRule) -> Rates:
    """The rates, with what they lack taken from the rule's factors. The list wins where it has a price."""
    plain = rates.uncached_input
    if plain is None:
        return rates
    lacking: dict[str, float] = {}
    if rates.cache_read is None and rule.read is not None:
        lacking["cache_read"] = plain * rule.read
    for ttl, factor in rule.write.items():
        if ttl in WRITTEN and rates.cache_write(WRITTEN[ttl]) is None:
            lacking[f"cache_write_{ttl}"] = plain * factor
    return replace(rates, **lacking) if lacking else rates  # type: ignore[arg-type]  # they are rates


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
    known: list[float] = []
    for amount in amounts:
        if amount is None:
            return None
        known.append(amount)
    return fsum(known)


def _usd(tokens: int, rate: float | None) -> float | None:
    """No tokens cost nothing, whatever the rate."""
    if not tokens:
        return 0.0
    return None if rate is None else tokens * rate / MTOK
