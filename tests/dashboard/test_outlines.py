"""A call's blocks, each as what it is to the call before."""

from collections import Counter
from pathlib import Path

import pytest

from analytics.store.database import Database
from dashboard.outlines import Outline, beginning, outline
from tests.dashboard.talks import everything, long
from tests.dashboard.traffic import stored

TURNS = 40


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return stored(tmp_path_factory.mktemp("talks") / "calls.duckdb", [*everything(), *long(TURNS)])


def outlined(database: Database, call: str) -> Outline:
    found = outline(database.path, call)
    assert found is not None
    return found


def runs(found: Outline) -> list[tuple[str, str, int]]:
    return [(run.place, run.part, run.count) for run in found.runs]


def test_every_part_has_as_many_blocks_as_the_wire_ledger_says(database: Database) -> None:
    query = "select exchange_id, resent_blocks, echoed_blocks, new_blocks from turns"
    with database.reading() as connection:
        ledger = connection.execute(query).fetchall()
    assert len(ledger) > TURNS
    for call, resent, echoed, new in ledger:
        counts = Counter[str]()
        for run in outlined(database, call).runs:
            counts[run.part] += run.count
        assert (counts["resent"], counts["echoed"], counts["new"] + counts["unknown"]) == (resent, echoed, new), call


def test_the_parts_are_in_the_order_of_the_request(database: Database) -> None:
    found = runs(outlined(database, "l3"))
    assert found == [
        ("preamble", "resent", 1),
        ("history", "resent", 3),
        ("history", "echoed", 1),
        ("history", "new", 1),
        ("reply", "reply", 1),
    ]


def test_what_both_histories_begin_with_is_not_read_until_it_is_asked_for(database: Database) -> None:
    first = next(run for run in outlined(database, f"g{TURNS - 1}").runs if run.place == "history")
    assert (first.part, first.count, first.hashes) == ("resent", 64, None)
    assert len(beginning(database.path, f"g{TURNS - 1}", first.count)) == 64


def test_the_beginning_is_that_of_the_first_call(database: Database) -> None:
    whole = [run.hashes for run in outlined(database, "g0").runs if run.place == "history"]
    assert whole == [beginning(database.path, f"g{TURNS - 1}", 1)]


def test_a_call_that_goes_on_is_not_broken(database: Database) -> None:
    assert all(outlined(database, call).broken is None for call in ("l1", "l2-again", "l3", "l4-fork", "s2"))


def test_changed_instructions_break_the_request_before_its_history(database: Database) -> None:
    broken = outlined(database, "l8").broken
    assert broken is not None
    assert broken[0] == "preamble"
    assert len(broken[1]) == len(broken[2]) == 1


def test_an_edited_message_breaks_the_history_there(database: Database) -> None:
    broken = outlined(database, "l7").broken
    assert broken is not None
    place, now, before = broken
    assert place == "history"
    assert now[0] != before[0]
    assert now[1] == before[1]


def test_of_an_ambiguous_call_nothing_is_known_to_have_been_sent_before(database: Database) -> None:
    assert runs(outlined(database, "a3")) == [("history", "unknown", 3), ("reply", "reply", 1)]


def test_it_is_known_whether_texts_were_kept(database: Database) -> None:
    assert outlined(database, "l1").texts
    assert not outlined(database, "t1").texts


def test_a_call_that_is_not_there_has_no_outline(database: Database, tmp_path: Path) -> None:
    assert outline(database.path, "nobody") is None
