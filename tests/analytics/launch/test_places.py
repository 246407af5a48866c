"""Where files live."""

from pathlib import Path

import pytest

from analytics.launch.places import home, places


def test_everything_lives_in_the_data_folder_by_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOKENECHO_HOME", str(tmp_path))
    at = places()
    assert at.database == tmp_path / "tokenecho.duckdb"
    assert {at.spool.parent, at.collector_lock.parent, at.prices.parent, at.authority.parent} == {tmp_path}


def test_a_database_elsewhere_takes_its_spool_along_and_leaves_the_authority(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOKENECHO_HOME", str(tmp_path / "home"))
    at = places(tmp_path / "audit.duckdb")
    assert at.spool == tmp_path / "audit.duckdb.spool"
    assert at.collector_lock.parent == tmp_path
    assert at.client_bundle == tmp_path / "home" / "ca" / "bundle.pem"


def test_without_a_word_it_is_the_platforms_user_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOKENECHO_HOME", raising=False)
    assert home().name == "tokenecho"
    assert home().is_absolute()
