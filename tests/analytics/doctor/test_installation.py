"""What the doctor says of versions, files and the certificate authority."""

import os
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analytics.doctor.check import Check
from analytics.doctor.installation import authority_check, file_checks, version_checks
from analytics.launch.certificates import ensure_authority
from analytics.launch.places import Places
from analytics.private import installation_secret
from analytics.spool import Spool


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Places:
    home = tmp_path_factory.mktemp("data") / "home"
    places = Places(home / "tokenecho.duckdb", home)
    installation_secret(home)
    ensure_authority(places)
    Spool(places.spool).close()
    return places


def look(at: Places) -> dict[str, Check]:
    return {check.subject: check for check in file_checks(at)}


def test_versions_are_those_of_a_bug_report() -> None:
    found = {check.subject: check.found for check in version_checks()}
    assert found["mitmproxy"] == "12.2.3"
    assert found["Python"].startswith(".".join(map(str, sys.version_info[:3])))
    assert {"tokenecho", "duckdb", "system"} <= set(found)


def test_files_as_tokenecho_makes_them_are_in_order(at: Places) -> None:
    levels = {check.level for name, check in look(at).items() if name != "database"}
    assert levels == {"ok"}
    assert look(at)["data folder"].found == f"{at.home} (mode 700)"
    assert look(at)["authority key"].found.endswith("(mode 600)")


def test_a_database_that_is_not_there_yet_is_only_noted(at: Places) -> None:
    assert look(at)["database"] == Check("file", "database", "note", f"{at.database}: not there yet")


@pytest.mark.parametrize(
    ("name", "path", "mode", "remedy"),
    [("secret", "secret", 0o640, "chmod 600"), ("authority folder", "ca", 0o755, "chmod 700")],
)
def test_what_others_may_read_is_a_warning(at: Places, name: str, path: str, mode: int, remedy: str) -> None:
    right = (at.home / path).stat().st_mode
    (at.home / path).chmod(mode)
    try:
        found = look(at)[name]
    finally:
        (at.home / path).chmod(right)
    assert found.level == "warning"
    assert found.remedy == f"{remedy} '{at.home / path}'"


def test_a_folder_of_the_users_own_is_not_judged(at: Places, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    elsewhere = Places(tmp_path / "project.duckdb", at.home)
    assert not [check for check in file_checks(elsewhere) if check.level == "warning"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to anything")
def test_a_file_that_cannot_be_written_is_a_failure(at: Places) -> None:
    at.spool.chmod(0o400)
    try:
        assert look(at)["spool"].level == "failure"
    finally:
        at.spool.chmod(0o600)


def test_the_authority_is_valid_for_years(at: Places) -> None:
    found = authority_check(at)
    assert found.level == "ok"
    assert re.search(r"valid until \d{4}-\d\d-\d\d \(SHA-256 [0-9a-f]{16}…\)$", found.found)


@pytest.mark.parametrize(("before", "level"), [(31, "ok"), (29, "warning"), (-1, "failure")])
def test_an_authority_near_its_end_is_a_warning_and_past_it_a_failure(at: Places, before: int, level: str) -> None:
    end = re.search(r"until (\S+)", authority_check(at).found)
    assert end
    now = datetime.fromisoformat(end.group(1)).replace(tzinfo=UTC) + timedelta(days=1) - timedelta(days=before)
    found = authority_check(at, now)
    assert found.level == level
    assert bool(found.remedy) is (level != "ok")


def test_a_missing_authority_is_made_by_the_first_proxy(tmp_path: Path) -> None:
    assert authority_check(Places(tmp_path / "x.duckdb", tmp_path)).level == "note"


def test_a_damaged_authority_is_a_failure_that_says_how_to_renew_it(tmp_path: Path) -> None:
    at = Places(tmp_path / "x.duckdb", tmp_path)
    at.authority.mkdir()
    at.authority_certificate.write_text("no certificate")
    assert authority_check(at).level == "failure"
    assert str(at.authority) in authority_check(at).remedy
