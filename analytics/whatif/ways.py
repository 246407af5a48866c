"""Ways of making the same calls. Each simulates a group of calls, and says what it assumes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import fsum

from analytics.caching.bill import total
from analytics.caching.call import Call, Outcome, Placement, Policy
from analytics.caching.rulers import Rulers, Sizes
from analytics.caching.simulation import Simulation
from analytics.whatif.bill import Bill
from analytics.whatif.cuts import Cut, Trim, Window
from analytics.whatif.restoring import Restoring
from analytics.whatif.traffic import Chosen, Group

AS_IT_WAS, IDEAL, LONGER = "as it was (simulated)", "ideal prompt caching", "longer cache lifetime"
STATE = "server-side state"
# Of the chosen calls of a group, what each costs in USD; None is unknown.
type Costs = dict[str, float | None]
# A simulation that comes to more than this of the bill has not seen what was cached: no saving is made of it.
MOST_OF_BILL = 1.1
PLACEMENTS: tuple[Placement, ...] = ("as_sent", "automatic", "preamble", "none")


@dataclass(frozen=True, slots=True)
class Options:
    """How much of a history is kept: the last `keep` turns; tool results of the last `trim_after` turns."""

    keep: int = 10
    trim_after: int = 3

    @property
    def last_turns(self) -> str:
        return f"last {_turns(self.keep)} kept"

    @property
    def trimmed(self) -> str:
        return f"tool results trimmed after {_turns(self.trim_after)}"

    @property
    def names(self) -> tuple[str, ...]:
        """All ways, in the order in which they are shown."""
        return (AS_IT_WAS, IDEAL, LONGER, STATE, self.last_turns, self.trimmed)


class Ways:
    """Prices groups of calls, made in every way."""

    def __init__(self, options: Options, bill: Bill, chosen: dict[str, Chosen]) -> None:
        self._options, self._bill, self._chosen = options, bill, chosen
        self.restoring = Restoring(chosen)
        self.unlike = 0

    def costs(self, group: Group) -> Iterator[tuple[str, Costs]]:
        """Each way's name, and what the chosen calls of the group cost in it.

        Where less was billed than the provider's rule gives, the rule was not what made the bill: the other ways are
        unknown, and `unlike` counts the calls.
        """
        calls = [billed.call for billed in group]
        learning = Simulation()
        was = self._priced(group, calls, [learning.next(call) for call in calls])
        yield AS_IT_WAS, was
        if self._exceeds(was):
            self.unlike += len(was)
            yield from ((name, dict.fromkeys(was)) for name in self._options.names[1:])
            return
        sizes, longest = learning.sizes, _longest(calls)
        yield IDEAL, self._ideal(group, calls, sizes, was)
        yield LONGER, self._under(group, calls, sizes, Policy(ttl=longest)) if longest else was
        yield STATE, self._stateful(group, calls, sizes, was)
        yield self._options.last_turns, self._cut(group, sizes, Window(self._options.keep))
        yield self._options.trimmed, self._cut(group, sizes, Trim(self._options.trim_after))

    def _exceeds(self, was: Costs) -> bool:
        """Whether the simulation comes to more than was billed."""
        known = [(usd, bill) for call_id, usd in was.items() if usd is not None and (bill := self._chosen[call_id].usd)]
        return fsum(usd for usd, _ in known) > MOST_OF_BILL * fsum(bill for _, bill in known)

    def _under(self, group: Group, calls: Sequence[Call], sizes: Sizes, policy: Policy) -> Costs:
        simulation = Simulation(policy, sizes, explained=False)
        return self._priced(group, calls, [simulation.next(call) for call in calls])

    def _priced(self, group: Group, calls: Sequence[Call], outcomes: Sequence[Outcome]) -> Costs:
        each = zip(group, calls, outcomes, strict=True)
        return {call.call_id: self._bill.usd(b, call, o) for b, call, o in each if call.call_id in self._chosen}

    def _ideal(self, group: Group, calls: Sequence[Call], sizes: Sizes, was: Costs) -> Costs:
        """The cheapest of all placements of marks, lifetimes and keys that the rule knows, as it was among them."""
        best = was
        for policy in _policies(calls):
            costs = self._under(group, calls, sizes, policy)
            if _cheaper(costs, best):
                best = costs
        return best

    def _stateful(self, group: Group, calls: Sequence[Call], sizes: Sizes, was: Costs) -> Costs:
        """Where the provider bills a restored history like one that is sent, the same tokens under its other API."""
        made = [self.restoring.call(call) for call in calls]
        known = [made_call or call for made_call, call in zip(made, calls, strict=True)]
        costs = was if known == calls else self._under(group, known, sizes, Policy())
        return {call_id: costs[call_id] if self.restoring.billed(call_id) else None for call_id in was}

    def _cut(self, group: Group, sizes: Sizes, cut: Cut) -> Costs:
        rulers = Rulers(sizes)
        calls = [cut(billed.call, rulers.measure(billed.call)) for billed in group]
        return self._under(group, calls, sizes, Policy())


def _policies(calls: Sequence[Call]) -> Iterator[Policy]:
    """The policies that would change anything for these calls."""
    explicit = any(call.rule.explicit for call in calls)
    one_key = len({call.cache_key for call in calls if call.rule.keyed}) > 1
    longest = _longest(calls)
    for marks in PLACEMENTS if explicit else PLACEMENTS[:1]:
        for ttl in (None, longest) if longest else (None,):
            if marks != "none" or not ttl:
                policy = Policy(marks, ttl, one_key)
                if policy != Policy():
                    yield policy


def _longest(calls: Sequence[Call]) -> str | None:
    """The longest lifetime that can be asked for; None where there is no choice."""
    ttls = {name: seconds for call in calls for name, seconds in call.rule.ttls.items()}
    return max(ttls, key=ttls.__getitem__) if len(ttls) > 1 else None


def _cheaper(costs: Costs, best: Costs) -> bool:
    """Whether the calls whose cost is known cost less together, and none has become unknown."""
    known = [call_id for call_id, usd in best.items() if usd is not None]
    ours, theirs = total(costs[call_id] for call_id in known), total(best[call_id] for call_id in known)
    return ours is not None and theirs is not None and ours < theirs


def _turns(count: int) -> str:
    return f"{count} turn" if count == 1 else f"{count} turns"
