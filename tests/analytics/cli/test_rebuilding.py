"""`tokenecho rebuild`: what is derived comes out the same, and at today's prices."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from analytics.launch.collector_lock import CollectorLock
from analytics.launch.places import Places
from analytics.record import Record, Who
from analytics.store.database import Database
from analytics.store.documentation import columns
from tests.analytics.chats import AT, chat, said, tables
from tests.analytics.cli.databases import called, collected
from tests.analytics.cli.terminal import ROOT, environment
from tests.analytics.test_background import TRAFFIC

PRICES = """[[price]]
provider = "openai"
model = "gpt-4o-mini*"
input = 1000.0
output = 1000.0
"""


def traffic() -> list[Record]:
    """Two conversations with a fork, a failed call, an unread one, and a response that ran in the background."""
    texts = ["Question 1?", "Answer 1.", "And then?", "Answer 2.", "And in the end?"]
    turns = [chat(10 + turn, said(*texts[: 2 * turn - 1])) for turn in (1, 2, 3)]
    other = [chat(20, said("Another?")), chat(21, said(*texts[:3], "Answer 2.", "A fork?")), chat(22, status=500)]
    return [*turns, *other, chat(30, api="xai.grpc"), chat(31, api="openai.embeddings"), *TRAFFIC]


def derived(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All tables and views, without what waits to be examined."""
    found = {name: rows for name, rows in tables(database).items() if name != "unexamined"}
    with database.reading() as connection:
        for view in ("turns", "turn_costs", "conversations"):
            found[view] = connection.table(view).order("all").fetchall()
    return found


def test_everything_comes_out_the_same(tmp_path: Path) -> None:
    database = collected(tmp_path, traffic())
    before = derived(database)
    result = called(tmp_path, "rebuild")
    assert result.exit_code == 0
    assert result.output == "12 calls in 6 conversations made anew.\n"
    assert derived(database) == before


def test_what_was_lost_or_spoilt_comes_back(tmp_path: Path) -> None:
    database = collected(tmp_path, traffic())
    before = derived(database)
    with database.writing() as connection:
        connection.execute("delete from links where turn > 1")
        connection.execute("delete from ledgers")
        connection.execute("insert into ledgers (exchange_id) values ('nobody')")
        connection.execute("update exchanges set cost_usd = 7, uncached_usd = null where reading = 'read'")
        connection.execute("update exchanges set usage_from = null, usage_basis = 'none', usage_raw = null, "
                           "input_tokens = null, output_tokens = null where exchange_id = 'record-1'")  # fmt: skip
        connection.execute("update chains set offers = [], seeks = []")
        connection.execute("update hours set cost_usd = 7, calls = 0")
        connection.execute("drop view conversations")
    called(tmp_path, "rebuild")
    assert derived(database) == before


def test_the_columns_keep_their_comments(tmp_path: Path) -> None:
    database = collected(tmp_path, traffic())
    called(tmp_path, "rebuild")
    with database.reading() as connection:
        query = "select count(*) from duckdb_columns() where not internal and comment is not null"
        assert connection.execute(query).fetchone() == (sum(1 for column in columns() if column.comment),)


def test_a_new_price_file_reaches_calls_of_the_past(tmp_path: Path) -> None:
    collected(tmp_path, traffic())
    (tmp_path / "prices.toml").write_text(PRICES, "utf-8")
    made = orjson.loads(called(tmp_path, "rebuild", "--json").stdout)
    assert made["repriced"] == 7
    assert made["cost_usd"] == pytest.approx(made["cost_before_usd"] + 7 * 0.025, rel=0.01)


def test_prices_can_be_kept(tmp_path: Path) -> None:
    database = collected(tmp_path, traffic())
    before = derived(database)
    (tmp_path / "prices.toml").write_text(PRICES, "utf-8")
    assert "something else" not in called(tmp_path, "rebuild", "--keep-prices").output
    assert derived(database) == before
    assert "7 of them cost something else than before: " in called(tmp_path, "rebuild").output


def test_a_collector_at_work_is_not_disturbed(tmp_path: Path) -> None:
    collected(tmp_path, traffic())
    lock = CollectorLock(Places(tmp_path / "tokenecho.duckdb", tmp_path).collector_lock)
    assert lock.take()
    result = called(tmp_path, "rebuild")
    lock.release()
    assert result.exit_code == 1
    assert "A collector is at work" in result.output
    assert called(tmp_path, "rebuild").exit_code == 0


def test_without_a_database_none_is_made(tmp_path: Path) -> None:
    result = called(tmp_path, "rebuild")
    assert result.exit_code == 1
    assert "no database there yet" in result.output
    assert not (tmp_path / "tokenecho.duckdb").exists()


def test_a_mistake_in_the_price_file_is_told_before_anything_is_touched(tmp_path: Path) -> None:
    database = collected(tmp_path, traffic())
    before = derived(database)
    (tmp_path / "prices.toml").write_text("[[price]]\ninput = -1\n", "utf-8")
    result = called(tmp_path, "rebuild")
    assert result.exit_code == 1
    assert "prices.toml" in result.output
    assert derived(database) == before


KILLED = """
import os, signal
from analytics import rebuilding
from analytics.cli import tokenecho

def die(connection, pricer, advance):
    os.kill(os.getpid(), signal.SIGKILL)

at = {at}
rebuilding.DERIVED = (*rebuilding.DERIVED[:at], rebuilding.Derived("Death", die), *rebuilding.DERIVED[at:])
tokenecho(["rebuild"])
"""


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_killed_in_the_middle_it_leaves_what_was_there(tmp_path: Path, at: int) -> None:
    database = collected(tmp_path, traffic())
    before = derived(database)
    (tmp_path / "prices.toml").write_text(PRICES, "utf-8")
    program = [sys.executable, "-c", KILLED.format(at=at)]
    ended = subprocess.run(program, env=environment(tmp_path), cwd=ROOT, capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert derived(database) == before
    os.unlink(tmp_path / "prices.toml")
    assert called(tmp_path, "rebuild").exit_code == 0
    assert derived(database) == before


def two_apps() -> list[Record]:
    """A conversation of `shop` with a turn of `desk`, one of `desk` days later, and their first requests again."""
    texts = ["Question 1?", "Answer 1.", "And then?", "Answer 2.", "And in the end?"]
    usage = {"prompt_tokens": 200, "completion_tokens": 5}
    turns = [
        chat(number, said(*texts[:length]), usage=usage, who=Who(app))
        for number, length, app in ((1, 1, "shop"), (2, 3, "shop"), (3, 5, "desk"), (20, 1, "shop"))
    ]
    other = ["Elsewhere?", "Answer 7.", "And there?"]
    system = [{"role": "system", "content": "You work at a desk."}]
    headers = (("content-type", "application/json"), ("user-agent", "curl/8.5.0"))
    others = [
        chat(number, system + said(*other[:length]), started_at=AT + 172_800 + number, request_headers=headers,
             usage=usage, who=Who("desk", user_name="another"))
        for number, length in ((7, 1), (8, 3), (21, 1))
    ]  # fmt: skip
    return [*turns, *others, chat(9, api="openai.embeddings", who=Who("shop"))]


CHOSEN = 1, 2, 3, 9, 20  # by the app `shop`, with the other calls of their conversation
SPOILT = (
    "update ledgers set new_tokens = 1",
    "update exchanges set cost_usd = 7",
    "update hours set cost_usd = 7",
    "update findings set advice = 'Nothing.'",
    "update chains set offers = []",
)


def test_a_part_made_anew_comes_out_the_same(tmp_path: Path) -> None:
    database = collected(tmp_path, two_apps())
    called(tmp_path, "rebuild")
    before = tables(database)
    for options in (["--app", "shop"], ["--since", "2026-09-22"], ["--until", "2026-09-22"], ["--team", "nobody"]):
        assert called(tmp_path, "rebuild", *options).exit_code == 0
        assert tables(database) == before


@pytest.mark.parametrize(
    ("spoilt", "options"),
    # Without links nobody knows what else is in a chosen call's conversation.
    [(SPOILT, ("--app", "shop")), (("delete from links",), ("--until", "2026-09-22"))],
)
def test_only_conversations_with_a_chosen_call_are_made_anew_but_these_as_a_whole(
    tmp_path: Path, spoilt: tuple[str, ...], options: tuple[str, str]
) -> None:
    database = collected(tmp_path, two_apps())
    called(tmp_path, "rebuild")
    before = derived(database)
    with database.writing() as connection:
        for spoiling in spoilt:
            connection.execute(spoiling)
    wrong = derived(database)
    called(tmp_path, "rebuild", *options)
    after = derived(database)
    ids = {f"record-{number}" for number in CHOSEN}
    assert _of(before["findings"]) > _of(before["findings"], ids) > set()
    for table in ("exchanges", "turns", "findings", "chains"):
        assert _of(after[table], ids) == _of(before[table], ids), table
        assert _of(after[table]) - _of(after[table], ids) == _of(wrong[table]) - _of(wrong[table], ids), table
    assert after["hours"] == before["hours"][:-1] + wrong["hours"][-1:]
    assert called(tmp_path, "rebuild").exit_code == 0
    assert derived(database) == before


def _of(rows: list[tuple[Any, ...]], ids: set[str] | None = None) -> set[str]:
    """The rows that name one of these exchanges, or all."""
    return {repr(row) for row in rows if ids is None or ids & {value for value in row if isinstance(value, str)}}


def test_it_says_how_much_of_all_was_made_anew(tmp_path: Path) -> None:
    collected(tmp_path, two_apps())
    ran = called(tmp_path, "rebuild", "--app", "shop")
    assert (ran.exit_code, ran.output) == (0, "5 of 8 calls in 2 of 4 conversations made anew.\n")
    made = orjson.loads(called(tmp_path, "rebuild", "--json", "--since", "2026-09-22").stdout)
    assert [made[name] for name in ("exchanges", "stored_exchanges", "conversations", "stored_conversations")] == [
        3, 8, 2, 4,
    ]  # fmt: skip
    ran = called(tmp_path, "rebuild", "--app", "nobody")
    assert (ran.exit_code, ran.stdout) == (0, "0 of 8 calls in 0 of 4 conversations made anew.\n")
    assert "No calls are chosen by" in ran.stderr


def test_a_new_price_file_reaches_only_the_chosen_part(tmp_path: Path) -> None:
    database = collected(tmp_path, two_apps())
    before = derived(database)
    (tmp_path / "prices.toml").write_text(PRICES, "utf-8")
    ran = called(tmp_path, "rebuild", "--since", "2026-09-22")
    assert "3 of them cost something else than before: " in ran.output
    ids = {f"record-{number}" for number in CHOSEN}
    assert _of(derived(database)["exchanges"], ids) == _of(before["exchanges"], ids)


def test_usage_that_a_chosen_call_told_comes_back_though_the_call_that_used_it_is_not_chosen(tmp_path: Path) -> None:
    maker, *polls = TRAFFIC
    database = collected(tmp_path, [maker, *(replace(found, who=Who("poller")) for found in polls)])
    called(tmp_path, "rebuild")
    before = derived(database)
    with database.writing() as connection:
        connection.execute("update exchanges set usage_from = null, usage_basis = 'none', usage_raw = null, "
                           "input_tokens = null, cache_read_tokens = null, output_tokens = null, cost_usd = null "
                           "where usage_from is not null")  # fmt: skip
        connection.execute("delete from ledgers")
    assert derived(database) != before
    called(tmp_path, "rebuild", "--app", "poller")
    assert derived(database) == before
