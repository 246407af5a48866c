"""What the running proxies say of themselves, from the spool beside the database."""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from analytics.doctor.capture_state import LOSSES, live
from analytics.spool import Spool

REMEDIES = LOSSES | {
    "set_aside": "The reader broke on them. They are kept in the spool; `tokenecho reparse` tries them again.",
    "unread": "No dialect could read them. They are stored raw; `tokenecho reparse` tries them again.",
}


@dataclass(frozen=True, slots=True)
class Capture:
    """How many proxies were heard of just now, the calls in flight through them and captured by them.

    `waiting` counts the records that the collector has yet to read.
    """

    proxies: int
    in_flight: int
    captured: int
    waiting: int


@st.cache_data(ttl=1.0, show_spinner=False, max_entries=10)
def capture(spool: Path) -> Capture | None:
    """The state of capture; None where the spool cannot be read."""
    if not spool.exists():  # no proxy has run beside this database
        return Capture(0, 0, 0, 0)
    try:
        with closing(Spool(spool)) as opened:
            running = live(opened.proxies(), time.time())
            waiting = opened.waiting()
    except (sqlite3.Error, OSError):
        return None
    flying, captured = (sum(getattr(proxy, name) for proxy in running) for name in ("in_flight", "captured"))
    return Capture(len(running), flying, captured, waiting)
