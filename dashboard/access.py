"""Who is at the screen, and what that person may see and do."""

import time

import streamlit as st

from analytics.launch.login import told_login
from analytics.launch.users import Role, UsersError, read_users, role_of
from analytics.private import installation_secret
from dashboard.data import here
from dashboard.sessions import bearer


def role() -> Role | None:
    """What who is at the screen is here; None is nobody.

    Without a login the dashboard listens on loopback: who reaches it owns the database. Looked up at every run of a
    page, so that what is taken away is gone with the next one.
    """
    if told_login() == "none":
        return "admin"
    try:
        known, users = name(), read_users(here().users)
    except (UsersError, OSError, ValueError):  # a file that cannot be read lets nobody in
        return None
    if known is None:
        return None
    return role_of(users, known) if told_login() == "sign-on" else users[known].role


def name() -> str | None:
    """Who is logged in; None is nobody, or that nobody has to. Raises UsersError, OSError or ValueError."""
    if told_login() == "none":
        return None
    if told_login() == "sign-on":
        return _address()
    at, given = here(), str(st.user.get("login") or "")
    return bearer(installation_secret(at.home), given, read_users(at.users), time.time())


def may_read_texts() -> bool:
    """Whether the texts of messages are shown."""
    return role() == "admin"


def may_set_budgets() -> bool:
    """Whether budgets can be changed here."""
    return role() == "admin"


def may_mute() -> bool:
    """Whether findings can be muted here."""
    return role() == "admin"


def _address() -> str | None:
    """The address that the provider of single sign-on vouches for."""
    if not st.user.get("is_logged_in") or st.user.get("email_verified") is False:
        return None
    address = st.user.get("email")
    return address if isinstance(address, str) and "@" in address else None
