"""The line above every page that says that a demo is shown."""

import os

import streamlit as st

from analytics.demo.folder import DEMO

TEXT = (
    "Demo data: a made-up team. Its calls were captured from local stand-ins for the providers by the real proxy, and "
    "their times spread over two weeks. All figures are computed as for your own calls, at public prices."
)


def show_demo() -> None:
    """Say it, if `tokenecho demo` has started this dashboard."""
    if os.environ.get(DEMO):
        st.info(TEXT, icon=":material/science:")
