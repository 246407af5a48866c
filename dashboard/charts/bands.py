"""Bars stacked by what was bought or sent, over time and by name. Rows in, figure out."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go
from pandas import Timedelta

from dashboard.numbers import UNKNOWN, compact, dollars, known, share
from dashboard.palette import FOUND, Palette, fill
from dashboard.plain_text import in_chart, one_line

# A time axis is so many of its bars wide at least: one bar alone would fill it.
FEWEST_BARS = 8
MILLISECOND = Timedelta(milliseconds=1)
LENGTHS = {"hour": Timedelta(hours=1), "day": Timedelta(days=1), "week": Timedelta(days=7), "month": Timedelta(days=30)}
BUCKETS = {"hour": "%Y-%m-%d %H:00", "day": "%a %Y-%m-%d", "week": "week of %Y-%m-%d", "month": "%B %Y"}
# As many bars as a small chart can name.
MOST_NAMES = 8
LONGEST_NAME = 28
# The axis of bars goes on so far beyond the longest, for what is written beside it.
ROOM = 1.35


class Band(NamedTuple):
    """A column of the rows, its name on screen, and the colour it has everywhere."""

    column: str
    title: str
    meaning: str


class Measure(NamedTuple):
    """What a chart counts: the column with the whole, its bands, its axis, its format, and one for hovering.

    `missing` is the column with the number of calls that the whole leaves out.
    """

    whole: str
    missing: str
    bands: tuple[Band, ...]
    rest: str
    axis: str
    ticks: str
    hover: str


MONEY = Measure(
    whole="cost_usd",
    missing="unpriced",
    bands=(
        Band("new_usd", "new", "new"),
        Band("again_usd", "sent again at full price", "resent"),
        Band("cache_read_usd", "from cache", "cache_read"),
        Band("cache_write_usd", "cache writes", "cache_write"),
        Band("output_usd", "output", "output"),
        Band("outside_usd", "charged beside tokens", "system"),
    ),
    rest="not divided",
    axis="USD",
    ticks="$,.3~r",
    hover="$,.4f",
)
TOKENS = Measure(
    whole="input_tokens",
    missing="unmetered",
    bands=(
        Band("new_tokens", "new", "new"),
        Band("resent_tokens", "resent", "resent"),
        Band("echoed_tokens", "echoed", "echoed"),
        Band("remembered_tokens", "remembered", "remembered"),
    ),
    rest="not divided",
    axis="input tokens",
    ticks="~s",
    hover=",.0f",
)


def over_time(rows: pd.DataFrame, measure: Measure, colours: Palette) -> go.Figure:
    """One bar per `starting` (of length `bucket`), stacked by the measure's bands."""
    figure = go.Figure()
    # Where hours or days are missing, Plotly does not know how long one is.
    width = 0.85 * LENGTHS[str(rows["bucket"].iloc[0])] / MILLISECOND if len(rows) else None
    for band, values in _bands(rows, measure):
        figure.add_bar(
            x=rows["starting"],
            y=values,
            width=width,
            name=band.title,
            marker=fill(colours, band.meaning),
            hovertemplate=f"%{{y:{measure.hover}}}",
        )
    figure.update_layout(barmode="stack", height=340)
    figure.update_xaxes(**time_axis(rows))
    figure.update_yaxes(title=measure.axis, tickformat=measure.ticks, rangemode="tozero")
    return figure


def time_axis(rows: pd.DataFrame) -> dict[str, Any]:
    """The axis of `starting`, by `bucket`; a few bars are named each, and stand in the middle."""
    bucket = str(rows["bucket"].iloc[0]) if len(rows) else "day"
    axis = {"title": f"time (UTC), by {bucket}", "hoverformat": BUCKETS[bucket], "type": "date"}
    times = pd.to_datetime(rows["starting"])
    first, last = times.min(), times.max()
    missing = FEWEST_BARS - (last - first) / LENGTHS[bucket] if len(rows) else 0
    if missing <= 0:
        return axis
    aside = LENGTHS[bucket] * missing / 2
    named = {"tickvals": list(times), "tickformat": BUCKETS[bucket]} if len(rows) <= 2 else {}
    return axis | named | {"range": [first - aside, last + aside]}


def by_name(rows: pd.DataFrame, measure: Measure, colours: Palette) -> go.Figure:
    """One bar per `name`, the largest on top; what does not fit is summed up in a last one."""
    figure = go.Figure()
    shown = largest(rows, measure)
    names = [tick(name) for name in shown["name"]]
    for band, values in _bands(shown, measure):
        figure.add_bar(
            y=list(range(len(shown))),
            x=values,
            name=band.title,
            orientation="h",
            marker=fill(colours, band.meaning),
            customdata=names,
            hovertemplate=f"%{{x:{measure.hover}}}",
        )
    figure.add_scatter(
        y=list(range(len(shown))),
        x=pd.to_numeric(shown[measure.whole]).fillna(0.0),
        text=[
            f" {_total(measure, known(whole), int(missing))}"
            for whole, missing in zip(shown[measure.whole], shown[measure.missing], strict=True)
        ],
        mode="text",
        textposition="middle right",
        textfont={"color": colours.muted, "size": 12},
        hoverinfo="skip",
        cliponaxis=False,
    )
    longest = known(shown[measure.whole].max()) or 1.0
    figure.update_layout(
        barmode="stack",
        height=90 + 30 * max(len(shown), 1),
        hovermode="y unified",
        showlegend=False,
        margin=FOUND,
    )
    figure.update_xaxes(
        title=measure.axis, tickformat=measure.ticks, range=[0, longest * ROOM], showgrid=True, nticks=5
    )
    figure.update_yaxes(
        tickvals=list(range(len(shown))),
        ticktext=names,
        autorange="reversed",
        showgrid=False,
        title=None,
        automargin=True,
    )
    return figure


def amount(measure: Measure, value: float | None) -> str:
    """So much of the measure, with its unit."""
    if value is None:
        return UNKNOWN
    return dollars(value) if measure is MONEY else f"{compact(value)} tokens"


def _total(measure: Measure, value: float | None, missing: int) -> str:
    """What is written beside a bar."""
    if not missing:
        return amount(measure, value)
    return f"{UNKNOWN} ({missing:,} calls)" if value is None else f"{amount(measure, value)} + {missing:,} unknown"


def tick(name: object) -> str:
    """A name beside a bar, short enough to leave room for it."""
    return in_chart(one_line(str(name), LONGEST_NAME))


def spoken(rows: pd.DataFrame, measure: Measure, shown: str) -> str:
    """The chart in a sentence; `shown` says what a bar is."""
    parts = {band.title: float(values.sum()) for band, values in _bands(rows, measure)}
    whole = sum(parts.values())
    if not whole:
        return f"Bars by {shown}; {measure.axis} are unknown."
    said = ", ".join(f"{title} {share(value / whole)}" for title, value in parts.items())
    return f"Stacked bars by {shown}, in all {amount(measure, whole)}: {said}."


def largest(rows: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """The rows with most of the measure, and a last one for all others."""
    ordered = rows.sort_values(measure.whole, ascending=False, na_position="last")
    if len(ordered) <= MOST_NAMES:
        return ordered
    head, tail = ordered.iloc[: MOST_NAMES - 1], ordered.iloc[MOST_NAMES - 1 :]
    columns = [measure.whole, measure.missing, *(band.column for band in measure.bands)]
    others = tail[columns].sum(min_count=1).to_frame().T.assign(name=f"{len(tail)} others")
    return pd.concat([head[["name", *columns]], others], ignore_index=True)


def _bands(rows: pd.DataFrame, measure: Measure) -> Sequence[tuple[Band, "pd.Series[float]"]]:
    """Each band that holds anything, and what of the whole is in none of them."""
    numbers = {band: pd.to_numeric(rows[band.column]).fillna(0.0) for band in measure.bands}
    whole = pd.to_numeric(rows[measure.whole]).fillna(0.0)
    rest = (whole - sum(numbers.values())).clip(lower=0.0)
    # Sums of floats differ in their last digits.
    rest = rest.where(rest > whole * 1e-9, 0.0)
    found = [*numbers.items(), (Band("", measure.rest, "unknown"), rest)]
    return [(band, values) for band, values in found if values.any()]
