"""What a conversation has cost so far, as it was and as it would have been when called in other ways."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.palette import Palette
from dashboard.plain_text import in_chart

HEIGHT = 340
# Told apart by their dashes too. The first curve is what happened.
DASHES = ("solid", "longdash", "dash", "dot", "dashdot", "longdashdot", "2px,8px")
HUES = ("new", "cache_read", "resent", "remembered", "cache_write")


@dataclass(frozen=True, slots=True)
class Curve:
    """One way of calling: for every call so far the money, in USD, and in a sentence what it assumes."""

    name: str
    turns: Sequence[int]
    cumulative_usd: Sequence[float]
    assumption: str


def cumulative(curves: Sequence[Curve], colours: Palette) -> go.Figure:
    """The curves over the calls of a line, in order; `curves[0]` is what was paid."""
    figure = go.Figure()
    hues = [colours.ink, colours.muted, *(colours[name] for name in HUES)]
    for at, curve in enumerate(curves):
        figure.add_trace(
            go.Scatter(
                x=list(range(1, len(curve.cumulative_usd) + 1)),
                y=list(curve.cumulative_usd),
                mode="lines" if len(curve.cumulative_usd) > 1 else "markers",
                name=in_chart(curve.name),
                line={"color": hues[at % len(hues)], "width": 2.5 if at == 0 else 2, "dash": DASHES[at % len(DASHES)]},
                marker={"color": hues[at % len(hues)], "size": 8},
                customdata=list(curve.turns),
                hovertemplate="turn %{customdata}: <b>$%{y:,.5f}</b>",
            )
        )
    figure.update_layout(height=HEIGHT, hovermode="x unified")
    few = max(len(curve.cumulative_usd) for curve in curves) <= 12
    figure.update_xaxes(title_text="call of this line, in order", tickformat="d", **({"dtick": 1} if few else {}))
    figure.update_yaxes(title_text="cost so far (USD)", rangemode="tozero", tickformat="$,.3~r")
    return figure


def paid(turns: Sequence[int], costs: Sequence[float | None]) -> Curve:
    """What was paid; a call of unknown cost adds nothing, and the assumption counts them."""
    total, sums = 0.0, []
    for cost in costs:
        total += cost or 0.0
        sums.append(total)
    unknown = sum(cost is None for cost in costs)
    left_out = f"; {unknown:,} of {len(costs):,} calls are of unknown cost and add nothing" if unknown else ""
    return Curve("as it was", turns, sums, f"What the calls of this line cost{left_out}.")
