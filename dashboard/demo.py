"""The line above every page that says that a demo is shown."""

import os

import streamlit as st

from analytics.demo.folder import DEMO

TEXT = "Demo data: a made-up team's calls to local stand-ins for the providers, spread over two weeks."


def show_demo() -> None:
    """Say it, if `tokenecho demo` has started this dashboard."""
    if os.environ.get(DEMO):
        st.info(TEXT, icon=":material/science:")
