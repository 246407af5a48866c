"""`tokenecho verify`: what is stored is what was captured, and adds up."""

import json
from pathlib import Path

import duckdb
import pytest

from tests.analytics.chats import chat
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
