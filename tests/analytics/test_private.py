"""What is private is for the owner only, and an installation has one secret."""

import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from analytics.private import create_folder, create_private, fingerprint, installation_secret, owner_only


@pytest.fixture(autouse=True)
def permissive() -> Iterator[None]:
    """A umask that forbids nothing: what is private is so by our own doing."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_private_file_and_the_folders_made_for_it_are_for_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    create_private(path)
    assert [mode(found) for found in (path, path.parent, path.parent.parent)] == [0o600, 0o700, 0o700]


def test_what_is_there_already_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("mine")
    path.chmod(0o640)
    tmp_path.chmod(0o750)
    create_private(path)
    create_folder(tmp_path)
    assert (path.read_text(), mode(path), mode(tmp_path)) == ("mine", 0o640, 0o750)


def test_what_other_code_makes_meanwhile_is_for_the_owner_only(tmp_path: Path) -> None:
    with owner_only():
        (tmp_path / "inside").touch()
    (tmp_path / "outside").touch()
    assert (mode(tmp_path / "inside"), mode(tmp_path / "outside")) == (0o600, 0o666)


def test_the_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    first = installation_secret(folder)
    assert len(first) == 32
    assert installation_secret(folder) == first
    assert (mode(folder / "secret"), [path.name for path in folder.iterdir()]) == (0o600, ["secret"])
    assert installation_secret(tmp_path / "another") != first


def test_several_that_start_at_once_have_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        for number in range(20):
            assert len(set(threads.map(installation_secret, [tmp_path / str(number)] * 8))) == 1


def test_a_secret_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"short")
    with pytest.raises(ValueError, match="secret: damaged"):
        installation_secret(tmp_path)


def test_a_fingerprint_tells_keys_apart_and_shows_nothing_of_them() -> None:
    secret = bytes(32)
    one = fingerprint(secret, "sk-proj-1234")
    assert one == fingerprint(secret, "sk-proj-1234")
    assert len({one, fingerprint(secret, "sk-proj-1235"), fingerprint(b"x" * 32, "sk-proj-1234")}) == 3
    assert (len(one), "1234" in one) == (16, False)
    assert len(fingerprint(secret, "\udcff")) == 16  # bytes that are not text
