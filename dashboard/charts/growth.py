"""The growth of a conversation: input per call as a stack of what it consists of, and the output below it.

Rows are those of `dashboard_conversation_turns.sql`, along one line. Many calls are drawn as means of consecutive ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.growth_hover import call_text, group_text
from dashboard.palette import CACHE_PATTERN, Palette
from dashboard.stacks import BANDS, condensed, floats, stacked
from dashboard.trends import Trend

# What each band's colour means in the palette; the rest is unknown.
MEANINGS = {name: name for name in ("remembered", "tools", "system", "echoed", "new")} | {"history": "resent"}
# How a call continues its parent, where that is not the common way; and that it failed.
MARKS = {
    "retry": ("retry", "circle-open"),
    "fork": ("fork", "diamond"),
    "edit": ("edit", "x-thin-open"),
    "truncate": ("truncation", "triangle-down"),
    "compact": ("compaction", "square"),
    "state": ("server-side state", "star"),
    "ambiguous": ("parent ambiguous", "hash-open"),
    "failed": ("failed call", "cross"),
}
# A window further away than this is named, not drawn: the bars would shrink to nothing.
FAR = 2.5
HEIGHT = 520
READ = "of it, read from cache"
CLEAR = "rgba(0,0,0,0)"


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of the chart: the stack's rows with `at` (their middle), and for each call the bar that it is in."""

    rows: pd.DataFrame
    of: list[int]
    grouped: bool


def growth(calls: pd.DataFrame, colours: Palette, trend: Trend | None = None) -> go.Figure:
    """The chart of these calls, which are not none."""
    stack = stacked(calls)
    bars = _bars(stack)
    top = _top(bars.rows, calls)
    figure = go.Figure(
        [
            *_stack(bars, colours),
            *_window(bars, calls, colours, top),
            *_trend(bars, calls, colours, trend),
            *_marks(bars, calls, colours, top),
            _hover(bars, stack),
            _output(bars, colours),
        ]
    )
    _lay_out(figure, calls, bars, top)
    return figure


def _bars(stack: pd.DataFrame) -> Bars:
    rows = condensed(stack)
    of = [bar for bar, calls in enumerate(rows["calls"]) for _ in range(calls)]
    return Bars(rows.assign(at=(rows["first"] + rows["last"]) / 2), of, len(rows) < len(stack))


def _stack(bars: Bars, colours: Palette) -> Iterator[go.Bar]:
    """One trace for each band that there is, and over their lower end what was read from a cache."""
    width = _width(bars)
    for band in BANDS:
        tokens = bars.rows[band]
        if not (tokens > 0).any():
            continue
        colour = colours[MEANINGS[band]] if band in MEANINGS else colours.unknown
        yield go.Bar(
            x=bars.rows["at"],
            y=tokens,
            width=width,
            name=BANDS[band],
            marker={"color": colour, "line": {"width": 0}},
            hoverinfo="skip",
            legendgroup=band,
        )
    read = bars.rows["cache_read_tokens"]
    if (read > 0).any():
        # A bar with a base of its own lies over the stack instead of on it.
        pattern = {"shape": CACHE_PATTERN, "size": 7, "solidity": 0.22, "fgcolor": colours.background, "fgopacity": 0.9}
        yield go.Bar(
            x=bars.rows["at"],
            y=read,
            base=0,
            width=width,
            name=READ,
            hoverinfo="skip",
            showlegend=False,
            marker={"color": CLEAR, "line": {"width": 0}, "pattern": pattern | {"bgcolor": CLEAR}},
        )
        # In the legend there is nothing beneath it.
        marker = {"color": colours.muted, "line": {"width": 0}, "pattern": pattern | {"bgcolor": colours.muted}}
        yield go.Bar(x=[None], y=[None], name=READ, hoverinfo="skip", marker=marker)


def _window(bars: Bars, calls: pd.DataFrame, colours: Palette, top: float) -> Iterator[go.Scatter]:
    windows = _by_bar(bars, calls, "context_window")
    if windows.notna().any() and windows.min() <= top:
        yield go.Scatter(
            x=bars.rows["at"],
            y=windows,
            mode="lines",
            name="context window",
            hoverinfo="skip",
            connectgaps=False,
            line={"color": colours.warning, "width": 2, "dash": "dash", "shape": "hvh"},
        )


def _trend(bars: Bars, calls: pd.DataFrame, colours: Palette, trend: Trend | None) -> Iterator[go.Scatter]:
    if trend:
        turns = _by_bar(bars, calls, "turn")
        yield go.Scatter(
            x=bars.rows["at"],
            y=[max(0.0, trend.at(float(turn))) for turn in turns],
            mode="lines",
            name="fitted growth",
            hoverinfo="skip",
            line={"color": colours.ink, "width": 1.5, "dash": "dot"},
        )


def _marks(bars: Bars, calls: pd.DataFrame, colours: Palette, top: float) -> Iterator[go.Scatter]:
    """A symbol above the bars of the calls that continue their parent in an uncommon way, and of those that failed."""
    kinds = [
        ("failed" if failed else relation) for failed, relation in zip(failures(calls), calls["relation"], strict=True)
    ]
    heights = bars.rows["input_tokens"].fillna(0)
    for kind, (name, symbol) in MARKS.items():
        found = sorted({bars.of[at] for at, each in enumerate(kinds) if each == kind})
        if found:
            colour = colours.warning if kind in ("failed", "ambiguous") else colours.ink
            yield go.Scatter(
                x=bars.rows["at"].iloc[found],
                y=heights.iloc[found] + top * 0.035,
                mode="markers",
                name=name,
                marker={"symbol": symbol, "size": 10, "color": colour, "line": {"width": 2, "color": colour}},
                hoverinfo="skip",
            )


def failures(calls: pd.DataFrame) -> list[bool]:
    """Which calls failed: the provider said so, or the status."""
    codes, statuses = calls["error_code"].notna(), floats(calls["status"]).fillna(0)
    return list(codes | (statuses >= 400))


def _hover(bars: Bars, stack: pd.DataFrame) -> go.Scatter:
    """What is nothing to see and answers to the pointer anywhere above or in the bar."""
    if bars.grouped:
        texts = [group_text(row) for row in records(bars.rows)]
    else:
        texts = [call_text(row) for row in records(stack)]
    return go.Scatter(
        x=bars.rows["at"],
        y=bars.rows["input_tokens"].fillna(0),
        mode="markers",
        showlegend=False,
        name="",
        marker={"opacity": 0, "size": 14},
        text=texts,
        hovertemplate="%{text}<extra></extra>",
    )


def records(rows: pd.DataFrame) -> list[dict[str, object]]:
    """The rows by their columns' names."""
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def _output(bars: Bars, colours: Palette) -> go.Bar:
    return go.Bar(
        x=bars.rows["at"],
        y=bars.rows["output_tokens"],
        width=_width(bars),
        name="output",
        yaxis="y2",
        marker={"color": colours["output"], "line": {"width": 0}},
        hoverinfo="skip",
    )


def _width(bars: Bars) -> pd.Series:
    """With room between the bars, unless they are too narrow for that."""
    return bars.rows["calls"] * (0.86 if len(bars.rows) <= 80 else 1.0)


def _by_bar(bars: Bars, calls: pd.DataFrame, column: str) -> pd.Series:
    """The column's last value in each bar."""
    return floats(calls[column]).groupby(bars.of).last().reset_index(drop=True)


def _top(rows: pd.DataFrame, calls: pd.DataFrame) -> float:
    """The upper end of the scale: with the context window in it, unless that is far away."""
    highest = rows["input_tokens"].max()
    highest = 1.0 if pd.isna(highest) else max(1.0, float(highest))
    windows = floats(calls["context_window"]).dropna()
    near = [float(window) for window in windows.unique() if window <= FAR * highest]
    return max([highest, *near]) * 1.1


def _lay_out(figure: go.Figure, calls: pd.DataFrame, bars: Bars, top: float) -> None:
    numbered = list(calls["turn"]) == list(calls["position"])
    unit = "turn" if numbered else "call of this line, in order"
    if bars.grouped:
        unit += f" (a bar is the mean of {int(bars.rows['calls'].max())})"
    figure.update_layout(
        barmode="stack",
        hovermode="x",
        height=HEIGHT,
        # Above what is said of the window; so narrow that a telephone has room for two beside each other.
        legend={"entrywidth": 112, "y": 1.08},
    )
    # Input above, output below, over the same calls.
    figure.update_layout(
        xaxis=along(calls) | {"title": {"text": unit}, "anchor": "y2"},
        yaxis={"domain": [0.24, 1], "title": {"text": "input (tokens)"}, "range": [0, top], "tickformat": "~s"},
        yaxis2={
            "domain": [0, 0.19],
            "title": {"text": "output"},
            "rangemode": "tozero",
            "nticks": 3,
            "tickformat": "~s",
        },
    )
    for text in _beyond(calls, top):
        figure.add_annotation(
            text=text, x=1, xanchor="right", y=1, yanchor="bottom", xref="x domain", yref="y domain", showarrow=False
        )


def along(calls: pd.DataFrame) -> dict[str, Any]:
    """An axis on which calls are in their order."""
    whole = {"tickformat": "d", "range": [int(calls["position"].iloc[0]) - 0.6, int(calls["position"].iloc[-1]) + 0.6]}
    return whole | ({"dtick": 1} if len(calls) <= 12 else {})


def _beyond(calls: pd.DataFrame, top: float) -> Sequence[str]:
    """What is said of a context window that is not drawn."""
    windows = floats(calls["context_window"]).dropna()
    if windows.empty:
        return ["context window: unknown"]
    return [f"↑ context window: {windows.iloc[-1]:,.0f} tokens"] if windows.min() > top else []
