"""The dashboard's entry: `streamlit run dashboard/app.py`, started by `tokenecho dashboard`."""

import streamlit as st

from dashboard.data import DataProblem, NoData, recent_exchanges

st.set_page_config(page_title="tokenecho", page_icon="🔁", layout="wide")


@st.fragment(run_every=2.0)
def live_table() -> None:
    """The newest calls, looked up again every two seconds."""
    try:
        rows = recent_exchanges(limit=200)
    except NoData as problem:
        st.info(f"{problem}\n\nSend the first call: `tokenecho run -- python your_app.py`")
        return
    except DataProblem as problem:
        st.error(str(problem))
        return
    st.caption(f"The newest {len(rows):,} calls, newest first; – is unknown.")
    st.dataframe(rows, hide_index=True, width="stretch", column_config=COLUMNS, placeholder="–")


COLUMNS = {
    "started_at": st.column_config.DatetimeColumn("time (UTC)", format="YYYY-MM-DD HH:mm:ss"),
    "input_tokens": st.column_config.NumberColumn("input tokens", format="localized"),
    "cache_read_tokens": st.column_config.NumberColumn("from cache", format="localized"),
    "output_tokens": st.column_config.NumberColumn("output tokens", format="localized"),
    "cost_usd": st.column_config.NumberColumn("cost (USD)", format="%.5f"),
    "ttft_ms": st.column_config.NumberColumn("first byte (ms)", format="%.0f"),
    "duration_ms": st.column_config.NumberColumn("duration (ms)", format="%.0f"),
}

st.title("tokenecho")
live_table()
