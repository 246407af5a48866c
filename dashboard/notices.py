"""What a page says instead of figures: nothing captured yet, nothing in this view, a database that cannot be read."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import streamlit as st

from dashboard.data import DataProblem, NoData, rows
from dashboard.sidebar import widen

TRIED = "waits for the database"
FIRST_CALL = "tokenecho run -- python your_app.py"
ALREADY_RUNNING = """tokenecho up
# in the shell from which your application starts
eval "$(tokenecho env)\""""


@contextmanager
def notices() -> Iterator[None]:
    """Around whatever reads the database: a problem is a message, never a traceback. Fragments need their own."""
    try:
        yield
    except NoData:
        show_welcome()
    except DataProblem as problem:
        st.error("The database cannot be read now.", icon=":material/database:")
        st.text(str(problem))  # a path is text, whatever signs are in it
        if st.button("Try again"):
            st.rerun()
        _try_again()


def show_welcome() -> None:
    """How to send the first call; the page fills by itself when it arrives."""
    st.title("Waiting for the first call", anchor=False)
    st.write("Start your application through tokenecho; nothing in it has to be changed:")
    st.code(FIRST_CALL, language="bash")
    st.write("Or keep a proxy running, and send to it whatever you start:")
    st.code(ALREADY_RUNNING, language="bash")
    st.write("`tokenecho doctor` finds out why calls do not arrive.")
    _wait()


@st.fragment(run_every=10.0)
def _try_again() -> None:
    """Look whether it can be read now, and show the page then."""
    if st.session_state.pop(TRIED, False):
        with suppress(DataProblem):
            captured()
            st.rerun()
    st.session_state[TRIED] = True


@st.fragment(run_every=2.0)
def _wait() -> None:
    """Look for the first call until it is there."""
    st.caption("This page looks for it every two seconds.")
    try:
        arrived = captured()
    except DataProblem:
        return
    if arrived:
        st.rerun()


def captured() -> bool:
    """Whether there is any call to show. Raises NoData or DataProblem."""
    return bool(rows("dashboard_captured", age="live").rows["captured"][0])


def show_nothing_here() -> None:
    """No call is left by the filters."""
    st.info("No calls in this view. A longer time or fewer filters show more.", icon=":material/filter_alt:")
    st.button("Show everything", on_click=widen)
