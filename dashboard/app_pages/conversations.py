"""Conversations: all of them, a page at a time; a row opens one."""

from typing import Any

import streamlit as st

from dashboard import access
from dashboard.data import Result, rows
from dashboard.figures import money, show_table
from dashboard.notices import show_nothing_here
from dashboard.paging import asked_page, first_page, show_paging
from dashboard.plain_text import one_line
from dashboard.sidebar import chosen

PAGE = "app_pages/conversation.py"
MOST = 50
# Points of a sparkline: more than its pixels can show.
POINTS = 40
ORDERS = {
    "latest": "Latest first",
    "cost": "Cost",
    "input": "Input tokens",
    "echo": "Tokens sent before",
    "turns": "Turns",
    "context": "Context window used",
    "growth": "Growth per turn",
    "errors": "Failed calls",
}
ABOUT_COST = "Without calls of unknown cost, which a column further right counts."
COLUMNS: dict[str, Any] = {
    "opening": st.column_config.TextColumn("begins with", width=220),
    "growth": st.column_config.AreaChartColumn(
        "input by turn", width=130, help="The largest input at each turn.", y_min=0
    ),
    "turns": st.column_config.NumberColumn("turns", format="localized"),
    "input_tokens": st.column_config.NumberColumn("input tokens", format="compact"),
    "echo_share": st.column_config.NumberColumn(
        "sent before", format="percent", help="The share of the input that was sent again or was the model's own reply."
    ),
    "cost_usd": "cost (USD)",
    "ended_at": st.column_config.DatetimeColumn("last call (UTC)", format="YYYY-MM-DD HH:mm"),
    "model": "model",
    "app": "app",
    "team": "team",
    "user_name": "user",
    "client": "client",
    "exact_share": st.column_config.NumberColumn(
        "counted exactly", format="percent", help="The share of the resent tokens that is exact; the rest is estimated."
    ),
    "cache_hit_share": st.column_config.NumberColumn("from cache", format="percent"),
    "growth_per_turn": st.column_config.NumberColumn("growth (tokens per turn)", format="%.0f"),
    "context_used": st.column_config.NumberColumn(
        "window used", format="percent", help="At most, by one call's input."
    ),
    "output_tokens": st.column_config.NumberColumn("output tokens", format="compact"),
    "exchanges": st.column_config.NumberColumn("calls", format="localized"),
    "branches": st.column_config.NumberColumn("branches", format="localized"),
    "errors": st.column_config.NumberColumn("failed", format="localized"),
    "unpriced": st.column_config.NumberColumn("calls of unknown cost", format="localized"),
    "conversation_id": "id",
}


def _asked() -> dict[str, Any]:
    """What is searched and in which order, from the widgets above the table."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Search",
            key="search",
            on_change=first_page,
            bind="query-params",
            icon=":material/search:",
            placeholder="app, team, user, model, client or id; every word must be found",
        )
        ordering = st.selectbox(
            "Sort by",
            list(ORDERS),
            format_func=ORDERS.__getitem__,
            key="sort",
            on_change=first_page,
            bind="query-params",
            width=220,
        )
        ascending = st.toggle("Smallest first", key="ascending", bind="query-params", on_change=first_page)
    texts = access.may_read_texts() and st.toggle(
        "Search the first messages too",
        key="texts",
        on_change=first_page,
        bind="query-params",
        help="Reads the texts of all conversations in this view, which takes seconds where there are many.",
    )
    words = tuple(search.lower().split())
    return {"words": words or None, "texts": texts, "ordering": ordering, "descending": not ascending}


def _show_page(found: Result, total: int) -> None:
    """The table of these conversations; a chosen row opens."""
    result = rows(
        "dashboard_conversation_rows",
        ids=tuple(found.rows["conversation_id"]),
        points=POINTS,
        texts=access.may_read_texts(),
    )
    openings = result.rows["opening"].map(lambda text: one_line(text, 120), na_action="ignore")
    shown = Result(result.rows.assign(opening=openings), result.sql)
    columns = COLUMNS | {"cost_usd": money("cost (USD)", shown.rows["cost_usd"], ABOUT_COST)}
    picked = show_table(
        shown,
        {name: column for name, column in columns.items() if name != "opening" or openings.notna().any()},
        title=f"{total:,} conversations",
        alt=f"A table of {len(shown.rows):,} conversations with their growth, tokens and cost.",
        name="conversations",
        height=560,
        select=True,
    )
    if picked is not None:
        conversation = str(shown.rows["conversation_id"].iloc[picked])
        # The filters are bound to the URL, and stay in it.
        st.switch_page(PAGE, query_params={"conversation": conversation})


def main() -> None:
    """The search, the page that is asked for, and the table."""
    st.title("Conversations", anchor=False)
    asked = _asked()
    found = rows("dashboard_conversation_page", chosen(), most=MOST, skipped=(asked_page() - 1) * MOST, **asked)
    if found.rows.empty and asked_page() > 1:
        first_page()
        found = rows("dashboard_conversation_page", chosen(), most=MOST, skipped=0, **asked)
    if found.rows.empty:
        st.info("No conversation has all of these words.") if asked["words"] else show_nothing_here()
        return
    total = int(found.rows["conversations"].iloc[0])
    _show_page(found, total)
    st.caption(
        "Those with a call in this view; figures are those of the whole conversation. "
        "Tick a row to open it. A click on a column's head sorts this page only."
    )
    show_paging(total, MOST)


main()
