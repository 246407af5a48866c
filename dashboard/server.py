"""The server of the pages: Streamlit's, behind the gate. `tokenecho dashboard` runs it with `streamlit run`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from analytics.launch.login import told_login
from analytics.launch.places import places
from dashboard.gate import Gate
from dashboard.homing import Homing
from dashboard.shell import Shell

# What the pages import takes seconds: the first viewer need not wait for it.
SLOW = ("plotly.graph_objects", "dashboard.figures", "dashboard.found", "dashboard.messages", "dashboard.ways")


@asynccontextmanager
async def ready(app: st.App) -> AsyncIterator[None]:
    """Before the first page is served."""
    for module in SLOW:
        await asyncio.to_thread(import_module, module)
    yield


login = told_login()
app = st.App(
    Path(__file__).with_name("app.py"),
    lifespan=ready,
    middleware=[
        Middleware(Gate, at=places(), login=login),
        *([Middleware(Homing)] if login == "sign-on" else []),
        Middleware(Shell),
    ],
)
