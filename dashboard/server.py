"""The server of the pages: Streamlit's, behind the gate. `tokenecho dashboard` runs it with `streamlit run`."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from analytics.launch.login import told_login
from analytics.launch.places import places
from dashboard.gate import Gate

app = st.App(
    Path(__file__).with_name("app.py"),
    middleware=[Middleware(Gate, at=places(), login=told_login())],
)
