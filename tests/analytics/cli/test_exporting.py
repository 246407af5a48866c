"""`tokenecho export`: a table as a file."""

import csv
import io
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from analytics.cli.filters import moment
from analytics.narrowing import KEPT
from analytics.record import Who
from analytics.store.database import Database, sql
from tests.analytics.chats import AT, chat, said
from tests.analytics.cli.databases import called, collected, conversation
from tests.analytics.cli.terminal import ROOT, environment, tokenecho

DAY = 86_400


def three_days(home: Path) -> None:
    """A call a day, of two apps and two teams."""
    whose = (Who("shop", "red"), Who("shop", "blue"), Who("desk", "blue"))
    collected(home, [chat(at, started_at=AT + at * DAY, who=who) for at, who in enumerate(whose)])


def handed_over(home: Path) -> Database:
    """A conversation that a second app goes on with on its third day."""
    texts = ["Question 1?", "Answer 1.", "And then?", "Answer 2.", "And in the end?"]
    whose = (Who("shop"), Who("shop"), Who("desk"))
    turns = [
        chat(at + 1, said(*texts[: 2 * at + 1]), started_at=AT + at * DAY, who=who) for at, who in enumerate(whose)
    ]
    return collected(home, turns)


def test_the_three_formats_hold_the_same_rows(tmp_path: Path) -> None:
    conversation(tmp_path)
    for form in ("parquet", "csv", "jsonl"):
        ran = called(tmp_path, "export", "--format", form, str(tmp_path / f"found.{form}"))
        assert (ran.exit_code, ran.stdout) == (0, ""), ran.stderr
    table = pq.read_table(tmp_path / "found.parquet").to_pylist()
    rows = list(csv.DictReader((tmp_path / "found.csv").read_text("utf-8").splitlines()))
    lines = [json.loads(line) for line in (tmp_path / "found.jsonl").read_text("utf-8").splitlines()]
    ids = [{row["exchange_id"]: int(row["input_tokens"]) for row in found} for found in (table, rows, lines)]
    assert ids[0] == ids[1] == ids[2] == {f"record-{number}": 20 for number in (1, 2, 3)}
    assert lines[0]["usage_raw"]["prompt_tokens"] == 20
    assert (tmp_path / "found.csv").stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("tmp*"))


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([], {"record-0", "record-1", "record-2"}),
        (["--app", "shop"], {"record-0", "record-1"}),
        (["--team", "blue"], {"record-1", "record-2"}),
        (["--app", "shop", "--team", "blue"], {"record-1"}),
        (["--app", "x' or true --"], set()),
        (["--since", "2026-09-22"], {"record-1", "record-2"}),
        (["--until", "2026-09-22"], {"record-0", "record-1"}),
        (["--since", "2026-09-22T16:13+02:00", "--until", "2026-09-22T14:13:21Z"], {"record-1"}),
    ],
)
@pytest.mark.parametrize("table", ["exchanges", "turns"])
def test_filters_choose_exchanges_and_what_belongs_to_them(
    tmp_path: Path, table: str, options: list[str], found: set[str]
) -> None:
    three_days(tmp_path)
    ran = called(tmp_path, "export", "--format", "jsonl", "--table", table, *options, "-")
    assert ran.exit_code == 0, ran.stderr
    assert {json.loads(line)["exchange_id"] for line in ran.stdout.splitlines()} == found


def test_conversations_are_added_up_over_the_chosen_calls(tmp_path: Path) -> None:
    handed_over(tmp_path)
    ran = called(tmp_path, "export", "--format", "csv", "--table", "conversations", "--app", "shop", "-")
    (row,) = csv.DictReader(io.StringIO(ran.stdout))
    assert (row["conversation_id"], row["exchanges"], row["input_tokens"]) == ("record-1", "2", "40")


def test_blocks_are_those_that_the_chosen_calls_sent_or_got(tmp_path: Path) -> None:
    handed_over(tmp_path)
    ran = called(tmp_path, "export", "--json", "--table", "blocks", "--app", "shop", "-")
    found = sorted(json.loads(line)["content"] for line in ran.stdout.splitlines())
    assert found == ["And then?", "Answer 1.", "Answer 2.", "Question 1?"]


@pytest.mark.parametrize("options", [["--app", "desk"], ["--until", "2026-09-22"]])
def test_every_table_holds_what_a_query_with_the_same_options_finds(tmp_path: Path, options: list[str]) -> None:
    database = handed_over(tmp_path)
    with database.reading() as connection:
        names = {str(row[0]) for row in connection.execute(sql("relations")).fetchall()}
    assert {"exchanges", "conversations", "hours", "blocks"} <= names - KEPT
    for name in names - KEPT:
        file = tmp_path / f"{name}.csv"
        ran = called(tmp_path, "export", "--table", name, *options, str(file))
        assert ran.exit_code == 0, ran.stderr
        query = "select nullif(columns(*)::varchar, '') from {} order by all"
        asked = json.loads(called(tmp_path, "sql", "--json", *options, query.format(name)).stdout)
        with duckdb.connect() as reader:
            found = reader.execute(
                query.format("read_csv(?, header = true, all_varchar = true)"), [str(file)]
            ).fetchall()
        assert found == [tuple(row.values()) for row in asked], name


def test_where_no_calls_are_chosen_it_says_so_and_writes_no_rows(tmp_path: Path) -> None:
    conversation(tmp_path)
    ran = tokenecho(tmp_path, "export", "--app", "nobody", str(tmp_path / "none.csv"))
    assert ran.returncode == 0
    said = "No calls are chosen by --since, --until, --app and --team.", f"0 rows of exchanges in {tmp_path}/none.csv."
    assert ran.stderr.splitlines() == list(said)
    assert len((tmp_path / "none.csv").read_text("utf-8").splitlines()) == 1


def test_a_filtered_export_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    path = handed_over(tmp_path).path
    before = path.read_bytes()
    with Database(path).reading():
        ran = tokenecho(tmp_path, "export", "--table", "hours", "--app", "shop", "--json", "-")
    assert (ran.returncode, ran.stderr) == (0, "2 rows of hours.\n")
    assert path.read_bytes() == before


def test_json_is_a_json_object_a_line(tmp_path: Path) -> None:
    conversation(tmp_path)
    asked = [called(tmp_path, "export", *options, "-") for options in (["--json"], ["--format", "jsonl"])]
    assert [ran.exit_code for ran in asked] == [0, 0]
    assert asked[0].stdout == asked[1].stdout
    assert [len(json.loads(line)["exchange_id"]) for line in asked[0].stdout.splitlines()] == [8, 8, 8]
    assert called(tmp_path, "export", "--json", "--format", "jsonl", "-").stdout == asked[0].stdout


def test_json_and_another_format_exclude_each_other(tmp_path: Path) -> None:
    conversation(tmp_path)
    ran = called(tmp_path, "export", "--json", "--format", "csv", str(tmp_path / "out.csv"))
    assert ran.exit_code == 2
    assert "--json is the same as --format jsonl; with --format csv leave it out." in ran.stderr
    assert not (tmp_path / "out.csv").exists()


def test_what_other_commands_print_does_not_change_a_file(tmp_path: Path) -> None:
    conversation(tmp_path)
    assert called(tmp_path, "export", str(tmp_path / "out.csv"), more={"TOKENECHO_JSON": "1"}).exit_code == 0
    assert (tmp_path / "out.csv").read_text("utf-8").startswith("exchange_id,")


def test_the_apps_of_captured_calls_do_not_filter_an_export(tmp_path: Path) -> None:
    three_days(tmp_path)
    ran = called(tmp_path, "export", "--format", "jsonl", "-", more={"TOKENECHO_APP": "desk"})
    assert len(ran.stdout.splitlines()) == 3


def test_parquet_goes_through_a_pipe(tmp_path: Path) -> None:
    conversation(tmp_path)
    command = [sys.executable, "-m", "analytics.cli", "export", "--format", "parquet", "--table", "blocks", "-"]
    ran = subprocess.run(command, env=environment(tmp_path), cwd=ROOT, capture_output=True, check=True)
    assert pq.read_table(io.BytesIO(ran.stdout)).num_rows == 6
    assert ran.stderr.decode() == "6 rows of blocks.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--table", "nothing"], "There is no table 'nothing'; there are "),
        (["--table", "losses", "--app", "shop"], "it can only be exported whole"),
        (["--table", "nothing", "--app", "shop"], "There is no table 'nothing'; there are "),
        (["--since", "yesterday"], "no day or time such as 2026-11-01"),
        (["--table", "exchanges; drop table exchanges"], "There is no table"),
    ],
)
def test_a_mistake_is_named_and_leaves_no_file(tmp_path: Path, arguments: list[str], message: str) -> None:
    conversation(tmp_path)
    ran = called(tmp_path, "export", "--format", "csv", *arguments, str(tmp_path / "out.csv"))
    assert ran.exit_code in (1, 2)
    assert message in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "out.csv").exists()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    conversation(tmp_path)
    ran = called(tmp_path, "export", "--format", "csv", str(tmp_path / "none" / "out.csv"))
    assert ran.exit_code == 1
    assert "No such file or directory" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_day_ends_where_the_next_one_begins() -> None:
    assert moment("2026-11-01") == datetime(2026, 11, 1)
    assert moment("2026-11-01", end=True) == datetime(2026, 11, 2)
    assert moment("2026-11-01T10:00+02:00", end=True) == datetime(2026, 11, 1, 8)


def test_every_table_and_view_can_be_exported(tmp_path: Path) -> None:
    database = conversation(tmp_path)
    with database.reading() as connection:
        names = [
            row[0]
            for row in connection.execute(
                "select distinct table_name from duckdb_columns() where not internal"
            ).fetchall()
        ]
    assert {"exchanges", "turns", "conversations", "blocks"} <= set(names)
    with duckdb.connect() as reader:
        for name in names:
            file = tmp_path / f"{name}.parquet"
            ran = called(tmp_path, "export", "--format", "parquet", "--table", name, str(file))
            assert ran.exit_code == 0, ran.stderr
            assert reader.execute("select count(*) from read_parquet(?)", [str(file)]).fetchone() is not None


def test_the_files_name_tells_the_format(tmp_path: Path) -> None:
    conversation(tmp_path)
    assert called(tmp_path, "export", str(tmp_path / "calls.csv")).exit_code == 0
    assert (tmp_path / "calls.csv").read_text("utf-8").startswith("exchange_id,")
    assert "--format parquet|csv|jsonl" in called(tmp_path, "export", str(tmp_path / "calls.xlsx")).output


def test_without_a_file_it_is_named_after_the_table_and_nothing_is_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert called(tmp_path, "export", "--table", "turns", "--format", "jsonl").exit_code == 0
    before = (tmp_path / "turns.jsonl").read_text("utf-8")
    assert len(before.splitlines()) == 3
    again = called(tmp_path, "export", "--table", "turns", "--format", "jsonl")
    assert (again.exit_code, "is there already" in again.output) == (1, True)
