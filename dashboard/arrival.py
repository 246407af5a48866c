"""Coming and going: who is logged in, and what is shown to who is not."""

import streamlit as st
from streamlit.errors import StreamlitAuthError

from analytics.launch.login import providers, told_login
from dashboard import access
from dashboard.data import here
from dashboard.plain_text import one_line


def show_login() -> None:
    """Instead of every page, to who may see none."""
    st.title("tokenecho", anchor=False)
    if told_login() == "sign-on" and st.user.get("is_logged_in"):
        st.warning("This login may not see the dashboard. Whoever runs it can allow it: `tokenecho password`.")
        st.text(one_line(str(st.user.get("email") or "The provider gave no address."), 120))
        _show_logout()
    elif told_login() == "sign-on":
        _show_providers()
    else:
        st.info("This login has ended.")
        st.button("Log in", on_click=st.logout, type="primary")  # the gate asks for name and password then


def show_who() -> None:
    """Name, role and the way out, in the sidebar; nothing without a login."""
    known = access.name()
    if known is None:
        return
    with st.sidebar:
        st.text(f"{one_line(known, 60)} ({access.role()})")
        _show_logout()


def _show_logout() -> None:
    if st.button("Log out", icon=":material/logout:", key="log-out"):
        st.logout()


def _show_providers() -> None:
    """A button for each provider."""
    for provider in providers(here()):
        label = f"Log in with {one_line(provider, 40)}" if provider else "Log in"
        if st.button(label, type="primary"):
            _log_in(provider)


def _log_in(provider: str | None) -> None:
    try:
        st.login(provider)
    except StreamlitAuthError as problem:
        st.error("Single sign-on is not configured rightly.", icon=":material/key:")
        st.text(str(problem))
