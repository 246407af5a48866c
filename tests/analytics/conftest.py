"""A spool and the database beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.spool import Spool
from analytics.store.database import Database


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool(tmp_path / "calls.duckdb.spool")
    yield opened
    opened.close()


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "calls.duckdb")
