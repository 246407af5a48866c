"""The app over a database of its own."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.store.database import Database
from dashboard import data
from tests.dashboard.traffic import stored, traffic

APP = str(Path(__file__).parents[2] / "dashboard" / "app.py")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the shown database is, or would be."""
    path = tmp_path / "tokenecho.duckdb"
    monkeypatch.setenv("TOKENECHO_DB", str(path))
    monkeypatch.setattr(data, "PATIENCE_S", 0.2)
    st.cache_data.clear()
    return path


@pytest.fixture
def database(place: Path) -> Database:
    """The shown database, with calls in it."""
    return stored(place, traffic(datetime.now(UTC)))


@pytest.fixture
def app(place: Path) -> AppTest:
    """The app, not yet run."""
    return AppTest.from_file(APP, default_timeout=60)
