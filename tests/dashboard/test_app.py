"""The live table, driven by Streamlit's own test runner."""

from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from tests.analytics.cli.terminal import called
from tests.analytics.cli.test_exchanges import har

APP = str(Path(__file__).parents[2] / "dashboard" / "app.py")


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page over a database of its own."""
    monkeypatch.setenv("TOKENECHO_DB", str(tmp_path / "tokenecho.duckdb"))
    return AppTest.from_file(APP, default_timeout=30)


def test_an_empty_home_says_how_to_send_the_first_call(page: AppTest) -> None:
    page.run()
    assert not page.exception
    assert page.title[0].value == "Waiting for the first call"
    assert page.code[0].value == "tokenecho run -- python your_app.py"


def test_captured_calls_are_rows(page: AppTest, tmp_path: Path) -> None:
    called(tmp_path, "import", str(har(tmp_path)))
    page.query_params["period"] = "everything"
    page.run()
    assert not page.exception
    (row,) = page.dataframe[0].value.to_dict("records")
    assert (row["model"], row["input_tokens"], row["output_tokens"]) == ("gpt-4o-2024-08-06", 1000, 100)


def test_a_foreign_database_is_a_message(page: AppTest, tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "tokenecho.duckdb") as connection:
        connection.execute("create table sales (amount double)")
    page.run()
    assert not page.exception
    assert "cannot be read" in page.error[0].value
    assert "not a database of tokenecho's" in page.text[0].value
