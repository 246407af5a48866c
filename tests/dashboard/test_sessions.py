"""Tokens of who is logged in."""

import pytest

from analytics.launch.users import User
from dashboard.sessions import LONGEST_S, bearer, token

SECRET, NOW = b"s" * 32, 1_790_000_000.0
USERS = {"ada": User("admin", "scrypt$1"), "ben": User("viewer", "scrypt$2"), "eve": User("viewer")}


def test_a_token_is_good_for_its_time() -> None:
    given = token(SECRET, "ada", USERS["ada"], NOW)
    assert bearer(SECRET, given, USERS, NOW + LONGEST_S) == "ada"
    assert bearer(SECRET, given, USERS, NOW + LONGEST_S + 1) is None
    assert bearer(SECRET, given, USERS, NOW - 10) is None


def test_a_token_ends_with_the_password_the_user_and_the_secret() -> None:
    given = token(SECRET, "ada", USERS["ada"], NOW)
    assert bearer(SECRET, given, USERS | {"ada": User("admin", "scrypt$new")}, NOW) is None
    assert bearer(SECRET, given, USERS | {"ada": User("admin")}, NOW) is None
    assert bearer(SECRET, given, {}, NOW) is None
    assert bearer(b"t" * 32, given, USERS, NOW) is None


def test_a_role_can_change_without_a_new_login() -> None:
    given = token(SECRET, "ben", USERS["ben"], NOW)
    assert bearer(SECRET, given, USERS | {"ben": User("admin", "scrypt$2")}, NOW) == "ben"


@pytest.mark.parametrize("forged", ["", ".", "x", "WyJhZGEiLDFd", "WyJhZGEiLDFd.00", "bnVsbA==.00", "é.é", "W10=.0"])
def test_what_is_no_token_is_nobodys(forged: str) -> None:
    assert bearer(SECRET, forged, USERS, NOW) is None


def test_anothers_name_under_ones_own_signature_is_nobodys() -> None:
    mine, hers = (token(SECRET, name, USERS[name], NOW) for name in ("ben", "ada"))
    assert bearer(SECRET, f"{hers.partition('.')[0]}.{mine.partition('.')[2]}", USERS, NOW) is None
