"""Examining: what is stored follows from the calls, whatever the order and the batches they came in."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from analytics.findings import examination
from analytics.findings.case import Case
from analytics.findings.examination import examine
from analytics.findings.hit import Finding
from analytics.findings.registry import FINDINGS
from analytics.findings.turn import Turn
from analytics.hashing import Hasher
from analytics.pricing.pricer import Pricer
from analytics.reading import Reader
from analytics.record import Record
from analytics.store.batch import write_batch
from analytics.store.database import Database, sql
from tests.analytics.chats import KEY, chat, said

LONG = "Once upon a time there was a very long story. " * 300


def chats_with_history(count: int) -> list[Record]:
    """Conversations of four turns each, with numbers far apart."""
    records = []
    for conversation in range(count):
        texts = [f"Story {conversation}: {LONG}"]
        for turn in range(4):
            number = conversation * 100 + turn
            usage = {"prompt_tokens": 3_400 + 10 * turn, "completion_tokens": 5}
            records.append(chat(number, said(*texts), usage=usage))
            texts += [f"Answer {number}.", f"And then, {turn}?"]
    return records


def write(database: Database, records: list[Record]) -> None:
    reader = Reader(Hasher(KEY), Pricer())
    with database.writing() as connection:
        write_batch(connection, [reader.read(record) for record in records])


def examine_all(database: Database, most: int = 1) -> int:
    examined = 0
    with database.writing() as connection:
        while some := examine(connection, most):
            examined += some
    return examined


def findings(database: Database) -> list[tuple[object, ...]]:
    with database.reading() as connection:
        return connection.execute("select * from findings order by finding_id").fetchall()


def test_the_order_and_the_batches_in_which_calls_come_do_not_matter(tmp_path: Path) -> None:
    records = chats_with_history(3)
    straight, shuffled = Database(tmp_path / "straight.duckdb"), Database(tmp_path / "shuffled.duckdb")
    write(straight, records)
    examine_all(straight, 1_000)
    random.Random(3).shuffle(records)  # noqa: S311  # an order, not a secret
    for record in records:
        write(shuffled, [record])
        examine_all(shuffled)
    assert findings(straight) == findings(shuffled)
    assert len(findings(straight)) >= 3


def test_what_did_not_change_is_not_examined_again(tmp_path: Path) -> None:
    database = Database(tmp_path / "some.duckdb")
    write(database, chats_with_history(3))
    assert examine_all(database) >= 3
    assert examine_all(database) == 0
    before = findings(database)
    write(database, chats_with_history(3))
    assert examine_all(database) >= 1
    assert findings(database) == before


def test_turns_are_read_in_the_order_of_their_columns(tmp_path: Path) -> None:
    database = Database(tmp_path / "columns.duckdb")
    write(database, chats_with_history(1))
    with database.reading() as connection:
        connection.execute("create temp table wanted as select exchange_id from exchanges")
        given = {"since": None, "until": None, "near": timedelta(0)}
        names = [column[0] for column in connection.execute(sql("finding_turns"), given).description]
    fields = [name.removesuffix("_json") for name in Turn._fields]
    assert names == fields


def test_a_finding_that_fails_keeps_no_other_from_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    words = "secret words"

    def select(case: Case) -> None:
        raise ValueError(words)

    broken = Finding("broken", "calls", "", select)  # type: ignore[arg-type]
    monkeypatch.setattr(examination, "FINDINGS", (broken, *FINDINGS))
    database = Database(tmp_path / "broken.duckdb")
    write(database, chats_with_history(1))
    examine_all(database)
    assert findings(database)
    assert "broken failed" in caplog.text
    assert words not in caplog.text


def test_the_archive_gives_back_what_was_said(tmp_path: Path) -> None:
    texts = [f"Line {number}." for number in range(81)]
    database = Database(tmp_path / "said.duckdb")
    write(database, [chat(1, [{"role": "system", "content": "Be brief."}, *said(*texts)])])
    with database.reading() as connection:
        ids = [row[0] for row in connection.execute("select distinct conversation_id from links").fetchall()]
        case = next(examination.load_cases(connection, ids))
        turn = case.turns[0]
        history = case.archive.history(turn)
        found = case.archive.texts(history)
        assert [found[block] for block in history] == texts
        assert [piece.kind for piece in case.archive.pieces(case.archive.preamble(turn)).values()] == ["system"]
        assert list(case.archive.texts(case.archive.reply(turn)).values()) == ["Answer 1."]


def test_neighbours_are_the_nearest_calls_with_the_same_preamble_request_or_client(tmp_path: Path) -> None:
    database = Database(tmp_path / "near.duckdb")
    system = {"role": "system", "content": "Be brief."}
    write(database, [chat(number, [system, *said(f"Question {number}?")]) for number in (1, 2)])
    write(database, [chat(9, [system, *said("Question 2?")])])
    with database.reading() as connection:
        ids = [row[0] for row in connection.execute("select distinct conversation_id from links").fetchall()]
        turns = {turn.exchange_id: turn for case in examination.load_cases(connection, ids) for turn in case.turns}
    first, second, third = (turns[f"record-{number}"] for number in (1, 2, 9))
    assert first.earlier_exchange_id is None
    assert second.earlier_exchange_id == first.exchange_id
    assert second.preamble_used_before == first.started_at
    assert second.preamble_used_after == third.started_at
    assert third.twin_exchange_id == second.exchange_id
    assert second.twin_exchange_id is None


@pytest.mark.parametrize(("days", "near"), [(6, True), (8, False)])
def test_calls_more_than_a_week_apart_are_no_neighbours_whatever_is_examined_with_them(
    tmp_path: Path, days: int, near: bool
) -> None:
    database = Database(tmp_path / "apart.duckdb")
    began = 1_700_000_000.0
    later = [chat(number, said("How tall?"), started_at=began + 86_400 * days * number) for number in range(3)]
    write(database, later)
    with database.reading() as connection:
        ids = [row[0] for row in connection.execute("select distinct conversation_id from links").fetchall()]
        found = {turn.exchange_id: turn for case in examination.load_cases(connection, ids) for turn in case.turns}
    middle = found["record-1"]
    assert bool(middle.preamble_used_before) == bool(middle.preamble_used_after) == near
    assert bool(middle.earlier_exchange_id) == bool(middle.twin_exchange_id) == near
