"""The dashboard's entry, which `server.py` serves and `tokenecho dashboard` starts.

A page is a file of `app_pages/`: it lays out, and leaves the rest to `data.py` (rows), `charts/` (figures from rows),
`figures.py` (a chart with its alt text and downloads), `sidebar.chosen()` (the filters) and `numbers.py`. A page raises
what `data.rows` raises; the message is shown here.
"""

from pathlib import Path

import streamlit as st

from dashboard import access
from dashboard.arrival import show_login, show_who
from dashboard.data import DataProblem
from dashboard.demo import show_demo
from dashboard.notices import captured, notices, show_welcome
from dashboard.sidebar import names, show_filters

FOLDER = Path(__file__).with_name("app_pages")
# File, title, icon, and whether it is in the menu.
PAGES = (
    ("overview", "Overview", ":material/monitoring:", True),
    ("conversations", "Conversations", ":material/forum:", True),
    ("conversation", "Conversation", ":material/chat:", False),
    ("findings", "Findings", ":material/lightbulb:", True),
    ("cache", "Cache", ":material/cached:", True),
    ("teams", "Teams", ":material/groups:", True),
    ("live", "Live", ":material/bolt:", True),
    ("help", "Help", ":material/help:", True),
)


def main() -> None:
    """Choose the page, draw the filters, run the page."""
    st.set_page_config(page_title="tokenecho", page_icon="🔁", layout="wide")
    if access.role() is None:
        st.navigation(_closed(), position="hidden").run()
        return
    pages = [
        st.Page(
            FOLDER / f"{name}.py",
            title=title,
            icon=icon,
            default=name == PAGES[0][0],
            visibility="visible" if listed else "hidden",
        )
        for name, title, icon, listed in PAGES
        if (FOLDER / f"{name}.py").exists()
    ]
    _run(st.navigation(pages))


def _closed() -> list[st.Page]:
    """The same addresses, of which each asks for a login."""
    first, *others = (name for name, *_ in PAGES)
    return [
        st.Page(show_login, title="Log in", url_path=first, default=True),
        *(st.Page(show_login, title="Log in", url_path=name) for name in others),
    ]


def _run(page: st.Page) -> None:
    """Draw the filters and run the page; without any call, or without a database to read, say so instead."""
    offered: dict[str, list[str]] = {}
    problem: DataProblem | None = None
    try:
        empty = not captured()
        offered = names()
    except DataProblem as found:
        empty, problem = False, found
    show_filters(offered)  # in any case: a filter that is not drawn is gone from the URL
    show_who()
    show_demo()
    with notices():
        if page.url_path == "help":
            page.run()
        elif problem:
            raise problem
        elif empty:
            show_welcome()
        else:
            page.run()


main()
