"""`tokenecho sql`: a query over the database, read-only."""

import json
from pathlib import Path

import duckdb
import pytest

from analytics.cli.querying import distinct, encoded, one_line
from tests.analytics.cli.databases import called, conversation
from tests.analytics.cli.terminal import tokenecho

QUERY = "select exchange_id, input_tokens, app, started_at, details from exchanges order by 1"


def test_a_pipe_gets_a_heading_and_columns_between_tabs(tmp_path: Path) -> None:
    conversation(tmp_path)
    ran = tokenecho(tmp_path, "sql", QUERY)
    assert (ran.returncode, ran.stderr) == (0, "")
    heading, *rows = [line.split("\t") for line in ran.stdout.splitlines()]
    assert heading == ["exchange_id", "input_tokens", "app", "started_at", "details"]
    assert [row[:3] for row in rows] == [[f"record-{number}", "20", ""] for number in (1, 2, 3)]


def test_json_is_a_list_of_objects(tmp_path: Path) -> None:
    conversation(tmp_path)
    found = json.loads(tokenecho(tmp_path, "sql", "--json", QUERY).stdout)
    assert found[0] == {
        "exchange_id": "record-1",
        "input_tokens": 20,
        "app": None,
        "started_at": "2026-09-21T14:13:21",
        "details": "{}",
    }
    assert json.loads(tokenecho(tmp_path, "sql", "--json", f"{QUERY} limit 0").stdout) == []


@pytest.mark.parametrize(
    "query",
    [
        "delete from exchanges",
        "create table more (a int)",
        "select * from read_csv('/etc/passwd')",
        "select content from read_text('/etc/passwd')",
        "select * from glob('/*')",
        "copy exchanges to '{folder}/stolen.csv'",
        "attach '{folder}/other.duckdb'",
        "set enable_external_access = true",
        "install httpfs",
    ],
)
def test_a_query_changes_nothing_and_reaches_no_other_file(tmp_path: Path, query: str) -> None:
    conversation(tmp_path)
    before = (tmp_path / "tokenecho.duckdb").read_bytes()
    ran = called(tmp_path, "sql", query.format(folder=tmp_path))
    assert ran.exit_code == 1
    assert ran.stderr.startswith("Error: ")
    assert len(ran.stderr.splitlines()) == 1
    assert (tmp_path / "tokenecho.duckdb").read_bytes() == before
    assert not (tmp_path / "stolen.csv").exists()


def test_a_mistake_is_one_line_that_says_what_there_is(tmp_path: Path) -> None:
    conversation(tmp_path)
    ran = tokenecho(tmp_path, "sql", "select\n  input_token\nfrom exchanges")
    assert ran.returncode == 1
    assert "input_tokens" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_values_that_json_has_no_type_for_are_written_as_text() -> None:
    connection = duckdb.connect()
    query = "select 'ab'::blob b, 1.5::decimal(4,1) d, (2::hugeint ** 80)::hugeint h, interval 1 day i, map {1: 'x'} m"
    row = connection.execute(query).fetchone()
    assert row is not None
    assert json.loads(encoded(list(row))) == ["6162", 1.5, 2**80, "1 day, 0:00:00", {"1": "x"}]


def test_columns_of_one_name_are_told_apart() -> None:
    assert distinct(["a", "a", "a_1", "a"]) == ["a", "a_1", "a_1_1", "a_2"]


def test_a_message_ends_before_the_excerpt_of_the_query() -> None:
    assert (
        one_line(ValueError("Binder Error: no\nCandidates: x\n\nLINE 1: select\n  ^"))
        == "Binder Error: no Candidates: x"
    )


def test_a_query_may_come_from_standard_input(tmp_path: Path) -> None:
    conversation(tmp_path)
    found = called(tmp_path, "sql", "-", stdin="select count(*) as n from turns")
    assert found.stdout == "n\n3\n"
