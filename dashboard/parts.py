"""Parts of a page of which one is looked at. Only that one asks the database, and is drawn.

show_parts("part", {"By model": show_models, "By app": show_apps})
"""

from collections.abc import Callable, Mapping

import streamlit as st


def show_parts(key: str, parts: Mapping[str, Callable[[], None]], default: str | None = None) -> None:
    """A tab for each part, by its title; which one is open stands in the URL under `key`.

    Unless something else was chosen that is the default one, or the first.
    """
    tabs = st.tabs(list(parts), default=default, key=key, bind="query-params")
    for tab, show in zip(tabs, parts.values(), strict=True):
        if tab.open:
            with tab:
                show()
