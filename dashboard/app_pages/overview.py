"""Overview: what the bill is made of, and what to do first."""

from functools import partial

import pandas as pd
import streamlit as st

from dashboard.charts.bands import MONEY, TOKENS, Measure, by_name, over_time, spoken
from dashboard.data import Result, now, rows
from dashboard.figures import colours, show_chart, show_downloads
from dashboard.filters import Filters
from dashboard.first_steps import show_first_steps
from dashboard.headlines import Figures, beside, gaps, headlines
from dashboard.notices import show_nothing_here
from dashboard.parts import show_parts
from dashboard.sidebar import chosen

MEASURES = {"money": MONEY, "tokens": TOKENS}
GROUPS = {"model": "By model", "app": "By app", "team": "By team", "client": "By client"}
MOST_FINDINGS = 5


def show(filters: Filters) -> None:
    head = st.container(horizontal=True, vertical_alignment="center", gap="small")
    head.title("Overview", anchor=False, width="content")
    totals = rows("dashboard_totals", filters)
    current = _period(totals, current=True)
    if not current:
        show_nothing_here()
        return
    with head:
        show_downloads(_together(totals, rows("dashboard_avoidable", filters)), "figures")
    _headlines(filters, totals)
    measure = MEASURES[
        st.segmented_control("Show", list(MEASURES), default="money", key="show", bind="query-params", required=True)
    ]
    _over_time(filters, measure)
    show_parts(
        "tab",
        {
            "What to do first": partial(_first_steps, filters),
            **{title: partial(_group, filters, measure, dimension) for dimension, title in GROUPS.items()},
        },
    )


def _headlines(filters: Filters, totals: Result) -> None:
    current, before = _period(totals, current=True), _compared(totals, filters)
    avoidable = rows("dashboard_avoidable", filters)
    found, avoided = _period(avoidable, current=True), _period(avoidable, current=False) if before else {}
    waiting = int(rows("dashboard_unexamined").rows["conversations"][0])
    told = headlines(current, before, found if found or not waiting else None, avoided)
    for column, headline in zip(st.columns(5), told, strict=True):
        column.metric(
            headline.title,
            headline.value,
            headline.change,
            delta_color=headline.good,
            delta_arrow=headline.arrow,
            help=headline.help.replace("$", r"\$"),
            border=True,
            height="stretch",
        )
    notes = [_compared_with(filters, bool(before)), *gaps(current), beside(found)]
    if waiting:
        notes.append(f"{waiting:,} conversations are not examined for findings yet.")
    st.caption(" ".join(note for note in notes if note).replace("$", r"\$"))


def _together(totals: Result, avoidable: Result) -> Result:
    """The figures of both queries side by side, one row for each period."""
    found = avoidable.rows.rename(columns={name: f"avoidable_{name}" for name in avoidable.rows if name != "current"})
    return Result(totals.rows.merge(found, on="current", how="left"), f"{totals.sql}\n{avoidable.sql}")


def _period(result: Result, *, current: bool) -> Figures:
    """The row of this period or of the one before; empty where there is none."""
    found = result.rows[result.rows["current"] == current]
    return {} if found.empty else dict(found.iloc[0])


def _compared(totals: Result, filters: Filters) -> Figures:
    """The period before, if capture had begun by its beginning: half a period is nothing to compare with."""
    before = filters.span(now()).before
    row = _period(totals, current=False)
    return row if row and before and pd.Timestamp(str(row["first_hour"])) <= before else {}


def _compared_with(filters: Filters, comparable: bool) -> str:
    span = filters.span(now())
    if not span.before or not span.compared:
        return ""
    if not comparable:
        return "There are no calls from the whole period before to compare with."
    return f"Changes are against {span.before:%Y-%m-%d %H:%M} to {span.compared:%Y-%m-%d %H:%M} (UTC)."


def _over_time(filters: Filters, measure: Measure) -> None:
    found = rows("dashboard_over_time", filters)
    bucket = str(found.rows["bucket"].iloc[0])
    show_chart(
        over_time(found.rows, measure, colours()),
        found,
        title="What the money bought" if measure is MONEY else "What the input was",
        alt=spoken(found.rows, measure, bucket),
        name="over-time",
        help=ABOUT_MONEY if measure is MONEY else ABOUT_TOKENS,
    )


def _first_steps(filters: Filters) -> None:
    show_first_steps(rows("dashboard_top_findings", filters, most=MOST_FINDINGS))


def _group(filters: Filters, measure: Measure, dimension: str) -> None:
    found = rows("dashboard_groups", filters)
    mine = Result(found.rows[found.rows["dimension"] == dimension], found.sql)
    show_chart(
        by_name(mine.rows, measure, colours()),
        mine,
        title=GROUPS[dimension],
        alt=spoken(mine.rows, measure, dimension),
        name=f"by-{dimension}",
    )


ABOUT_MONEY = (
    "Every call's cost by what it bought. *New* and *sent again at full price* divide the input that no cache served; "
    "*from cache* is what cache reads cost, *cache writes* what was paid to fill it. *Not divided* is a cost whose "
    "parts are unknown. Caches hold the front of a prompt, so what is new lies at its uncached end."
)
ABOUT_TOKENS = (
    "Billed input by where it came from. *New*: sent for the first time in its conversation. *Resent*: sent before. "
    "*Echoed*: the model's own reply, sent back. *Remembered*: billed without being sent, from state at the provider."
)

show(chosen())
