"""A conversation's prompt cache: what it read, why not more, and what undoing each cause would have saved.

The calls are simulated by their provider's rule, as they were and otherwise. A cache knows no conversations: calls of
others with the same instructions kept them warm, and stand in the simulation as calls of the instructions only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from analytics.caching.bill import input_cost
from analytics.caching.billed import BilledCall
from analytics.caching.call import AS_IT_WAS, Call, Outcome, Policy
from analytics.caching.prompt import EMPTY, Prompt
from analytics.caching.simulation import Simulation
from analytics.findings.cache_doubt import preamble_tokens
from analytics.findings.cache_misses import Known, Shortfall, shortfalls
from analytics.findings.cache_steps import ORDER, undone
from analytics.findings.cache_words import Cause
from analytics.findings.money import total
from analytics.findings.turn import Turn
from analytics.pricing.cost import Rates

type Costs = dict[str, float | None]

# The mark of a call that stands for another conversation's.
OTHERS = "before "


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing a cause saves, on top of those before it; None is unknown. `policy` is the way it is undone."""

    usd: float | None
    policy: Policy


class Cached:
    """One conversation's calls to one provider under one key. `billed` are those whose rule and prompt are known."""

    def __init__(self, turns: Mapping[str, Turn], billed: Sequence[BilledCall], rates: Mapping[str, Rates]) -> None:
        self.turns, self.billed, self.rates = turns, billed, rates
        own = [each.call for each in billed]
        self.rule = own[0].rule
        self.calls = {call.call_id: call for call in own}
        self.guessed = _contradictory(own, turns)
        # Reads that nobody asked for: something between the client and the provider has set marks.
        self._policy = Policy(marks="automatic") if self.guessed else AS_IT_WAS
        self._calls = sorted([*own, *_others(billed, turns)], key=lambda call: call.started_at)
        first = Simulation(self._policy)
        self._outcomes = _outcomes(first, self._calls)
        self._sizes = first.sizes
        self.shortfalls = tuple(shortfalls(Known(turns, self.calls, self._outcomes), own))
        self.paid_usd = total(each.paid.usd for each in billed)
        self._undone: dict[Cause, Undone] | None = None

    @property
    def asked(self) -> bool:
        """Whether any call asked for caching, where one has to ask."""
        return self.rule.family != "breakpoints" or any(call.marks for call in self.calls.values())

    def of(self, *causes: Cause) -> list[Shortfall]:
        return [shortfall for shortfall in self.shortfalls if shortfall.cause in causes]

    def undone(self, cause: Cause) -> Undone | None:
        """What undoing this cause saves; None where nothing undoes it."""
        if self._undone is None:
            self._undone = dict(self._undo())
        return self._undone.get(cause)

    def beyond_rule(self, billed: Iterable[BilledCall]) -> float | None:
        """What these calls cost beyond what the rule allows for; None is unknown."""
        allowed = self._costs(self._calls, self._outcomes)
        return total(_less(each.paid.usd, allowed[each.call.call_id]) for each in billed)

    def _undo(self) -> Iterable[tuple[Cause, Undone]]:
        calls: Sequence[Call] = self._calls
        policy, before = self._policy, self._costs(self._calls, self._outcomes)
        left = before | {each.call.call_id: each.paid.usd for each in self.billed}
        for cause in ORDER:
            found = self.of(cause)
            tried = [self._try(*way) for way in undone(cause, calls, policy, found)] if found else []
            ways = [(_saved(before, costs, left), number) for number, (_, _, costs) in enumerate(tried)]
            if not ways:
                continue
            saved, number = max(ways, key=lambda way: (sum(_known(way[0])), -way[1]))
            calls, policy, costs = tried[number]
            yield cause, Undone(total(saved.values()), policy)
            left = {each: _less(usd, saved[each]) for each, usd in left.items()}
            before = costs

    def _try(self, calls: Sequence[Call], policy: Policy) -> tuple[Sequence[Call], Policy, Costs]:
        return calls, policy, self._costs(calls, _outcomes(Simulation(policy, self._sizes, explained=False), calls))

    def _costs(self, calls: Sequence[Call], outcomes: Mapping[str, Outcome]) -> Costs:
        """What each call's input costs. Another conversation's counts where it is the first to write."""
        found: Costs = {}
        for call in calls:
            owner = call.call_id.removeprefix(OTHERS)
            counts = owner == call.call_id or _founds(call, self.turns[owner])
            found[call.call_id] = (
                input_cost(outcomes[call.call_id], self.rates[owner], call.rule).usd if counts else 0.0
            )
        return found


def _outcomes(simulation: Simulation, calls: Iterable[Call]) -> dict[str, Outcome]:
    return {call.call_id: simulation.next(call) for call in calls}


def _contradictory(calls: Sequence[Call], turns: Mapping[str, Turn]) -> bool:
    """Whether a cache was used that has to be asked for, and no request asked."""
    if any(call.marks or call.rule.family != "breakpoints" for call in calls):
        return False
    return any(turns[c.call_id].cache_read_tokens or turns[c.call_id].cache_write_tokens for c in calls)


def _others(billed: Sequence[BilledCall], turns: Mapping[str, Turn]) -> Iterable[Call]:
    """For each call whose instructions another conversation had used last: that use."""
    own = {turn.started_at for turn in turns.values()}
    seen: set[datetime] = set()
    for each in billed:
        call, turn = each.call, turns[each.call.call_id]
        used = turn.preamble_used_before
        if used is None or used in own or used in seen or not call.prompt.preamble.depth or turn.state_ref:
            continue
        seen.add(used)
        yield replace(
            call,
            call_id=OTHERS + call.call_id,
            started_at=seconds(used),
            prompt=Prompt(call.prompt.preamble, EMPTY),
            marks=tuple(mark for mark in call.marks if mark.position <= call.prompt.preamble.depth),
            input_tokens=preamble_tokens(turn),
            ready_at=None,
            parent_id=None,
            answered=None,
            reported_read=None,
        )


def _founds(call: Call, turn: Turn) -> bool:
    """Whether the call that used the instructions before this turn found them cold itself."""
    earlier, lasts = turn.preamble_used_earlier, call.rule.seconds(None)
    return earlier is None or (lasts is not None and call.started_at - seconds(earlier) > lasts)


def seconds(moment: datetime) -> float:
    return moment.replace(tzinfo=UTC).timestamp()


def _saved(before: Costs, after: Costs, left: Costs) -> Costs:
    """By call; never more than what the call had cost beyond the new cost, whatever was simulated."""
    return {each: _gain(usd, after[each], left[each]) for each, usd in before.items()}


def _gain(before: float | None, after: float | None, left: float | None) -> float | None:
    if before is None or after is None or left is None:
        return None
    return min(before - after, max(0.0, left - after)) if before > after else before - after


def _less(usd: float | None, by: float | None) -> float | None:
    return None if usd is None or by is None else usd - by


def _known(saved: Costs) -> Iterable[float]:
    return (usd for usd in saved.values() if usd is not None)
