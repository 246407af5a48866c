"""What a conversation would have cost, had its calls been made otherwise: curves beside what was paid.

A way whose cost is unknown for some of the calls that were paid for is named and not drawn: its line would be lower for
no other reason than that.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import streamlit as st

from analytics.pricing.price_file import PriceFileError, read_price_file
from analytics.pricing.pricer import Pricer
from analytics.reporting import Selection
from analytics.whatif.comparison import Comparison, compare
from analytics.whatif.curves import curve_points
from analytics.whatif.traffic import load_traffic
from analytics.whatif.ways import Options
from dashboard.charts.cumulative import Curve
from dashboard.data import DataProblem, here, opened


@dataclass(frozen=True, slots=True)
class Ways:
    """Curves that can be drawn beside the bill, and sentences on those that cannot."""

    curves: tuple[Curve, ...]
    unknown: tuple[str, ...]


@st.cache_data(ttl=300.0, max_entries=30, show_spinner="Making the calls in other ways …")
def ways(path: Path, conversation: str, exchange_ids: tuple[str, ...]) -> Ways:
    """These calls of the conversation in other ways. Raises NoData or DataProblem."""
    pricer = _pricer(here().prices)
    with opened(path) as connection:
        traffic = load_traffic(connection, Selection(), conversation)
    return comparable(compare(traffic, pricer, Options()), exchange_ids)


def _pricer(prices: Path) -> Pricer:
    """The user's prices before the price list."""
    try:
        return Pricer(read_price_file(prices) if prices.exists() else None)
    except PriceFileError as error:
        raise DataProblem(str(error)) from error


def comparable(found: Comparison, exchange_ids: Sequence[str]) -> Ways:
    """The curves of the ways in which the cost of every one of these calls is known that was paid for.

    Of the simulation of what happened there is one only beside others: it says how far they can be trusted.
    """
    wanted, was = set(exchange_ids), found.ways[0]
    paid = [call.exchange_id for call in found.chosen if call.usd is not None and call.exchange_id in wanted]
    missing = {way.name: sum(None in (was.costs[each], way.costs[each]) for each in paid) for way in found.ways}
    whole = {name for name, count in missing.items() if not count}
    return Ways(
        tuple(_curves(found, exchange_ids, whole if whole > {was.name} else set())),
        tuple(_unknown(missing, len(paid), found.unlike)),
    )


def _curves(found: Comparison, exchange_ids: Sequence[str], names: Set[str]) -> Iterator[Curve]:
    for name, points in groupby(curve_points(found, exchange_ids), key=lambda point: point.name):
        if name in names:
            along = list(points)
            sums = [point.cumulative_usd for point in along]
            yield Curve(name, [point.turn for point in along], sums, along[0].assumption)


def _unknown(missing: Mapping[str, int], calls: int, unlike: int) -> Iterator[str]:
    for name, count in missing.items():
        if count:
            yield f"{name}: unknown for {count:,} of {calls:,} calls, and not drawn."
    if unlike:
        yield f"{unlike:,} calls were billed less than the provider's documented caching rule gives for them."
