"""Logging in, by password and by single sign-on, and what viewers and admins see then."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from analytics.launch.processes import free_port
from analytics.launch.users import User, write_users
from tests.dashboard.browser.chromium import PATIENCE_MS, View
from tests.dashboard.browser.conftest import viewed
from tests.dashboard.browser.sign_on import Provider, provider, secrets_for
from tests.dashboard.serving import PASSWORDS, let_in, served
from tests.dashboard.talks import everything
from tests.dashboard.traffic import stored

CALL = {"conversation": "l1", "exchange": "l8"}
TEXT = "[-Monday-]{+Tuesday+}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("login")
    stored(found / "tokenecho.duckdb", everything())
    return found


@pytest.fixture(scope="module")
def gated(browser: Browser, folder: Path) -> Iterator[int]:
    """The port of a dashboard that asks for a password."""
    let_in(folder)
    with served(folder, "--login") as port:
        yield port


@pytest.fixture
def window(browser: Browser, gated: int, request: pytest.FixtureRequest) -> Iterator[View]:
    yield from viewed(browser, gated, request.node.name)


def log_in(view: View, name: str, password: str, at: str = "") -> None:
    """Go there, and give name and password."""
    view.page.goto(f"http://127.0.0.1:{view.port}/{at}")
    view.page.get_by_label("Name").fill(name)
    view.page.get_by_label("Password").fill(password)
    view.page.get_by_role("button", name="Log in").click()


def test_a_wrong_password_is_refused_and_the_right_one_leads_to_the_shared_view(window: View) -> None:
    log_in(window, "ada", "wrong password", at="live?period=everything&team=red")
    expect(window.page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    assert window.page.locator(".stApp").count() == 0
    window.wrong.clear()  # the browser notes the refusal on its console
    window.page.wait_for_timeout(1_100)
    window.page.get_by_label("Name").fill("ada")
    window.page.get_by_label("Password").fill(PASSWORDS["ada"])
    window.page.get_by_role("button", name="Log in").click()
    window.title("Live")
    expect(window.page).to_have_url(re.compile(r"/live\?.*team=red"), timeout=PATIENCE_MS)
    expect(window.page.get_by_test_id("stSidebar")).to_contain_text("ada (admin)", timeout=PATIENCE_MS)


def test_an_admin_reads_texts_and_stays_logged_in_when_the_page_is_loaded_anew(window: View) -> None:
    log_in(window, "ada", PASSWORDS["ada"])
    window.open("conversation", **CALL)
    expect(window.page.get_by_text(TEXT)).to_be_visible(timeout=PATIENCE_MS)


def test_a_viewer_sees_figures_and_no_texts(window: View) -> None:
    log_in(window, "ben", PASSWORDS["ben"])
    window.open("conversation", **CALL)
    expect(window.page.get_by_text("Texts are not shown to you")).to_be_visible(timeout=PATIENCE_MS)
    assert "Monday" not in window.page.content()
    window.open("conversations", period="everything", texts="true")
    assert "lighthouse" not in window.page.content()


def test_who_logs_out_is_out(window: View) -> None:
    log_in(window, "ben", PASSWORDS["ben"], at="help")
    window.title("Help")
    window.page.get_by_role("button", name="Log out").click()
    expect(window.page.get_by_label("Password")).to_be_visible(timeout=PATIENCE_MS)
    window.page.goto(f"http://127.0.0.1:{window.port}/help")
    expect(window.page.get_by_label("Password")).to_be_visible(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def signing(browser: Browser, folder: Path) -> Iterator[tuple[int, Provider]]:
    """The port of a dashboard with single sign-on, and its provider."""
    port = free_port()
    with provider() as found:
        (folder / "secrets.toml").write_text(secrets_for(found, port), "utf-8")
        write_users(folder / "users.toml", {"ada@example.com": User("admin"), "*@example.com": User("viewer")})
        with served(folder, "--login", port=port):
            yield port, found


@pytest.fixture
def sign_on(browser: Browser, signing: tuple[int, Provider], request: pytest.FixtureRequest) -> Iterator[View]:
    yield from viewed(browser, signing[0], request.node.name)


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"email": "ada@example.com", "email_verified": True}, "ada@example.com (admin)"),
        ({"email": "ben@example.com"}, "ben@example.com (viewer)"),
    ],
)
def test_single_sign_on_lets_in_whom_the_file_names(
    sign_on: View, signing: tuple[int, Provider], claims: dict[str, object], said: str
) -> None:
    signing[1].claims = claims
    sign_on.open().title("tokenecho")
    assert not sign_on.metrics()
    sign_on.page.get_by_role("button", name="Log in").click()
    expect(sign_on.page.get_by_test_id("stSidebar")).to_contain_text(said, timeout=PATIENCE_MS)
    sign_on.open("conversation", **CALL)
    assert (TEXT in sign_on.page.locator(".stMain").inner_text()) == said.endswith("(admin)")


def test_single_sign_on_leads_to_the_shared_view(sign_on: View, signing: tuple[int, Provider]) -> None:
    signing[1].claims = {"email": "ada@example.com", "email_verified": True}
    sign_on.open("live", period="everything", team="red").title("tokenecho")
    sign_on.page.get_by_role("button", name="Log in").click()
    sign_on.title("Live")
    expect(sign_on.page).to_have_url(re.compile(r"/live\?.*team=red"), timeout=PATIENCE_MS)
    sign_on.open().title("Overview")  # once


def test_single_sign_on_of_a_stranger_shows_nothing(sign_on: View, signing: tuple[int, Provider]) -> None:
    signing[1].claims = {"email": "eve@elsewhere.example"}
    sign_on.open("conversation", **CALL)
    sign_on.page.get_by_role("button", name="Log in").click()
    expect(sign_on.page.get_by_text("This login may not see the dashboard")).to_be_visible(timeout=PATIENCE_MS)
    assert "Monday" not in sign_on.page.content()
    assert not sign_on.metrics()
