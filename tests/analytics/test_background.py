"""Background responses: the usage that polls bring counts once, for the call that made the response."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest

from analytics.record import Body, Record
from analytics.store.batch import write_batch
from analytics.store.database import Database, create_tables
from tests.analytics.chats import chat, reader, tables

USAGE = {
    "input_tokens": 2000,
    "input_tokens_details": {"cached_tokens": 1000},
    "output_tokens": 300,
    "output_tokens_details": {"reasoning_tokens": 100},
    "total_tokens": 2300,
}
FIGURES = """
select usage_basis, input_tokens, cache_read_tokens, output_tokens, reasoning_tokens, cost_usd
from exchanges where exchange_id = ?
"""
UNTOLD = [("none", None, None, None, None, None)]


def responded(number: int, *, method: str = "POST", status: str = "queued", **fields: Any) -> Record:
    """A call that makes `resp_1`, or with GET fetches it."""
    answer: dict[str, Any] = {"id": "resp_1", "object": "response", "model": "gpt-5", "status": status, "output": []}
    answer |= {"background": True, **({"usage": USAGE} if status == "completed" else {})} | fields
    sent = orjson.dumps({"model": "gpt-5", "input": "Think.", "background": True}) if method == "POST" else b""
    got = orjson.dumps(answer)
    api = "openai.responses" if method == "POST" else "openai.responses.retrieve"
    path = "/v1/responses" if method == "POST" else "/v1/responses/resp_1"
    return chat(number, api=api, method=method, path=path, request=Body(sent, len(sent)), response=Body(got, len(got)))


def poll(number: int, status: str = "completed", **fields: Any) -> Record:
    return responded(number, method="GET", status=status, **fields)


TRAFFIC = (responded(1), poll(2, "in_progress"), poll(3), poll(4))


@contextmanager
def stored(*batches: tuple[Record, ...]) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        create_tables(connection)
        reads = reader()
        for batch in batches:
            write_batch(connection, [reads.read(record) for record in batch])
        yield connection


def figures(connection: duckdb.DuckDBPyConnection, number: int) -> list[tuple[Any, ...]]:
    return connection.execute(FIGURES, [f"record-{number}"]).fetchall()


def test_a_poll_tells_the_usage_of_the_call_that_made_the_response() -> None:
    with stored(TRAFFIC) as connection:
        (made,) = figures(connection, 1)
        assert made[:5] == ("reported", 2000, 1000, 300, 100)
        assert made[5] == pytest.approx((1000 * 1.25 + 1000 * 0.125 + 300 * 10) / 1e6)
        (whence,) = connection.execute("select usage_from from exchanges where exchange_id = 'record-1'").fetchall()
        assert whence == ("record-3",)


def test_ten_polls_count_once() -> None:
    polls = tuple(poll(number) for number in range(2, 12))
    with stored((responded(1), *polls)) as connection:
        sums = connection.execute(
            "select sum(input_tokens), sum(output_tokens), sum(cost_usd) from exchanges"
        ).fetchone()
        assert sums
        assert sums[:2] == (2000, 300)
        assert sums[2] == figures(connection, 1)[0][5]


@pytest.mark.parametrize("order", list(permutations(range(len(TRAFFIC))))[::3])
def test_it_does_not_matter_in_what_order_they_come(order: tuple[int, ...]) -> None:
    with stored(TRAFFIC) as at_once, stored(*((TRAFFIC[at],) for at in order)) as one_by_one:
        for table in ("exchanges", "meters", "links", "ledgers"):
            assert one_by_one.table(table).order("all").fetchall() == at_once.table(table).order("all").fetchall()


def test_the_same_calls_twice_change_nothing(tmp_path: Path) -> None:
    database, found = Database(tmp_path / "twice.duckdb"), []
    for _ in range(2):
        with database.writing() as connection:
            write_batch(connection, [reader().read(record) for record in TRAFFIC])
        found.append({name: rows for name, rows in tables(database).items() if name != "unexamined"})
    assert found[0] == found[1]


def test_a_poll_without_the_call_that_made_it_is_no_spending() -> None:
    with stored((poll(3), poll(4))) as connection:
        assert connection.execute("select sum(input_tokens), sum(cost_usd) from exchanges").fetchall() == [(None, 0)]


def test_a_call_that_told_its_own_usage_is_left_alone() -> None:
    with stored((responded(1, status="completed", usage=USAGE | {"output_tokens": 7}),), (poll(3),)) as connection:
        assert figures(connection, 1)[0][3] == 7
        assert connection.execute("select count(usage_from) from exchanges").fetchall() == [(0,)]


def test_a_call_captured_twice_is_told_once_and_not_at_all_where_one_of_them_told_it_itself() -> None:
    with stored((responded(1), poll(3)), (responded(0),)) as connection:
        assert figures(connection, 1) == UNTOLD
        assert figures(connection, 0)[0][1] == 2000
    with stored((responded(1), poll(3)), (responded(0, status="completed"),)) as connection:
        assert figures(connection, 1) == UNTOLD
        assert figures(connection, 0)[0][1] == 2000


def test_another_providers_response_of_the_same_id_is_another_response() -> None:
    with stored((responded(1),)) as connection:
        stranger = reader().read(poll(3))
        stranger.row["provider"] = "xai"
        write_batch(connection, [stranger])
        assert figures(connection, 1) == UNTOLD


def test_the_ledger_of_the_conversation_divides_what_was_told() -> None:
    asked = {"model": "gpt-5", "input": "More.", "previous_response_id": "resp_1"}
    sent = orjson.dumps(asked)
    usage = USAGE | {"input_tokens": 2500}
    later = responded(9, status="completed", id="resp_2", usage=usage)
    later = Record(**{name: getattr(later, name) for name in later.__slots__} | {"request": Body(sent, len(sent))})
    whole, late = (responded(1), poll(3), later), ((responded(1), later), (poll(3),))
    with stored(whole) as connection, stored(*late) as belated:
        rows = connection.execute("select * from turns order by all").fetchall()
        assert rows == belated.execute("select * from turns order by all").fetchall()
        query = "select turn, new_tokens, remembered_tokens is not null from turns order by turn"
        assert connection.execute(query).fetchall()[0] == (1, 2000, True)
        assert connection.execute(query).fetchall()[1][2]
