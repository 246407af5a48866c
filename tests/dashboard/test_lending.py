"""The database, lent to whoever reads and given back."""

import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from analytics.store.database import Database, DatabaseMissing
from dashboard.lending import Lending

WRITE = "import sys, duckdb; duckdb.connect(sys.argv[1]).execute('select 1'); print('written')"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "tokenecho.duckdb"
    with Database(found).writing():
        pass
    return found


def written(path: Path) -> bool:
    """Whether another process can open the file to write."""
    ran = subprocess.run([sys.executable, "-c", WRITE, str(path)], capture_output=True, text=True, check=False)
    return "written" in ran.stdout


def test_queries_of_a_view_share_a_connection(path: Path) -> None:
    lending = Lending(linger=60.0)
    with lending.reading(path, 1.0) as first:
        first.execute("set variable kept = 7")
    with lending.reading(path, 1.0) as second:
        assert second.execute("select getvariable('kept')").fetchone() == (7,)
    assert not written(path)


def test_it_is_given_back_by_itself(path: Path) -> None:
    lending = Lending(linger=0.05)
    with lending.reading(path, 1.0):
        pass
    ended = threading.Event()
    for _ in range(100):
        if written(path):
            break
        ended.wait(0.05)
    assert written(path)


def test_without_lingering_it_is_given_back_at_once(path: Path) -> None:
    lending = Lending(linger=0.0)
    with lending.reading(path, 1.0):
        pass
    assert written(path)


def test_another_file_is_another_connection(path: Path, tmp_path: Path) -> None:
    lending, other = Lending(linger=60.0), tmp_path / "other.duckdb"
    with Database(other).writing() as connection:
        connection.execute("insert into meta values ('which', 'other')")
    with lending.reading(path, 1.0):
        pass
    with lending.reading(other, 1.0) as connection:
        assert connection.execute("select value from meta where key = 'which'").fetchone() == ("other",)
    assert written(path)


def test_a_query_that_fails_leaves_nothing_open(path: Path) -> None:
    lending = Lending(linger=60.0)
    with pytest.raises(duckdb.Error), lending.reading(path, 1.0) as connection:
        connection.execute("select nothing")
    assert written(path)


def test_a_file_that_is_not_there_can_come(tmp_path: Path) -> None:
    lending, late = Lending(linger=60.0), tmp_path / "late.duckdb"
    with pytest.raises(DatabaseMissing), lending.reading(late, 0.1):
        pass
    with Database(late).writing():
        pass
    with lending.reading(late, 1.0) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
