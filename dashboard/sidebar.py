"""The filters, in the sidebar of every page. Their widgets keep them in the URL, also from page to page."""

from collections.abc import Mapping
from datetime import date

import streamlit as st

from dashboard.data import rows
from dashboard.filters import DAYS, DEFAULT_PERIOD, DIMENSIONS, EVERYTHING, PERIODS, Filters

TITLES = {"provider": "Provider", "model": "Model", "app": "App", "team": "Team", "client": "Client"}
CHOSEN = "chosen filters"


def chosen() -> Filters:
    """What was chosen in this run of the app; pages call this."""
    found: Filters = st.session_state.get(CHOSEN) or Filters()
    return found


def show_filters(names: Mapping[str, list[str]]) -> None:
    """Draw the filters, which offer these names. `?period=7+days&team=search&team=support` sets them."""
    with st.sidebar:
        period = st.selectbox(
            "Time",
            PERIODS,
            index=PERIODS.index(DEFAULT_PERIOD),
            key="period",
            bind="query-params",
            help="All times are UTC. A period begins at a whole hour.",
        )
        first, last = _days() if period == DAYS else (None, None)
        picked = {name: _pick(name, names.get(name, [])) for name in DIMENSIONS}
    st.session_state[CHOSEN] = Filters(period, first, last, **picked)


def widen() -> None:
    """Choose everything; for a button to call."""
    st.session_state["period"] = EVERYTHING
    for name in DIMENSIONS:
        st.session_state[name] = []


def _days() -> tuple[date | None, date | None]:
    """The two ends, both whole days; while only one is given, it stands for both."""
    days = sorted(st.date_input("Days", value=[], key="days", bind="query-params"))
    return (days[0], days[-1]) if days else (None, None)


def _pick(name: str, names: list[str]) -> tuple[str, ...]:
    """Any of these names; one that a shared URL brings along is kept, even if nothing is called so here."""
    picked = st.multiselect(
        TITLES[name], names, key=name, bind="query-params", accept_new_options=True, placeholder="All"
    )
    return tuple(picked)


def names() -> dict[str, list[str]]:
    """What the filters can offer. Raises NoData or DataProblem."""
    found = rows("dashboard_names", age="settled").rows
    return {str(name): list(group["name"]) for name, group in found.groupby("dimension")}
