"""Names from a proxy login and from headers."""

import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.identity import WHO_HEADERS, from_headers, from_login, from_proxy_authorization
from analytics.record import Who

NAMES = st.text(st.sampled_from(string.ascii_letters + string.digits + " ._-é漢"), min_size=1)


def basic(login: bytes) -> str:
    return "Basic " + base64.b64encode(login).decode()


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        ("", Who()),
        ("red", Who(team="red")),
        ("red+billing", Who(team="red", app="billing")),
        ("red+billing+ada", Who("billing", "red", "ada")),
        ("red+billing+ada+lovelace", Who("billing", "red", "ada+lovelace")),
        ("+billing", Who(app="billing")),
        ("++ada", Who(user_name="ada")),
        ("red%20team", Who(team="red team")),
    ],
)
def test_a_login_names_team_app_and_user(login: str, expected: Who) -> None:
    assert from_login(login) == expected


@given(NAMES, NAMES, NAMES)
def test_a_login_names_whatever_it_was_made_of(team: str, app: str, user: str) -> None:
    assert from_login(f"{team}+{app}+{user}") == Who(app, team, user)
    assert from_proxy_authorization(basic(f"{team}+{app}+{user}:pass".encode())) == Who(app, team, user)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Basic \x00",
        "Bearer cmVkOng=",
        basic(b"\xff\xfe:x"),
        basic(b":x"),
        "Basic cmVk=",
    ],
)
def test_a_header_that_is_no_login_names_nobody(header: str | None) -> None:
    assert from_proxy_authorization(header) == Who()


@given(st.text())
def test_no_header_raises(header: str) -> None:
    from_proxy_authorization(header)
    from_proxy_authorization(f"Basic {header}")


def test_the_scheme_is_known_in_any_case_and_the_password_is_not_looked_at() -> None:
    for password in ("", "x", "a:b"):
        assert from_proxy_authorization(basic(f"red:{password}".encode()).replace("Basic", "bAsIc")).team == "red"


def test_headers_name_app_team_and_user() -> None:
    assert from_headers(dict(zip(WHO_HEADERS, ("a", "t", "u"), strict=True))) == Who("a", "t", "u")
    assert from_headers(dict.fromkeys(WHO_HEADERS, "")) == from_headers({}) == Who()
