"""Live: the newest calls as they come."""

import streamlit as st

from dashboard.data import rows
from dashboard.figures import show_table
from dashboard.notices import notices, show_nothing_here
from dashboard.sidebar import chosen

NEWEST = 200
COLUMNS = {
    "started_at": st.column_config.DatetimeColumn("time (UTC)", format="YYYY-MM-DD HH:mm:ss"),
    "app": "app",
    "team": "team",
    "client": "client",
    "provider": "provider",
    "model": "model",
    "status": st.column_config.NumberColumn("status", format="%d"),
    "ended": "ended by",
    "input_tokens": st.column_config.NumberColumn("input tokens", format="localized"),
    "cache_read_tokens": st.column_config.NumberColumn("from cache", format="localized"),
    "output_tokens": st.column_config.NumberColumn("output tokens", format="localized"),
    "cost_usd": st.column_config.NumberColumn("cost (USD)", format="$%.5f"),
    "ttft_ms": st.column_config.NumberColumn("first byte (ms)", format="%.0f"),
    "duration_ms": st.column_config.NumberColumn("duration (ms)", format="%.0f"),
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


st.title("Live", anchor=False)
newest()
