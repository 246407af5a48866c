"""A login by password, asked over HTTP: nothing is served before it."""

from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from analytics.launch.users import write_users
from tests.dashboard.serving import PASSWORDS, SOCKET, answered, asked, let_in, served
from tests.dashboard.traffic import ADA, DAY, conversation, stored

HTML = {"Accept": "text/html"}
FILES = ("/static/js/index.js", "/media/a.csv", "/_stcore/host-config", "/favicon.png", "/component/x/y", "/live")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with calls and two users."""
    found = tmp_path_factory.mktemp("gate")
    stored(found / "tokenecho.duckdb", conversation(1, 2, 20_000 * DAY, ADA))
    let_in(found)
    return found


@pytest.fixture(scope="module")
def port(home: Path) -> Iterator[int]:
    with served(home, "--login") as found:
        yield found


def given(port: int, name: str, password: str, back: str = "/") -> tuple[int, dict[str, str], str]:
    """What a try to log in gets."""
    return answered(port, "POST", f"/login?next={back}", {"name": name, "password": password})


def cookie(headers: dict[str, str]) -> str:
    """What the browser is to send from now on."""
    [(name, found)] = SimpleCookie(headers["set-cookie"]).items()
    return f"{name}={found.value}"


def logged_in(port: int, name: str) -> str:
    status, headers, _ = given(port, name, PASSWORDS[name])
    assert status == 303
    return cookie(headers)


@pytest.mark.parametrize("path", FILES)
def test_no_file_is_served_before_the_login(port: int, path: str) -> None:
    assert asked(port, path) == 401


def test_no_socket_opens_before_the_login(port: int) -> None:
    socket = SOCKET | {"Origin": f"http://127.0.0.1:{port}"}
    assert asked(port, "/_stcore/stream", **socket) == 403
    assert asked(port, "/_stcore/stream", Cookie="tokenecho_login=WyJhZGEiLDFd.0", **socket) == 403
    assert asked(port, "/_stcore/stream", Cookie=logged_in(port, "ben"), **socket) == 101


def test_a_browser_is_sent_to_the_login_and_back_to_where_it_wanted(port: int) -> None:
    status, headers, _ = answered(port, "GET", "/live?team=red&team=blue", headers=HTML)
    assert (status, headers["location"]) == (303, "/login?next=%2Flive%3Fteam%3Dred%26team%3Dblue")
    status, headers, _ = given(port, "ben", PASSWORDS["ben"], "%2Flive%3Fteam%3Dred%26team%3Dblue")
    assert (status, headers["location"]) == (303, "/live?team=red&team=blue")


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example", "//elsewhere.example", "/%5Celsewhere.example", "/login"]
)
def test_a_login_leads_nowhere_else(port: int, back: str) -> None:
    assert given(port, "ben", PASSWORDS["ben"], back)[1]["location"] == "/"


def test_the_cookie_is_for_this_server_alone(port: int) -> None:
    headers = given(port, "ben", PASSWORDS["ben"])[1]
    assert {"HttpOnly", "SameSite=lax"} <= set(headers["set-cookie"].split("; "))


def test_behind_tls_the_cookie_is_for_tls(port: int) -> None:
    form, headers = {"name": "ben", "password": PASSWORDS["ben"]}, {"X-Forwarded-Proto": "https"}
    assert "Secure" in answered(port, "POST", "/login", form, headers)[1]["set-cookie"]


def test_a_wrong_password_and_an_unknown_name_are_told_alike(port: int) -> None:
    answers = [given(port, name, "wrong password") for name in ("nobody", "nobody too")]
    answers.append(given(port, "ada", "wrong password"))
    assert {(status, said) for status, _, said in answers} == {(403, answers[0][2])}
    assert "set-cookie" not in answers[0][1]


def test_who_guesses_has_to_wait(port: int) -> None:
    for _ in range(6):
        status, headers, _ = given(port, "carl", "wrong password")
    assert status == 429
    assert int(headers["retry-after"]) >= 1


def test_a_form_from_a_page_elsewhere_is_refused(port: int) -> None:
    form, headers = {"name": "ben", "password": PASSWORDS["ben"]}, {"Origin": "https://elsewhere.example"}
    assert answered(port, "POST", "/login", form, headers)[0] == 403


def test_a_name_is_text_on_the_login_page(port: int) -> None:
    page = answered(port, "GET", "/login?next=%2F%22%3E%3Cscript%3E", headers=HTML)
    assert "<script" not in page[2]
    assert page[1]["content-security-policy"].startswith("default-src 'none'")


def test_logging_out_takes_the_cookie_away(port: int) -> None:
    status, headers, _ = answered(port, "GET", "/auth/logout", headers={"Cookie": logged_in(port, "ben")})
    assert (status, headers["location"]) == (303, "/login")
    assert cookie(headers) == "tokenecho_login="


def test_who_is_removed_is_out(port: int, home: Path) -> None:
    kept = logged_in(port, "ben")
    users = let_in(home)
    assert asked(port, "/", Cookie=logged_in(port, "ben")) == 200
    assert asked(port, "/", Cookie=kept) == 401  # the password was set anew
    fresh = logged_in(port, "ben")
    write_users(home / "users.toml", {"ada": users["ada"]})
    assert asked(port, "/", Cookie=fresh) == 401
    write_users(home / "users.toml", users)
    assert asked(port, "/", Cookie=fresh) == 200


def test_a_file_of_users_that_cannot_be_read_lets_nobody_in(port: int, home: Path) -> None:
    before = (home / "users.toml").read_text("utf-8")
    kept = logged_in(port, "ben")
    (home / "users.toml").write_text("[ben", "utf-8")
    try:
        assert asked(port, "/", Cookie=kept) == 401
        assert given(port, "ben", PASSWORDS["ben"])[0] == 500
    finally:
        (home / "users.toml").write_text(before, "utf-8")


def test_health_is_told_to_everybody(port: int) -> None:
    assert asked(port, "/_stcore/health") == 200


def test_a_form_too_long_to_be_one_is_not_read(port: int) -> None:
    assert given(port, "a" * 5_000, "b")[0] == 413
