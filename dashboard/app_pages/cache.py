"""Cache: how much of the input the prompt cache served, and why it did not serve more."""

from functools import partial
from typing import Any

import streamlit as st

from dashboard.charts.caching import IN_VAIN, causes, pauses, share_by_name, share_by_turn, share_over_time
from dashboard.data import Result, rows
from dashboard.figures import colours, money, show_chart, show_downloads, show_figures, show_head, show_table
from dashboard.filters import Filters
from dashboard.found import TEXTS
from dashboard.notices import show_nothing_here
from dashboard.numbers import UNKNOWN, compact, dollars, known, share
from dashboard.parts import show_parts
from dashboard.sidebar import chosen

CAUSES: dict[str, Any] = {
    "finding": "cause",
    "what": st.column_config.TextColumn("what happened", width="large"),
    "usd": "avoidable (USD)",
    "times": st.column_config.NumberColumn("times", format="localized"),
    "conversations": st.column_config.NumberColumn("conversations", format="localized"),
    "tokens": st.column_config.NumberColumn("tokens", format="compact"),
    "paid_usd": "paid for them (USD)",
}
FINDINGS = "app_pages/findings.py"


def show(filters: Filters) -> None:
    head = st.container(horizontal=True, vertical_alignment="center", gap="small")
    head.title("Cache", anchor=False, width="content")
    over_time = rows("dashboard_over_time", filters)
    if over_time.rows.empty:
        show_nothing_here()
        return
    found = rows("dashboard_cache_findings", filters)
    totals = rows("dashboard_cache_totals", filters)
    with head:
        show_downloads(totals, "cache-figures")
    _headlines(totals, found)
    _over_time(over_time)
    show_parts(
        "part",
        {
            "Misses": partial(_misses, found),
            "Causes": partial(_causes, found),
            "Pauses": partial(_pauses, filters),
            "By turn": partial(_by_turn, filters),
            "By app": partial(_by_app, filters),
        },
    )


def _headlines(totals: Result, found: Result) -> None:
    sums = totals.rows.iloc[0]
    show_figures(
        (
            ("Cache hits", share(known(sums["cache_hit_share"])), ABOUT_HITS),
            ("Tokens read", compact(known(sums["cache_read_tokens"])), "Input tokens read from the cache."),
            ("Tokens written", compact(known(sums["cache_write_tokens"])), ABOUT_WRITES),
            ("Paid for writes", dollars(known(sums["cache_write_usd"])), "What the cache writes cost."),
            ("Never read", _in_vain(found), ABOUT_VAIN),
        )
    )
    silent = int(sums["silent_calls"])
    if silent:
        st.caption(f"{silent:,} of {int(sums['calls']):,} calls report no cache reads; no share counts them.")


def _in_vain(found: Result) -> str:
    """The money for writes that nobody read; none only where everything was looked at."""
    vain = found.rows[found.rows["finding"] == IN_VAIN]
    if len(vain):
        return dollars(known(vain["usd"].iloc[0]))
    return UNKNOWN if int(rows("dashboard_unexamined").rows["conversations"][0]) else "none"


def _over_time(found: Result) -> None:
    show_chart(
        share_over_time(found.rows, colours()),
        found,
        title="Cache hits over time",
        alt=f"A line of the share of input read from the cache, by {found.rows['bucket'].iloc[0]}.",
        name="cache-over-time",
        help="The line breaks where no call reports cache reads.",
    )


def _by_turn(filters: Filters) -> None:
    turns = rows("dashboard_cache_turns", filters)
    show_chart(
        share_by_turn(turns.rows, colours()),
        turns,
        title="Cache hits by turn",
        alt="Bars of the share of input read from the cache, by turn of the conversation.",
        name="cache-by-turn",
        help="The first turn has nothing of its own to read; a cache begins to help with the second.",
    )


def _by_app(filters: Filters) -> None:
    groups = rows("dashboard_groups", filters)
    apps = Result(groups.rows[groups.rows["dimension"] == "app"], groups.sql)
    show_chart(
        share_by_name(apps.rows, colours()),
        apps,
        title="Cache hits by app",
        alt=f"Bars of the share of input read from the cache, by app; {len(apps.rows)} apps.",
        name="cache-by-app",
    )


def _pauses(filters: Filters) -> None:
    found = rows("dashboard_cache_pauses", filters)
    again = float(found.rows["cached_tokens"].sum() + found.rows["missed_tokens"].sum())
    if not again:
        show_head("Pauses between turns", found, "cache-pauses", help=ABOUT_PAUSES)
        st.caption("Nothing was sent again in this view by calls that report cache reads.")
        return
    hit = share(float(found.rows["cached_tokens"].sum()) / again)
    show_chart(
        pauses(found.rows, colours()),
        found,
        title="Pauses between turns",
        alt=f"Bars of the tokens sent again by the pause before them; {hit} of all were read from the cache.",
        name="cache-pauses",
        help=ABOUT_PAUSES,
    )


def _misses(found: Result) -> None:
    if found.rows.empty:
        _none()
        return
    most = found.rows.sort_values("tokens", ascending=False, na_position="last").iloc[0]
    show_chart(
        causes(found.rows, colours()),
        found,
        title="Why the cache was missed",
        alt=f"Bars of the tokens that were missed, by cause; most by {most['finding']}, "
        f"{compact(known(most['tokens']))} tokens.",
        name="cache-missed",
        help=ABOUT_CAUSES,
    )
    st.page_link(
        FINDINGS,
        label="Show these findings",
        icon=":material/lightbulb:",
        query_params={"lever": "caching"},
    )


def _causes(found: Result) -> None:
    """The same in figures."""
    if found.rows.empty:
        _none()
        return
    told = Result(found.rows.assign(what=[_first_line(name) for name in found.rows["finding"]]), found.sql)
    columns = CAUSES | {name: money(CAUSES[name], found.rows[name]) for name in ("usd", "paid_usd")}
    alt = f"A table of causes: {', '.join(found.rows['finding'])}."
    show_table(told, columns, title="Causes", alt=alt, name="cache-causes", help=ABOUT_CAUSES)


def _none() -> None:
    st.subheader("Why the cache was missed", anchor=False)
    st.caption("No findings about the cache in this view.")


def _first_line(finding: str) -> str:
    return TEXTS.get(finding, "").partition("\n")[0]


ABOUT_CAUSES = (
    "From the findings: tokens that the cache would have served but for this cause, and what could have been saved, "
    "net of what the cache writes cost. Small misses are no findings."
)
ABOUT_HITS = "Input tokens read from the prompt cache, as a share of the input of all calls that report it."
ABOUT_WRITES = "Input tokens written to the cache, where the provider reports writes; some do not charge for them."
ABOUT_VAIN = "What was paid for cache writes that no later call read, beyond the uncached price. From the findings."
ABOUT_PAUSES = (
    "Tokens that a turn sent again, by how long after the turn before it began. A cache forgets a prefix when nobody "
    "reads it for its lifetime: 5 minutes or an hour, depending on provider and settings. Misses right of a line may "
    "have expired; misses left of it have another cause."
)

show(chosen())
