"""The app over a database of its own."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st
from hypothesis import settings
from streamlit.testing.v1 import AppTest

from analytics.launch.login import LOGIN
from analytics.launch.users import Role, User, write_users
from analytics.private import installation_secret
from analytics.store.database import Database
from dashboard import data
from dashboard.lending import Lending
from dashboard.sessions import token
from tests.dashboard.traffic import stored, traffic

# How long an example takes says nothing about what is tested.
settings.register_profile("without a clock", deadline=None)
settings.load_profile("without a clock")
APP = str(Path(__file__).parents[2] / "dashboard" / "app.py")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the shown database is, or would be."""
    path = tmp_path / "tokenecho.duckdb"
    monkeypatch.setenv("TOKENECHO_DB", str(path))
    monkeypatch.setenv("TOKENECHO_HOME", str(tmp_path))
    monkeypatch.setattr(data, "PATIENCE_S", 0.2)
    # A test writes in this very process, where DuckDB has no file open for reading and for writing.
    monkeypatch.setattr(data, "lending", Lending(linger=0.0))
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


@pytest.fixture
def admin(app: AppTest, place: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The app as ada sees it, an admin who is logged in."""
    return logged_in(app, place.parent, monkeypatch, "ada", "admin")


@pytest.fixture
def viewer(app: AppTest, place: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The app as ben sees it, a viewer who is logged in."""
    return logged_in(app, place.parent, monkeypatch, "ben", "viewer")


def logged_in(app: AppTest, home: Path, monkeypatch: pytest.MonkeyPatch, name: str, role: Role) -> AppTest:
    """As the gate hands it on; what is no hash is nobody's password."""
    monkeypatch.setenv(LOGIN, "password")
    user = User(role, "no hash")
    write_users(home / "users.toml", {name: user})
    app.user = {"login": token(installation_secret(home), name, user, time.time())}
    return app
