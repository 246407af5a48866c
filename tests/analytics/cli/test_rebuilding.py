"""`tokenecho rebuild`: what is derived comes out the same, and at today's prices."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from analytics.launch.collector_lock import CollectorLock
from analytics.launch.places import Places
from analytics.record import Record
from analytics.store.database import Database
from analytics.store.documentation import columns
from tests.analytics.chats import chat, said, tables
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
