"""`tokenecho sql` with `--since`, `--until`, `--app` and `--team`: only the chosen calls, and what belongs to them."""

import csv
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from analytics.narrowing import KEPT, narrow
from analytics.record import Body, Record, Who
from analytics.reporting import Selection
from analytics.store.database import Database, sql
from tests.analytics.chats import AT, chat, said
from tests.analytics.cli.databases import called, collected, conversation
from tests.analytics.cli.terminal import tokenecho

DAY = 86_400
SHOP, DESK = Who("shop", "red"), Who("desk", "blue")
TEXTS = ["Question 1?", "Answer 1.", "And then?", "Answer 2.", "And in the end?"]


def traffic() -> list[Record]:
    """A conversation that two apps hold over three days, and another one of the second app."""
    whose = (SHOP, SHOP, DESK)
    turns = [
        chat(turn, said(*TEXTS[: 2 * turn - 1]), started_at=AT + turn * DAY, who=whose[turn - 1]) for turn in (1, 2, 3)
    ]
    return [*turns, chat(9, said("Elsewhere?"), started_at=AT + 3 * DAY + 60, who=DESK)]


def cut_off(number: int, who: Who) -> Record:
    """A call whose reply stopped at the token limit, which is a finding."""
    record = chat(number, started_at=AT + number * DAY, who=who)
    got = record.response.data.replace(b'"stop"', b'"length"')
    return replace(record, response=Body(got, len(got)))


def asked(home: Path, query: str, *options: str) -> list[dict[str, Any]]:
    """The rows of a query."""
    ran = called(home, "sql", "--json", *options, query)
    assert ran.exit_code == 0, ran.stderr
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    return found


def test_a_query_sees_the_calls_that_are_left_and_no_others(tmp_path: Path) -> None:
    collected(tmp_path, traffic())
    ran = tokenecho(tmp_path, "sql", "--app", "shop", "select exchange_id from exchanges order by 1")
    assert (ran.returncode, ran.stderr, ran.stdout) == (0, "", "exchange_id\nrecord-1\nrecord-2\n")


@pytest.mark.parametrize(
    ("options", "calls"),
    [
        (["--app", "shop"], {"record-1", "record-2", "record-4"}),
        (["--team", "blue"], {"record-3", "record-9", "record-5"}),
        (["--since", "2026-09-23", "--until", "2026-09-25"], {"record-2", "record-3", "record-9", "record-4"}),
        (["--app", "x' or true --"], set()),
    ],
)
@pytest.mark.parametrize("table", ["exchanges", "turn_costs", "findings"])
def test_the_rows_of_calls_are_as_they_are_without_filters(
    tmp_path: Path, table: str, options: list[str], calls: set[str]
) -> None:
    collected(tmp_path, [*traffic(), cut_off(4, SHOP), cut_off(5, DESK)])
    assert called(tmp_path, "rebuild").exit_code == 0
    whole = asked(tmp_path, f"from {table} order by all")
    assert asked(tmp_path, f"from {table} order by all", *options) == [r for r in whole if r["exchange_id"] in calls]
    assert {"record-4", "record-5"} <= {row["exchange_id"] for row in whole}


def test_conversations_are_added_up_over_the_calls_that_are_left(tmp_path: Path) -> None:
    collected(tmp_path, traffic())
    query = "select conversation_id, exchanges, input_tokens, app from conversations order by all"
    first = {"conversation_id": "record-1", "exchanges": 2, "input_tokens": 40, "app": "shop"}
    assert asked(tmp_path, query, "--app", "shop") == [first]
    later, other = asked(tmp_path, query, "--app", "desk")
    assert later == first | {"exchanges": 1, "input_tokens": 20, "app": "desk"}
    assert other == {"conversation_id": "record-9", "exchanges": 1, "input_tokens": 20, "app": "desk"}


def test_hours_are_those_of_a_database_that_holds_nothing_else(tmp_path: Path) -> None:
    first, second, *others = traffic()
    collected(tmp_path / "all", [first, second, *others])
    collected(tmp_path / "some", [first, second])
    query = "from hours order by all"
    assert asked(tmp_path / "all", query, "--until", "2026-09-23") == asked(tmp_path / "some", query)


def test_blocks_are_those_that_the_calls_sent_or_got(tmp_path: Path) -> None:
    collected(tmp_path, traffic())
    query = "select content from blocks order by 1"
    contents = [row["content"] for row in asked(tmp_path, query, "--app", "shop")]
    assert contents == ["And then?", "Answer 1.", "Answer 2.", "Question 1?"]
    assert "Elsewhere?" in [row["content"] for row in asked(tmp_path, query, "--app", "desk")]


@pytest.mark.parametrize("length", [1, 31, 32, 33, 64, 201])
@pytest.mark.parametrize("strides", ["whole", "lost"])
def test_a_long_history_is_there_to_its_beginning(tmp_path: Path, length: int, strides: str) -> None:
    texts = [f"Text {at}." for at in range(201)]
    other = [f"Other {at}." for at in range(101)]
    database = collected(tmp_path, [chat(0, said(*other)), chat(1, said(*texts)), chat(2, said(*texts[:length]))])
    if strides == "lost":
        with database.writing() as connection:
            connection.execute("delete from strides")
    with database.reading() as connection:
        chosen = connection.execute("select started_at from exchanges where exchange_id = 'record-2'").fetchone()
        assert chosen is not None
        narrow(connection, Selection(since=chosen[0]))
        found = connection.execute("select depth, content from prefixes join blocks using (block_hash) order by 1")
        assert found.fetchall() == [(at + 1, texts[at]) for at in range(length)]


def test_every_table_and_view_is_there_with_all_its_columns(tmp_path: Path) -> None:
    database = conversation(tmp_path)
    with database.writing() as connection:
        connection.execute("insert into losses values ('spool-1', 'memory', '2026-09-22', 1)")
        connection.execute("insert into set_aside values ('spool-2', 'record-7', 'unreadable')")
    with database.reading() as connection:
        whole = connection.execute(sql("relations")).fetchall()
        narrow(connection, Selection(app="nobody"))
        assert connection.execute(sql("relations")).fetchall() == whole
        kept = {name for name, _ in whole if connection.execute("from query_table(?)", [name]).fetchall()}
    assert kept == KEPT


def test_all_calls_are_beside_those_that_are_left(tmp_path: Path) -> None:
    collected(tmp_path, traffic())
    query = "select (select count(*) from turns) as chosen, (select count(*) from stored.turns) as stored"
    assert asked(tmp_path, query, "--app", "shop") == [{"chosen": 2, "stored": 4}]


@pytest.mark.parametrize("name", ["stored", "chosen", "memory", "main", 'odd "name" of\'s', "exchanges"])
def test_the_file_may_be_called_anything(tmp_path: Path, name: str) -> None:
    shutil.copy(conversation(tmp_path).path, tmp_path / f"{name}.duckdb")
    found = asked(tmp_path, "select count(*) as n from conversations", "--db", str(tmp_path / f"{name}.duckdb"),
                  "--since", "2026-01-01")  # fmt: skip
    assert found == [{"n": 1}]


@pytest.mark.parametrize(
    "query",
    [
        "delete from exchanges",
        "delete from stored.exchanges",
        "create table more (a int)",
        "drop view exchanges",
        "insert into hours from hours",
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
    ran = called(tmp_path, "sql", "--since", "2026-01-01", query.format(folder=tmp_path))
    assert ran.exit_code == 1
    assert ran.stderr.startswith("Error: ")
    assert len(ran.stderr.splitlines()) == 1
    assert (tmp_path / "tokenecho.duckdb").read_bytes() == before
    assert not (tmp_path / "stolen.csv").exists()


def test_others_may_read_meanwhile(tmp_path: Path) -> None:
    database = conversation(tmp_path)
    with database.reading() as connection:
        narrow(connection, Selection(app="nobody"))
        query = "select count(*) as n from exchanges"
        assert tokenecho(tmp_path, "sql", "--since", "2026-01-01", query).stdout == "n\n3\n"
        assert connection.execute(query).fetchone() == (0,)


def test_a_mistake_is_one_line_that_says_what_there_is(tmp_path: Path) -> None:
    conversation(tmp_path)
    ran = called(tmp_path, "sql", "--since", "2026-01-01", "select\n  input_token\nfrom exchanges")
    assert (ran.exit_code, len(ran.stderr.splitlines())) == (1, 1)
    assert '"input_tokens"' in ran.stderr


def test_where_nothing_is_left_it_says_so(tmp_path: Path) -> None:
    conversation(tmp_path)
    ran = called(tmp_path, "sql", "--app", "nobody", "select count(*) as n from exchanges")
    assert (ran.exit_code, ran.stdout) == (0, "n\n0\n")
    assert ran.stderr == "No calls are chosen by --since, --until, --app and --team.\n"


def test_the_apps_of_captured_calls_do_not_choose(tmp_path: Path) -> None:
    conversation(tmp_path)
    found = called(tmp_path, "sql", "select count(*) as n from exchanges", more={"TOKENECHO_APP": "desk"})
    assert found.stdout == "n\n3\n"


def test_without_filters_the_file_keeps_its_name(tmp_path: Path) -> None:
    database: Database = conversation(tmp_path)
    with duckdb.connect(database.path, read_only=True) as connection:
        (name,) = connection.execute("select current_database()").fetchone() or ("",)
    ran = called(tmp_path, "sql", "select current_database() as name")
    assert next(csv.DictReader(io.StringIO(ran.stdout)))["name"] == name
