"""Roles: what a viewer and an admin may see and do, and that nobody else sees anything."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from analytics.launch.login import LOGIN
from analytics.launch.users import User, write_users
from analytics.store.database import Database
from dashboard.filters import EVERYTHING
from tests.dashboard.talks import everything
from tests.dashboard.test_pages import PAGES, opened, shown
from tests.dashboard.traffic import WORDS, stored

ALL = (*PAGES, "conversations", "findings")
# What only a text of these conversations says.
SAID = ("lighthouse", "harbour", "Knock knock")


def says(app: AppTest) -> str:
    """All that the page says, tables too."""
    return shown(app) + "".join(str(table.value.to_dict()) for table in app.dataframe)


def signed_on(app: AppTest, monkeypatch: pytest.MonkeyPatch, **claims: Any) -> AppTest:
    """As a provider of single sign-on has it."""
    monkeypatch.setenv(LOGIN, "sign-on")
    app.user = {"is_logged_in": True, **claims}
    return app


@pytest.mark.parametrize("page", ALL)
@pytest.mark.usefixtures("database")
def test_both_roles_see_every_page(viewer: AppTest, page: str) -> None:
    opened(viewer, page, period=EVERYTHING)
    assert viewer.title[0].value == page.capitalize()
    assert "ben (viewer)" in [text.value for text in viewer.sidebar.text]
    assert WORDS[:40] not in says(viewer)


@pytest.mark.parametrize("page", ["overview", "conversations", "findings", "live", "conversation"])
def test_a_viewers_tables_hold_no_text_and_so_no_download_does(viewer: AppTest, place: Path, page: str) -> None:
    stored(place, everything())
    opened(viewer, page, period=EVERYTHING, conversation="l1", exchange="l8")
    assert viewer.dataframe or viewer.metric
    assert [word for word in SAID if word in says(viewer)] == []


def test_every_query_that_reads_contents_asks_whether_it_may() -> None:
    queries = {
        file.name: file.read_text("utf-8")
        for file in files("analytics").joinpath("sql").iterdir()
        if file.name.startswith("dashboard_") and file.name.endswith(".sql")
    }
    # `exchanges` has a column of that name too, which says how a call was captured.
    reading = {
        name for name, text in queries.items() if re.search(r"\b(join|from) blocks\b", text) and "content" in text
    }
    assert len(reading) == 3
    assert {name for name in reading if "$texts" not in queries[name]} == set()


@pytest.mark.usefixtures("database")
def test_a_viewer_sees_budgets_and_sets_none(viewer: AppTest) -> None:
    opened(viewer, "teams", period=EVERYTHING)
    assert "Save budgets" not in [button.label for button in viewer.button]


@pytest.mark.usefixtures("database")
def test_an_admin_sets_budgets(admin: AppTest) -> None:
    opened(admin, "teams", period=EVERYTHING)
    assert "Save budgets" in [button.label for button in admin.button]


@pytest.mark.parametrize("token", ["", "WyJhZGEiLDFd.00"])
@pytest.mark.usefixtures("database")
def test_who_is_not_logged_in_sees_nothing(admin: AppTest, token: str) -> None:
    admin.user = {"login": token}
    admin.query_params["period"] = EVERYTHING
    admin.run()
    assert not admin.exception
    assert [element.value for element in admin.title] == ["tokenecho"]
    assert not admin.dataframe
    assert not admin.metric
    assert not admin.sidebar.selectbox


@pytest.mark.usefixtures("database")
def test_what_is_taken_away_is_gone_with_the_next_run(admin: AppTest, place: Path) -> None:
    opened(admin, "overview", period=EVERYTHING)
    assert admin.metric
    write_users(place.parent / "users.toml", {"ada": User("viewer", "no hash")})
    admin.run()
    assert "ada (viewer)" in [text.value for text in admin.sidebar.text]
    write_users(place.parent / "users.toml", {})
    admin.run()
    assert not admin.metric


@pytest.mark.usefixtures("database")
def test_single_sign_on_gives_the_role_that_the_address_has(
    app: AppTest, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_users(place.parent / "users.toml", {"*@example.com": User("viewer"), "ada@example.com": User("admin")})
    opened(signed_on(app, monkeypatch, email="Ada@example.com"), "overview", period=EVERYTHING)
    assert "Ada@example.com (admin)" in [text.value for text in app.sidebar.text]
    signed_on(app, monkeypatch, email="ben@example.com", email_verified=True).run()
    assert "ben@example.com (viewer)" in [text.value for text in app.sidebar.text]


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "ada@elsewhere.example"},
        {"email": "ada@example.com", "email_verified": False},
        {"email": None},
        {"email": "ada@example.com", "is_logged_in": False},
        {},
    ],
)
@pytest.mark.usefixtures("database")
def test_single_sign_on_of_a_stranger_shows_nothing(
    app: AppTest, place: Path, monkeypatch: pytest.MonkeyPatch, claims: dict[str, Any]
) -> None:
    write_users(place.parent / "users.toml", {"*@example.com": User("viewer")})
    signed_on(app, monkeypatch, **claims).run()
    assert not app.exception
    assert [element.value for element in app.title] == ["tokenecho"]
    assert not app.metric


def test_texts_are_gone_for_admins_too_where_none_were_kept(admin: AppTest, place: Path) -> None:
    stored(place, everything())
    opened(admin, "conversation", conversation="t1", exchange="t2")
    assert "A secret" not in says(admin)
    assert "Captured without contents" in shown(admin)


def test_a_database_without_calls_is_shown_to_who_may_see_it(viewer: AppTest, place: Path) -> None:
    with Database(place).writing():
        pass
    assert opened(viewer, "overview").title[0].value == "Waiting for the first call"
