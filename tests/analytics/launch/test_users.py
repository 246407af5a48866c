"""Who may log in to the dashboard: the file, and passwords."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.launch.login import possible_login
from analytics.launch.places import Places
from analytics.launch.users import User, UsersError, hashed, matches, read_users, role_of, write_users

KNOWN = hashed("correct horse")


def test_a_password_is_known_again_by_its_hash_alone() -> None:
    assert matches("correct horse", KNOWN)
    assert not matches("correct horsf", KNOWN)
    assert "correct" not in KNOWN
    assert hashed("correct horse") != KNOWN


@pytest.mark.parametrize("known", [None, "", "correct horse", "scrypt$1$2", "scrypt$3$8$1$AA==$AA==", "x" + KNOWN])
def test_what_is_no_hash_of_ours_matches_nothing(known: str | None) -> None:
    assert not matches("correct horse", known)
    assert not matches("", known)


@given(
    st.dictionaries(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.sampled_from(["viewer", "admin"]))
)
def test_any_name_comes_back_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, roles: dict[str, str]) -> None:
    path = tmp_path_factory.mktemp("users") / "users.toml"
    users = {name: User("admin" if role == "admin" else "viewer", "scrypt$x") for name, role in roles.items()}
    write_users(path, users)
    assert read_users(path) == users


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "users.toml"
    write_users(path, {"ada": User("admin", KNOWN)})
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["users.toml"]


@pytest.mark.parametrize(
    "text", ["[ada", 'ada = "admin"', "[ada]\nrole = 'owner'", "[ada]", "[ada]\nrole='admin'\npassword=1"]
)
def test_a_file_that_says_something_else_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "users.toml").write_text(text, "utf-8")
    with pytest.raises(UsersError, match=r"users\.toml"):
        read_users(tmp_path / "users.toml")


def test_an_address_has_its_own_role_else_that_of_its_domain() -> None:
    users = {"Ada@example.com": User("admin"), "*@example.com": User("viewer"), "ben": User("admin", KNOWN)}
    assert role_of(users, "ada@EXAMPLE.com") == "admin"
    assert role_of(users, "carl@example.com") == "viewer"
    assert role_of(users, "ada@example.com.evil.example") is None
    assert role_of(users, "ada@sub.example.com") is None
    assert role_of(users, "*@example.com") == "viewer"


def test_single_sign_on_goes_before_passwords(tmp_path: Path) -> None:
    at = Places(tmp_path / "a.duckdb", tmp_path)
    assert possible_login(at) == "none"
    write_users(at.users, {"ada@example.com": User("admin")})
    assert possible_login(at) == "none"
    write_users(at.users, {"ada": User("admin", KNOWN)})
    assert possible_login(at) == "password"
    at.sign_on.write_text("[other]\nx = 1\n", "utf-8")
    assert possible_login(at) == "password"
    at.sign_on.write_text("[auth]\nclient_id = 'x'\n", "utf-8")
    assert possible_login(at) == "sign-on"
    at.sign_on.write_text("[auth", "utf-8")
    with pytest.raises(UsersError, match=r"secrets\.toml"):
        possible_login(at)
