"""Which page of a long list is asked for: the widget `page` or, before it is drawn, the URL."""

import streamlit as st

KEY = "page"


def asked_page() -> int:
    """The number of the page, from 1 on, whatever the URL says."""
    asked = st.session_state.get(KEY) or st.query_params.get(KEY, "")
    return max(1, int(asked)) if str(asked).isdecimal() else 1


def first_page() -> None:
    """Another question begins at its first page."""
    st.session_state[KEY] = 1


def show_paging(total: int, most: int) -> None:
    """The pages to choose from: `total` rows, `most` on each."""
    st.pagination(-(-total // most), key=KEY, bind="query-params")
