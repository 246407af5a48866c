"""`tokenecho password`: who may log in to the dashboard."""

from pathlib import Path

from analytics.launch.users import matches, read_users
from tests.analytics.cli.databases import called

PASSWORD = "not-a-real-password"


def test_a_password_is_asked_for_and_kept_as_a_hash(tmp_path: Path) -> None:
    done = called(tmp_path, "password", "ada", "--role", "admin", stdin=f"{PASSWORD}\n")
    assert (done.exit_code, done.output) == (0, "ada may log in as admin.\n")
    user = read_users(tmp_path / "users.toml")["ada"]
    assert user.role == "admin"
    assert matches(PASSWORD, user.password)
    assert PASSWORD not in (tmp_path / "users.toml").read_text("utf-8")
    assert (tmp_path / "users.toml").stat().st_mode & 0o777 == 0o600


def test_who_is_new_is_a_viewer_and_who_is_known_stays_what_one_was(tmp_path: Path) -> None:
    assert "as viewer" in called(tmp_path, "password", "ben", stdin=PASSWORD).output
    called(tmp_path, "password", "ada", "--role", "admin", stdin=PASSWORD)
    assert "as admin" in called(tmp_path, "password", "ada", stdin=PASSWORD + "2").output
    users = read_users(tmp_path / "users.toml")
    assert matches(PASSWORD + "2", users["ada"].password)
    assert matches(PASSWORD, users["ben"].password)


def test_a_short_password_is_refused_and_nothing_written(tmp_path: Path) -> None:
    done = called(tmp_path, "password", "ada", stdin="short\n")
    assert (done.exit_code, "8 characters or more" in done.output) == (1, True)
    assert not (tmp_path / "users.toml").exists()


def test_single_sign_on_needs_no_password(tmp_path: Path) -> None:
    assert called(tmp_path, "password", "*@example.com", "--sign-on").exit_code == 0
    assert read_users(tmp_path / "users.toml")["*@example.com"].password is None


def test_who_is_removed_is_gone(tmp_path: Path) -> None:
    called(tmp_path, "password", "ada", "--sign-on")
    assert called(tmp_path, "password", "ada", "--remove").exit_code == 0
    assert read_users(tmp_path / "users.toml") == {}
    again = called(tmp_path, "password", "ada", "--remove")
    assert (again.exit_code, "names no 'ada'" in again.output) == (1, True)


def test_a_broken_file_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "users.toml").write_text("[ada", "utf-8")
    assert called(tmp_path, "password", "ada", stdin=PASSWORD).exit_code == 1
    assert (tmp_path / "users.toml").read_text("utf-8") == "[ada"
