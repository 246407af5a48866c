"""Coming back from single sign-on to where one wanted to go."""

from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.homing import COOKIE, LOGGED_IN, Homing


@pytest.fixture
def browser() -> TestClient:
    """A browser before something that answers everything."""
    route = Route("/{path:path}", lambda request: PlainTextResponse("here"), methods=["GET", "POST"])
    app = Starlette(routes=[route], middleware=[Middleware(Homing)])
    return TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)


def test_the_page_that_was_wanted_is_where_the_login_leads_and_only_once(browser: TestClient) -> None:
    assert browser.get("/live?team=red&team=blue").text == "here"
    browser.cookies.set(LOGGED_IN, "somebody")
    answer = browser.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/live?team=red&team=blue")
    assert browser.get("/").text == "here"


@pytest.mark.parametrize("path", ["/", "/static/js/a.js", "/_stcore/health", "/oauth2callback?code=1", "/live/x"])
def test_only_pages_are_kept_in_mind(browser: TestClient, path: str) -> None:
    browser.get(path)
    assert COOKIE not in browser.cookies


def test_who_is_logged_in_needs_no_reminder(browser: TestClient) -> None:
    browser.cookies.set(LOGGED_IN, "somebody")
    browser.get("/live?team=red")
    assert COOKIE not in browser.cookies


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/live", "//elsewhere.example/live", "/\\elsewhere.example", "/login", "live"]
)
def test_a_forged_reminder_leads_nowhere(browser: TestClient, address: str) -> None:
    browser.cookies.set(LOGGED_IN, "somebody")
    browser.cookies.set(COOKIE, quote(address, safe=""))
    assert browser.get("/").text == "here"


def test_a_very_long_address_is_not_kept(browser: TestClient) -> None:
    browser.get("/live?team=" + "x" * 2_000)
    assert COOKIE not in browser.cookies
