"""`tokenecho verify`: what is stored is what was captured, and adds up."""

import json
from pathlib import Path

import duckdb
import pytest

from analytics.record import Who
from analytics.store.database import Database
from tests.analytics.chats import chat, said
from tests.analytics.cli.databases import called, collected, conversation
from tests.analytics.cli.terminal import tokenecho


def test_what_was_captured_verifies(tmp_path: Path) -> None:
    conversation(tmp_path)
    ran = tokenecho(tmp_path, "verify")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        "3 exchanges, 6 blocks, 5 steps of histories and 1 preambles looked at.",
        "All of it is as it was captured, and adds up.",
    ]


DAMAGES = {
    "update blocks set content = 'Answer 9.' where content = 'Answer 1.'": "blocks whose text is not the one",
    "update blocks set role = 'user' where content = 'Answer 1.'": "blocks whose text is not the one",
    "update prefixes set prefix_hash = uuid() where depth = 3": "steps of a history whose hash is not",
    "update prefixes set parent_hash = null where depth = 3": "steps of a history without the step before",
    "update prefixes set depth = 9 where depth = 5": "steps of a history without the step before",
    "delete from blocks where content = 'Question 1?'": "without the step before or without their block",
    "delete from blocks where content = 'Answer 3.'": "exchanges with a reply that is not stored",
    "delete from prefixes where depth = 5": "exchanges without their history or their preamble",
    "update exchanges set history_blocks = 4 where history_blocks = 5": "exchanges without their history",
    "update preambles set block_hashes = [uuid()]": "preambles with a block that is not stored",
    "delete from preambles": "exchanges without their history or their preamble",
    "insert into exchanges select * from exchanges limit 1": "stored more than once",
    "insert into blocks select * from blocks limit 1": "stored more than once",
    "delete from links where turn = 2": "exchanges without a place in a conversation",
    "update links set conversation_id = 'other' where turn = 3": "exchanges without a place in a conversation",
    "update links set new_blocks = new_blocks + 1 where turn = 2": "resent, echoed and new blocks",
    "update links set resent_bytes = 0 where turn = 3": "resent, echoed and new blocks",
    "update ledgers set new_tokens = new_tokens + 1": "parts of the input do not add up",
    "update ledgers set user_tokens = user_tokens - 1": "parts of the input do not add up",
    "update exchanges set cost_usd = cost_usd * 2": "parts of the cost do not add up",
    "update ledgers set new_usd = new_usd + 1": "parts of the cost do not add up",
    "update exchanges set reading = 'unread' where exchange_id = 'record-1'": "have lost their bytes",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_whatever_is_damaged_is_found(tmp_path: Path, damage: str) -> None:
    database = conversation(tmp_path)
    with duckdb.connect(database.path) as connection:
        connection.execute(damage)
    ran = called(tmp_path, "verify")
    assert ran.exit_code == 1
    wrong = [line for line in ran.stdout.splitlines() if line.startswith("WRONG")]
    assert any(DAMAGES[damage] in line for line in wrong), ran.stdout


def test_what_is_wrong_is_json_too(tmp_path: Path) -> None:
    database = conversation(tmp_path)
    with duckdb.connect(database.path) as connection:
        connection.execute("delete from preambles")
    ran = called(tmp_path, "verify", "--json")
    (wrong,) = json.loads(ran.stdout)["wrong"]
    assert (ran.exit_code, wrong["count"], len(wrong["examples"])) == (1, 3, 3)


def test_without_texts_blocks_are_counted_and_the_rest_is_verified(tmp_path: Path) -> None:
    database = collected(tmp_path, [chat(1, content="none")])
    ran = tokenecho(tmp_path, "verify")
    assert ran.returncode == 0
    assert "2 blocks were captured without their texts and cannot be hashed again." in ran.stdout
    with duckdb.connect(database.path) as connection:
        connection.execute("update prefixes set block_hash = uuid()")
    assert tokenecho(tmp_path, "verify").returncode == 1


def test_the_database_of_another_installation_is_told_apart_from_a_damaged_one(tmp_path: Path) -> None:
    database = conversation(tmp_path / "one")
    ran = tokenecho(tmp_path / "other", "verify", "--db", str(database.path))
    assert ran.returncode == 1
    assert "made with the secret of another installation" in ran.stdout
    assert "WRONG" not in ran.stdout


def two_apps(home: Path) -> Database:
    """Three turns of the app `shop`, of which the last is the team `red`'s, and two of `desk`, of other texts."""
    texts = ["Question 1?", "Answer 1.", "And then?", "Answer 2.", "And in the end?"]
    other = ["Elsewhere?", "Answer 4.", "And there?"]
    system = [{"role": "system", "content": "You work at a desk."}]
    shop = [
        chat(turn, said(*texts[: 2 * turn - 1]), who=Who("shop", "red" if turn == 3 else "blue")) for turn in (1, 2, 3)
    ]
    desk = [chat(3 + turn, system + said(*other[: 2 * turn - 1]), who=Who("desk", "blue")) for turn in (1, 2)]
    return collected(home, [*shop, *desk])


def test_only_the_chosen_calls_are_verified_and_counted(tmp_path: Path) -> None:
    two_apps(tmp_path)
    ran = tokenecho(tmp_path, "verify", "--app", "desk")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        "2 of 5 exchanges, 5 blocks, 3 steps of histories and 1 preambles looked at.",
        "All of it is as it was captured, and adds up.",
    ]


def test_a_call_whose_parent_is_not_chosen_is_no_orphan(tmp_path: Path) -> None:
    two_apps(tmp_path)
    found = json.loads(called(tmp_path, "verify", "--json", "--team", "red").stdout)
    assert (found["exchanges"], found["stored_exchanges"], found["prefixes"], found["wrong"]) == (1, 5, 5, [])


LOCAL_DAMAGES = (
    "update blocks set content = 'Answer 9.' where content = 'Elsewhere?'",
    "delete from blocks where content = 'Answer 5.'",
    "delete from blocks where content = 'You work at a desk.'",
    "update prefixes set depth = 9 where prefix_hash in (select prefix_hash from exchanges where app = 'desk')",
    "delete from links where exchange_id = 'record-5'",
    "update links set conversation_id = 'other' where exchange_id = 'record-5'",
    "update links set new_blocks = new_blocks + 1 where exchange_id = 'record-4'",
    "update ledgers set new_tokens = new_tokens + 1 where exchange_id = 'record-4'",
    "update exchanges set cost_usd = cost_usd * 2 where exchange_id = 'record-4'",
    "insert into exchanges select * from exchanges where exchange_id = 'record-4'",
    "update exchanges set reading = 'unread' where exchange_id = 'record-4'",
)


@pytest.mark.parametrize("damage", LOCAL_DAMAGES)
def test_damage_is_found_among_the_chosen_calls_and_not_elsewhere(tmp_path: Path, damage: str) -> None:
    database = two_apps(tmp_path)
    with duckdb.connect(database.path) as connection:
        assert connection.execute(damage).fetchone() != (0,)
    ran = called(tmp_path, "verify", "--app", "desk")
    assert (ran.exit_code, "WRONG" in ran.stdout) == (1, True)
    assert called(tmp_path, "verify", "--app", "shop").exit_code == 0
    assert called(tmp_path, "verify").exit_code == 1


def test_where_no_call_is_chosen_nothing_is_said_to_be_right(tmp_path: Path) -> None:
    two_apps(tmp_path)
    ran = called(tmp_path, "verify", "--app", "nobody")
    assert ran.stdout.splitlines() == ["0 of 5 exchanges, 0 blocks, 0 steps of histories and 0 preambles looked at."]
    assert "No calls are chosen" in ran.stderr
