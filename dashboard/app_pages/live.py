"""Live: the newest calls as they come, what is in flight, and what capture lost."""

from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from dashboard.capture import REMEDIES, Capture, capture
from dashboard.data import Result, here, rows
from dashboard.figures import money, show_figures, show_table, tokens
from dashboard.notices import notices, show_nothing_here
from dashboard.numbers import UNKNOWN, count
from dashboard.sidebar import chosen

NEWEST = 200
COLUMNS: dict[str, Any] = {
    "link": st.column_config.LinkColumn(
        "open", display_text=":material/open_in_new:", width=50, help="Its conversation, in a window of its own."
    ),
    "started_at": st.column_config.DatetimeColumn("time (UTC)", format="MM-DD HH:mm:ss"),
    "model": "model",
    "app": "app",
    "status": st.column_config.NumberColumn("status", format="%d"),
    "ended": st.column_config.TextColumn("ended by", width=110),
    "input_tokens": tokens("input", "tokens"),
    "cache_read_tokens": tokens("from cache", "tokens"),
    "output_tokens": tokens("output", "tokens"),
    "cost_usd": "cost (USD)",
    "ttft_ms": st.column_config.NumberColumn("first byte (ms)", format="localized"),
    "duration_ms": st.column_config.NumberColumn("duration (ms)", format="localized"),
    "team": "team",
    "client": "client",
    "provider": "provider",
}
SHORTFALLS = {
    "reason": "reason",
    "calls": st.column_config.NumberColumn("calls", format="localized"),
    "last_day": st.column_config.DateColumn("last on", format="YYYY-MM-DD"),
    "remedy": st.column_config.TextColumn("what to do", width="large"),
}


@st.fragment(run_every=2.0)
def newest() -> None:
    """The newest calls, looked up again every two seconds."""
    with notices():
        found = rows("dashboard_exchanges", chosen(), age="live", most=NEWEST)
        if found.rows.empty:
            show_nothing_here()
            return
        links = [_link(call) for call in found.rows.to_dict("records")]
        show_table(
            Result(found.rows.assign(link=links), found.sql),
            COLUMNS | {"cost_usd": money("cost (USD)", found.rows["cost_usd"])},
            title="Newest calls",
            alt=f"A table of the newest {len(found.rows)} calls, newest first.",
            name="live-calls",
            height=520,
        )


def _link(call: dict[Any, Any]) -> str:
    """Where the call's messages are; a call that nobody could read is in no conversation."""
    if pd.isna(call["conversation_id"]):
        return ""
    asked = urlencode({"conversation": call["conversation_id"], "exchange": call["exchange_id"]})
    return f"conversation?{asked}"


@st.fragment(run_every=2.0)
def state() -> None:
    """What is under way, and what was lost."""
    with notices():
        seen = capture(here().spool)
        shortfalls = rows("dashboard_shortfalls", age="live")
        lost = int(shortfalls.rows["calls"].sum())
        figures = (
            ("In flight", _running(seen, "in_flight"), "Calls that are under way through the running proxies."),
            (
                "Captured",
                _running(seen, "captured"),
                "Calls that the running proxies captured since they were started.",
            ),
            (
                "Waiting",
                count(seen.waiting if seen else None),
                "Calls in the spool that the collector has yet to read.",
            ),
            ("Lost or unread", f"{lost:,}", "Calls that were not captured, were set aside, or could not be read."),
        )
        show_figures(figures)
        if lost:
            _shortfalls(shortfalls)


def _running(seen: Capture | None, name: str) -> str:
    """A figure of the running proxies."""
    if seen is None:
        return UNKNOWN
    return count(getattr(seen, name)) if seen.proxies else "no proxy"


def _shortfalls(found: Result) -> None:
    told = found.rows.assign(remedy=[REMEDIES.get(reason, "") for reason in found.rows["reason"]])
    alt = f"A table of why calls were not captured or not read: {', '.join(found.rows['reason'])}."
    shown = Result(told, found.sql)
    show_table(shown, SHORTFALLS, title="Lost or unread", alt=alt, name="shortfalls", help="Of the whole database.")


st.title("Live", anchor=False)
state()
newest()
