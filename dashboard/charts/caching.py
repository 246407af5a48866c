"""What was read from the prompt cache: over time, by name, by turn, by the pause before. Rows in, figure out."""

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.bands import MOST_NAMES, tick, time_axis
from dashboard.numbers import dollars, known, share
from dashboard.palette import FOUND, Palette, beside, fill

# The finding of writes that nobody read.
IN_VAIN = "wasted_cache_write"
SHARE_AXIS = {"title": "input from cache", "tickformat": ".0%", "range": [0, 1.02]}
# The lifetimes that providers sell, and the bar after which each ends: 5 min after the third, 1 h after the sixth.
LIFETIMES = {2.5: "5 min", 5.5: "1 h", 7.5: "24 h"}


def share_over_time(rows: pd.DataFrame, colours: Palette) -> go.Figure:
    """A line of `cache_hit_share` by `starting`; it breaks where no call reports cache reads."""
    colour = colours["cache_read"]
    figure = go.Figure(
        go.Scatter(
            x=rows["starting"],
            y=rows["cache_hit_share"],
            mode="lines+markers",
            name="from cache",
            line={"color": colour, "width": 2},
            marker={"color": colour, "size": 6},
            hovertemplate="%{y:.1%}",
        )
    )
    figure.update_layout(height=280, showlegend=False)
    figure.update_xaxes(**time_axis(rows))
    figure.update_yaxes(**SHARE_AXIS)
    return figure


def share_by_name(rows: pd.DataFrame, colours: Palette) -> go.Figure:
    """A bar of `cache_hit_share` for each of the names with most input, the largest of those on top."""
    shown = rows.sort_values("input_tokens", ascending=False, na_position="last").head(MOST_NAMES)
    places = list(range(len(shown)))
    figure = go.Figure(
        go.Bar(
            y=places,
            x=shown["cache_hit_share"],
            orientation="h",
            marker=fill(colours, "cache_read"),
            name="from cache",
            hovertemplate="%{x:.1%}",
        )
    )
    for at, value in enumerate(map(known, shown["cache_hit_share"])):
        figure.add_annotation(x=value or 0, y=at, text=share(value), showarrow=False, xanchor="left", xshift=4)
    figure.update_layout(height=90 + 30 * max(len(shown), 1), hovermode="y unified", showlegend=False, margin=FOUND)
    figure.update_xaxes(**SHARE_AXIS | {"range": [0, 1.25], "tickvals": [0, 0.25, 0.5, 0.75, 1]}, showgrid=True)
    names = [tick(name) for name in shown["name"]]
    figure.update_yaxes(tickvals=places, ticktext=names, autorange="reversed", showgrid=False, automargin=True)
    return figure


def share_by_turn(rows: pd.DataFrame, colours: Palette) -> go.Figure:
    """A bar of `cache_hit_share` for each `turn`."""
    figure = go.Figure(
        go.Bar(
            x=rows["turn"],
            y=rows["cache_hit_share"],
            marker=fill(colours, "cache_read"),
            customdata=rows["calls"],
            name="",
            hovertemplate="%{y:.1%} of the input of %{customdata:,} calls",
        )
    )
    figure.update_layout(height=300, showlegend=False)
    figure.update_xaxes(title="turn of the conversation", type="category", tickangle=0)
    figure.update_yaxes(**SHARE_AXIS)
    return figure


def pauses(rows: pd.DataFrame, colours: Palette) -> go.Figure:
    """Tokens that were sent again by the `pause` before, stacked: from the cache, and not."""
    figure = go.Figure()
    for column, title, meaning in (
        ("cached_tokens", "from cache", "cache_read"),
        ("missed_tokens", "not from cache", "resent"),
    ):
        figure.add_bar(
            x=rows["pause"],
            y=rows[column],
            name=title,
            marker=fill(colours, meaning),
            hovertemplate="%{y:,.0f} tokens",
        )
    for at, lifetime in LIFETIMES.items():
        figure.add_vline(x=at, line={"color": colours.muted, "dash": "dot", "width": 1})
        figure.add_annotation(x=at, y=1, yref="paper", text=lifetime, showarrow=False, xanchor="left", yanchor="top")
    figure.update_layout(barmode="stack", height=340)
    figure.update_xaxes(title="pause since the turn before", type="category")
    figure.update_yaxes(title="tokens sent again", tickformat="~s", rangemode="tozero")
    return figure


def causes(rows: pd.DataFrame, colours: Palette) -> go.Figure:
    """A bar for each `finding` about the cache: its `tokens`, and beside them the avoidable `usd`."""
    places = list(range(len(rows)))
    wrote = [finding == IN_VAIN for finding in rows["finding"]]
    figure = go.Figure(
        go.Bar(
            y=places,
            x=rows["tokens"],
            orientation="h",
            marker=fill(colours, "resent")
            | {"color": [colours["cache_write" if each else "resent"] for each in wrote]},
            name="tokens",
            hovertemplate="%{x:,.0f} tokens",
        )
    )
    for at, (tokens, usd) in enumerate(zip(map(known, rows["tokens"]), map(known, rows["usd"]), strict=True)):
        said = "saving unknown" if usd is None else f"{dollars(usd)} avoidable"
        figure.add_annotation(x=tokens or 0, y=at, text=said, showarrow=False, xanchor="left", xshift=4)
    longest = known(rows["tokens"].max()) or 1.0
    margin = beside(rows["finding"])
    figure.update_layout(height=90 + 34 * max(len(rows), 1), hovermode="y unified", showlegend=False, margin=margin)
    figure.update_xaxes(
        title="tokens missed, or written in vain", tickformat="~s", range=[0, longest * 1.5], showgrid=True, nticks=5
    )
    names = [tick(name) for name in rows["finding"]]
    figure.update_yaxes(tickvals=places, ticktext=names, autorange="reversed", showgrid=False)
    return figure
