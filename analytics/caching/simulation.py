"""Runs calls through the caches of their rules, as they were or as they might have been made."""

from collections.abc import Iterable
from typing import Protocol

from analytics.caching.breakpoint_cache import BreakpointCache
from analytics.caching.call import AS_IT_WAS, Call, Miss, Outcome, Policy
from analytics.caching.misses import Memory
from analytics.caching.prefix_cache import PrefixCache
from analytics.caching.prompt import NOTHING
from analytics.caching.requests import Found, Request, request_of
from analytics.caching.rulers import Rulers, Sizes
from analytics.caching.rules import Family
from analytics.caching.unit_cache import UnitCache


class Cache(Protocol):
    """One family's cache: what it has of a request, which it then keeps."""

    def use(self, request: Request) -> Found: ...


class NoCache:
    """Keeps nothing."""

    def use(self, request: Request) -> Found:
        return Found(NOTHING, 0)


class Simulation:
    """The caches that one organisation's calls share. Calls are given in the order of their starts.

    Where nobody asks why a cache missed, `explained` is false: it takes half the time, and outcomes have no `miss` and
    nothing `reusable`.
    """

    def __init__(self, policy: Policy = AS_IT_WAS, sizes: Sizes | None = None, *, explained: bool = True) -> None:
        self._policy = policy
        self._rulers, self._memory = Rulers(sizes), Memory() if explained else None
        marked = BreakpointCache()
        self._caches: dict[Family, Cache] = {
            "prefix": PrefixCache(),
            "units": UnitCache(),
            "breakpoints": marked,
            "hybrid": marked,
            "none": NoCache(),
        }

    def next(self, call: Call) -> Outcome:
        """The outcome of the next call. Its cost grows with what is new in the call's prompt."""
        request = request_of(call, self._rulers.measure(call), self._policy)
        found = self._caches[call.rule.family].use(request)
        if self._policy == AS_IT_WAS:
            self._rulers.learn(call, found.part, found.read)
        uncached = call.input_tokens - found.read - sum(tokens for _, tokens in found.writes)
        return Outcome(call.call_id, found.read, found.writes, uncached, *self._explain(request, found))

    def _explain(self, request: Request, found: Found) -> tuple[int, Miss | None]:
        if self._memory is None:
            return 0, None
        explained = self._memory.explain(request, found)
        self._memory.remember(request)
        return explained

    @property
    def sizes(self) -> Sizes:
        """What was learned of the sizes of preambles."""
        return self._rulers.preambles


def simulate(calls: Iterable[Call], policy: Policy = AS_IT_WAS) -> list[Outcome]:
    """The outcomes of calls that share a provider and an organisation (one API key), in the order of their starts.

    Calls of several models may be mixed: each keeps to its own cache, and a miss says if it was another's.
    """
    given = list(calls)
    simulation = Simulation()
    outcomes = [simulation.next(call) for call in given]
    if policy == AS_IT_WAS:
        return outcomes
    otherwise = Simulation(policy, simulation.sizes)
    return [otherwise.next(call) for call in given]
