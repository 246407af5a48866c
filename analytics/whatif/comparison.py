"""A comparison: what the chosen calls were billed, and what they cost when made in other ways."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from analytics.pricing.pricer import Pricer
from analytics.whatif.bill import Bill
from analytics.whatif.traffic import Chosen, Traffic
from analytics.whatif.ways import AS_IT_WAS, IDEAL, LONGER, STATE, Costs, Options, Ways


@dataclass(frozen=True, slots=True)
class Way:
    """One way of calling: what each chosen call costs in it (None is unknown), and what that assumes."""

    name: str
    assumption: str
    costs: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Line:
    """The totals of a way, in USD, over the calls whose cost is known in it.

    `billed_usd` is what these very calls were billed, and `as_it_was_usd` what they are simulated to cost as they were
    made: `change_usd` is against that, so that what the simulation cannot know is never shown as a saving.
    """

    name: str
    calls: int
    unknown: int
    billed_usd: float | None
    usd: float | None
    as_it_was_usd: float | None
    change_usd: float | None
    assumption: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The chosen calls in the order of their starts, and the ways, `ways[0]` being the simulation of what happened.

    `unlike` calls were billed less than their provider's rule gives: for them the other ways are unknown.
    """

    chosen: tuple[Chosen, ...]
    ways: tuple[Way, ...]
    unlike: int

    @property
    def billed_usd(self) -> float | None:
        """What the calls were billed, as far as that is known; None where it is for none of them."""
        known = [call.usd for call in self.chosen if call.usd is not None]
        return fsum(known) if known else None

    @property
    def unpriced(self) -> int:
        """The calls whose billed cost is not known."""
        return sum(call.usd is None for call in self.chosen)

    def lines(self) -> list[Line]:
        """The ways' totals."""
        return [_line(way, self.ways[0], self.chosen) for way in self.ways]


def compare(
    traffic: Traffic, pricer: Pricer, options: Options, advance: Callable[[float], None] = lambda amount: None
) -> Comparison:
    """The calls in every way. `advance` is told of each call in each way; the time is linear in their number."""
    chosen = {call.exchange_id: call for call in traffic.chosen}
    ways = Ways(options, Bill(pricer, chosen), chosen)
    costs: dict[str, Costs] = {name: dict.fromkeys(chosen) for name in options.names}
    for group in traffic.groups:
        for name, found in ways.costs(group):
            costs[name].update(found)
            advance(len(group))
    said = _assumptions(options, list(ways.restoring.terms()))
    made = tuple(Way(name, said[name], costs[name]) for name in options.names)
    return Comparison(traffic.chosen, made, ways.unlike)


def _line(way: Way, was: Way, chosen: Sequence[Chosen]) -> Line:
    known = list(_known(way, was, chosen))
    billed, before, after = (fsum(amounts) for amounts in zip(*known, strict=True)) if known else (None, None, None)
    change = None if before is None or after is None else after - before
    return Line(way.name, len(known), len(chosen) - len(known), billed, after, before, change, way.assumption)


def _known(way: Way, was: Way, chosen: Sequence[Chosen]) -> Iterator[tuple[float, float, float]]:
    for call in chosen:
        before, after = was.costs[call.exchange_id], way.costs[call.exchange_id]
        if call.usd is not None and before is not None and after is not None:
            yield call.usd, before, after


OUTPUT = "The model's replies are taken to be the same, and cost the same"


def _assumptions(options: Options, terms: Sequence[str]) -> dict[str, str]:
    """By a way's name, what it assumes, in words."""
    state = " ".join(terms) or "No call sent a history that a server could have had."
    return {
        AS_IT_WAS: "The provider's documented caching rule, applied to the calls as they were sent. How far it is from "
        "the bill says how far the other lines can be trusted.",
        IDEAL: "The cheapest of the breakpoints, lifetimes and cache keys that the provider's rule allows, writes paid "
        "for, chosen for all calls with the same beginning; as it was, where nothing is cheaper.",
        LONGER: "The longest lifetime that the provider offers, at its write price, with breakpoints as they were; the "
        "same, where there is no choice.",
        STATE: f"The history is left to the provider wherever a call only adds to it. {state} What is saved is upload "
        "and time, not tokens.",
        options.last_turns: "Instructions and the last turns are sent, and nothing else; each call moves the window, "
        f"which breaks the cache behind the instructions. {OUTPUT}, though the model does not know what was left out.",
        options.trimmed: "Older results of tools are replaced by a line that says so; the place where that happens "
        f"moves with every turn, and what comes after it is not read from the cache. {OUTPUT}, though the model cannot "
        "look the results up any more.",
    }
