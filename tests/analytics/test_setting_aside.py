"""A record that breaks the collector is set aside in the end, and no other one."""

import sqlite3
from contextlib import closing

import pytest

from analytics.collector import MOST_DEATHS, Collector
from analytics.spool import Spool
from analytics.store.database import Database
from tests.analytics.chats import BREAKS, KILLS, chat, chats, reader, said, stored
from tests.analytics.collecting import collect_all, collector, dying, ids, shortfalls, waiting
from tests.analytics.dying import MANY

NUL = b"\x28\xb5\x2f\xfd\x00"  # how zstd begins, and then ends at once


def test_one_that_breaks_the_reading_is_set_aside_with_its_error_and_the_rest_goes_on(
    spool: Spool, database: Database
) -> None:
    spool.append([*chats(1, 2), chat(3, said(BREAKS)), *chats(4, 5)])
    one_round = collector(spool, database)
    one_round.collect()
    assert stored(database) == ids(*chats(1, 2, 4, 5))  # the others did not even wait
    assert waiting(spool) == [(0, 1)]
    one_round.collect()
    assert waiting(spool) == [(0, 2)]
    one_round.collect()
    assert spool.waiting() == 0
    assert spool.set_aside_errors() == [("record-3", f"LookupError: no such thing as {BREAKS!r}")]


def test_of_a_call_without_contents_the_error_quotes_nothing(
    spool: Spool, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    spool.append([chat(3, said(BREAKS), content="none")])
    collect_all(spool, database)
    assert spool.set_aside_errors() == [("record-3", "LookupError")]
    assert "LookupError" in caplog.text
    assert BREAKS not in caplog.text


@pytest.mark.parametrize("column", ["meta", "request", "response"])
def test_one_that_is_damaged_in_the_spool_is_set_aside(spool: Spool, database: Database, column: str) -> None:
    spool.append(chats(1, 2, 3))
    with closing(sqlite3.connect(spool.path)) as other, other:
        other.execute(f"update records set {column} = ? where seq = 2", (NUL,))  # noqa: S608  # named above
    collect_all(spool, database)
    assert stored(database) == ids(*chats(1, 3))
    [(record_id, error)] = spool.set_aside_errors()
    assert (record_id, bool(error)) == ("record-2", True)


def test_one_that_the_database_refuses_is_found_and_set_aside(spool: Spool, database: Database) -> None:
    spool.append([*chats(*range(27)), chat(27, port=2**40), *chats(*range(28, 30))])  # no integer of the table's
    collect_all(spool, database)
    assert stored(database) == ids(*chats(*range(27), *range(28, 30)))
    [(record_id, error)] = spool.set_aside_errors()
    assert record_id == "record-27"
    assert error


def test_what_was_set_aside_comes_back_once_it_can_be_read(spool: Spool, database: Database) -> None:
    spool.append([chat(1, said(BREAKS)), chat(2)])
    collect_all(spool, database)
    assert shortfalls(database) == {"set_aside": 1}
    assert spool.restore_set_aside() == 1
    Collector(spool, database, reader()).run(lambda: True)  # after an upgrade
    assert stored(database) == ids(*chats(1, 2))
    assert shortfalls(database) == {}


def test_one_that_kills_the_collector_is_set_aside_in_the_end_and_the_rest_goes_on(
    spool: Spool, database: Database
) -> None:
    spool.append([*chats(*range(8)), chat(8, said(KILLS)), *chats(*range(9, 12))])
    assert dying(spool, database, "reading", 4) == 4  # with all, with a few, and alone: then the others went first
    assert stored(database) == ids(*chats(*range(8), *range(9, 12)))
    assert waiting(spool) == [(3, 0)]  # and the fourth collector has just died over it
    assert dying(spool, database, "reading", 50) == MOST_DEATHS - 4
    assert spool.waiting() == 0
    assert spool.set_aside_errors() == [("record-8", f"the collector ended {MOST_DEATHS} times with it in hand")]
    assert spool.restore_set_aside() == 1
    Collector(spool, database, reader()).run(lambda: True)
    assert stored(database) == ids(*chats(*range(12)))


def test_a_collector_that_others_kill_time_and_again_sets_no_record_aside(spool: Spool, database: Database) -> None:
    spool.append(chats(*range(20)))
    assert dying(spool, database, "killed", 20) > 4  # the others were done before
    spool.count_deaths()
    assert max((deaths for deaths, _ in waiting(spool)), default=0) < MOST_DEATHS - 3
    collect_all(spool, database)
    assert stored(database) == ids(*chats(*range(20), *range(MANY, MANY + 20)))
    assert spool.set_aside_errors() == []


def test_where_every_try_is_deadly_no_record_is_blamed_before_its_turn(spool: Spool, database: Database) -> None:
    spool.append(chats(*range(12)))
    assert dying(spool, database, "always", 24) == 24
    spool.count_deaths()
    assert max(deaths for deaths, _ in waiting(spool)) <= 4
    assert spool.set_aside_errors() == []
