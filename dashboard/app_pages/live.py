"""Live: the newest calls as they come, what is in flight, and what capture lost."""

import streamlit as st

from dashboard.capture import REMEDIES, Capture, capture
from dashboard.data import Result, here, rows
from dashboard.figures import show_table
from dashboard.notices import notices, show_nothing_here
from dashboard.numbers import UNKNOWN, count
from dashboard.sidebar import chosen

NEWEST = 200
COLUMNS = {
    "started_at": st.column_config.DatetimeColumn("time (UTC)", format="MM-DD HH:mm:ss"),
    "model": "model",
    "status": st.column_config.NumberColumn("status", format="%d"),
    "ended": "ended by",
    "input_tokens": st.column_config.NumberColumn("input", format="localized", help="tokens"),
    "cache_read_tokens": st.column_config.NumberColumn("from cache", format="localized", help="tokens"),
    "output_tokens": st.column_config.NumberColumn("output", format="localized", help="tokens"),
    "cost_usd": st.column_config.NumberColumn("cost (USD)", format="$%.5f"),
    "ttft_ms": st.column_config.NumberColumn("first byte (ms)", format="%.0f"),
    "duration_ms": st.column_config.NumberColumn("duration (ms)", format="%.0f"),
    "app": "app",
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
        show_table(
            found,
            COLUMNS,
            title="Newest calls",
            alt=f"A table of the newest {len(found.rows)} calls, newest first.",
            name="live-calls",
            height=520,
        )


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
        for column, (title, value, about) in zip(st.columns(4), figures, strict=True):
            column.metric(title, value, help=about, border=True, height="stretch")
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
