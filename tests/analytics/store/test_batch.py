"""The stored facts are the same whatever the order, the batches and the repetitions in which the records came."""

from collections.abc import Sequence
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.reading import Reader
from analytics.record import Record
from analytics.store.batch import write_batch
from analytics.store.database import sql
from tests.analytics.chats import USAGE, chat, reader, said

FACTS = ("exchanges", "blocks", "prefixes", "preambles", "raw_exchanges")
SYSTEM = {"role": "system", "content": "Be brief."}
PHRASES = st.sampled_from(["Hello.", "And now?", "Again, please.", "So that was it.", "Hello.\0 Not seen.", "😀 naïve"])
# Few phrases and long histories, so that many share their beginnings.
HISTORIES = st.lists(PHRASES, min_size=1, max_size=20).map(lambda texts: said(*texts))
APIS = st.sampled_from(["openai.chat"] * 4 + ["unknown.api"])


@st.composite
def calls(draw: st.DrawFn, number: int = 0) -> dict[str, Any]:
    history = draw(HISTORIES)
    return {
        "messages": [SYSTEM, *history] if draw(st.booleans()) else history,
        "usage": draw(st.sampled_from([USAGE, None])),
        "content": draw(st.sampled_from(["full", "full", "none"])),
        "api": draw(APIS),
    }


@st.composite
def arrangements(draw: st.DrawFn) -> tuple[list[Record], list[list[Record]]]:
    """Records, and batches with each of them at least once, in some order."""
    drawn = draw(st.lists(calls(), min_size=1, max_size=8))
    records = [chat(number, **call) for number, call in enumerate(drawn)]
    again = draw(st.lists(st.sampled_from(records), max_size=6))
    left = draw(st.permutations([*records, *again]))
    batches = []
    while left:
        size = draw(st.integers(1, len(left)))
        batches.append(list(left[:size]))
        left = left[size:]
    return records, batches


def fresh() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute(sql("schema"))
    return connection


def write(connection: duckdb.DuckDBPyConnection, reading: Reader, records: Sequence[Record]) -> None:
    connection.begin()
    write_batch(connection, [reading.read(record) for record in records])
    connection.commit()


def facts(batches: Sequence[Sequence[Record]]) -> dict[str, list[tuple[Any, ...]]]:
    """What is stored of them, one transaction each."""
    with fresh() as connection:
        reading = reader()  # with a memory of its own
        for records in batches:
            write(connection, reading, records)
        return {name: connection.table(name).order("all").fetchall() for name in FACTS}


@settings(max_examples=12, deadline=None)
@given(arrangements())
def test_order_batches_and_repetitions_change_nothing(arranged: tuple[list[Record], list[list[Record]]]) -> None:
    records, batches = arranged
    assert facts(batches) == facts([records])


def test_a_history_that_grows_is_stored_once() -> None:
    texts = [f"Line {number}" for number in range(20)]
    stored = facts([[chat(number, said(*texts[: number + 1]))] for number in range(20)])
    assert len(stored["exchanges"]) == len(stored["prefixes"]) == 20
    assert len(stored["blocks"]) == 40  # each line, and each answer


@pytest.mark.parametrize("contents", [("none", "full"), ("full", "none"), ("none", "none", "full", "none")])
def test_a_block_has_its_text_once_any_call_may_be_kept_with_it(contents: Sequence[Any]) -> None:
    with fresh() as connection:
        reading = reader()
        for number, content in enumerate(contents):
            write(connection, reading, [chat(number, said("Hello."), content=content)])
        texts = connection.execute("select content from blocks where content is not null order by bytes").fetchall()
    assert texts == [("Hello.",), (f"Answer {contents.index('full')}.",)]


def test_of_calls_without_contents_no_text_is_stored() -> None:
    matter = said("a private matter")
    stored = facts([[chat(1, matter, content="none"), chat(2, matter, api="unknown.api", content="none")]])
    assert len(stored["blocks"]) == 2
    assert len(stored["raw_exchanges"]) == 1
    assert "private" not in str(stored)
    assert "Answer" not in str(stored)


def test_a_call_that_can_be_read_at_last_takes_the_place_of_the_unread_one() -> None:
    with fresh() as connection:
        for record in (chat(1, api="unknown.api"), chat(1), chat(1, api="unknown.api")):
            write(connection, reader(), [record])
        rows = connection.execute("select reading, input_tokens from exchanges").fetchall()
        assert rows == [("read", 20)]
        assert connection.execute("select count(*) from raw_exchanges").fetchone() == (0,)


@pytest.mark.parametrize("usage", [None, {}])
def test_what_was_not_reported_is_null_and_never_zero(usage: object) -> None:
    with fresh() as connection:
        write(connection, reader(), [chat(1, usage=usage)])
        relation = connection.table("exchanges")
        row = dict(zip(relation.columns, relation.fetchall()[0], strict=True))
    numbers = [name for name in row if name.endswith(("_tokens", "_usd"))]
    assert len(numbers) >= 12
    assert {name: row[name] for name in numbers} == dict.fromkeys(numbers)
    assert row["usage_basis"] == "none"


def test_a_reported_zero_stays_zero() -> None:
    with fresh() as connection:
        write(connection, reader(), [chat(1, usage=USAGE)])
        row = connection.execute(
            "select input_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, usage_basis from exchanges"
        ).fetchone()
    assert row == (20, 0, None, None, "reported")


def test_a_call_without_an_answer_has_no_status_and_no_times_of_one() -> None:
    with fresh() as connection:
        cut = chat(1, status=None, response_headers=(), first_byte_at=None, ended_at=None, complete=False)
        write(connection, reader(), [cut])
        row = connection.execute(
            "select status, ttft_ms, duration_ms, first_byte_at, complete from exchanges"
        ).fetchone()
    assert row == (None, None, None, None, False)
