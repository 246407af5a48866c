"""A comparison as curves: for every way of calling, what a conversation has cost so far, call by call."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analytics.whatif.comparison import Comparison

BILLED = "as it was billed"


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A call on a curve: `cumulative_usd` is the cost up to and with it."""

    name: str
    turn: int
    exchange_id: str
    cumulative_usd: float
    assumption: str


def curve_points(comparison: Comparison, exchange_ids: Sequence[str]) -> list[CurvePoint]:
    """The points of all curves over these calls in their order, what was billed first.

    A call whose cost is not known in every way (in that way, as it was made, and as it was billed) adds nothing to that
    curve, and the assumption counts them. A way in which no call's cost is known has no curve.
    """
    by_id = {call.exchange_id: call for call in comparison.chosen}
    ids = [exchange_id for exchange_id in exchange_ids if exchange_id in by_id]
    billed = {exchange_id: by_id[exchange_id].usd for exchange_id in ids}
    turns = {exchange_id: by_id[exchange_id].turn for exchange_id in ids}
    was = comparison.ways[0].costs
    found = list(_curve(BILLED, "What the calls were billed.", turns, billed))
    for way in comparison.ways:
        known = {each: None if billed[each] is None or was[each] is None else way.costs[each] for each in ids}
        found += _curve(way.name, way.assumption, turns, known)
    return found


def _curve(name: str, said: str, turns: dict[str, int], costs: dict[str, float | None]) -> Iterator[CurvePoint]:
    unknown = sum(cost is None for cost in costs.values())
    if unknown == len(costs):
        return
    left_out = f" {unknown:,} of {len(costs):,} calls are of unknown cost here and add nothing." if unknown else ""
    total = 0.0
    for exchange_id, cost in costs.items():
        total += cost or 0.0
        yield CurvePoint(name, turns[exchange_id], exchange_id, total, said + left_out)
