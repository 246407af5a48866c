"""How long the calls of a conversation took, and how long it rested before each."""

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.growth import along
from dashboard.palette import Palette
from dashboard.stacks import floats

HEIGHT = 300
# More marks than that are drawn by the graphics card.
MANY = 800
# Column, name, what makes seconds of it, the palette's colour, the mark.
SERIES = (
    ("duration_ms", "whole call", 1e-3, "new", "circle"),
    ("ttft_ms", "first byte", 1e-3, "resent", "triangle-up"),
    ("idle_seconds", "idle before the call", 1.0, "remembered", "line-ew-open"),
)


def times(calls: pd.DataFrame, colours: Palette) -> go.Figure:
    """Seconds on a logarithmic scale; what is unknown or not above zero has no mark."""
    figure = go.Figure()
    for column, name, unit, meaning, symbol in SERIES:
        seconds = floats(calls[column]) * unit
        if not (seconds > 0).any():
            continue
        figure.add_trace(
            (go.Scattergl if len(calls) > MANY else go.Scatter)(
                x=calls["position"],
                y=seconds.where(seconds > 0),
                mode="markers",
                name=name,
                marker={"symbol": symbol, "size": 7, "color": colours[meaning], "line": {"width": 1.5}},
                hovertemplate="%{y:,.1f} s",
            )
        )
    figure.update_layout(height=HEIGHT)
    figure.update_xaxes(title_text="call of this line, in order", **along(calls))
    figure.update_yaxes(title_text="seconds (logarithmic)", type="log", dtick=1, tickformat="~g")
    return figure
