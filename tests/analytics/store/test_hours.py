"""The calls added up by the hour are the calls, however they arrived."""

import random
from collections import defaultdict
from datetime import datetime
from typing import Any

import duckdb
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.record import Body, Record, Who
from analytics.store.hours import rebuild_hours
from tests.analytics.chats import AT, chat, reader, said
from tests.analytics.lineage.traffic import fresh, store

KEYS = ("hour", "provider", "api", "model", "app", "team", "user_name", "client")
SUMS = (
    "input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "resent_tokens",
    "echoed_tokens", "new_tokens", "remembered_tokens", "cost_usd", "uncached_usd", "cache_read_usd",
    "cache_write_usd", "output_usd", "outside_usd", "resent_usd", "echoed_usd", "new_usd", "remembered_usd",
    "request_bytes", "response_bytes",
)  # fmt: skip
APPS = (Who("shop", "red", "ada"), Who("shop", "red", None), Who())


def calls(seed: int, count: int) -> list[Record]:
    """Conversations of some apps over four hours; some calls fail, and some report no usage."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    return [_call(chance, number) for number in range(count)]


def _call(chance: random.Random, number: int) -> Record:
    texts = [f"Question {at}?" if at % 2 == 0 else f"Answer {at}." for at in range(chance.choice((1, 3, 5, 7)))]
    tokens = chance.randint(20, 900)
    usage = {
        "prompt_tokens": tokens,
        "completion_tokens": chance.randint(1, 90),
        "prompt_tokens_details": {"cached_tokens": chance.randint(0, tokens)},
    }
    record = chat(
        number, said(*texts), usage=chance.choice((usage, usage, None)), started_at=AT + chance.randint(0, 4 * 3600),
        who=chance.choice(APPS),
    )  # fmt: skip
    return record if chance.random() > 0.1 else _failed(record)


def _failed(record: Record) -> Record:
    error = orjson.dumps({"error": {"message": "overloaded", "type": "server_error"}})
    return chat(
        0, record_id=record.record_id, started_at=record.started_at, status=529, response=Body(error, len(error))
    )


def added_up(connection: duckdb.DuckDBPyConnection) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The same sums, made call by call."""
    names = (*SUMS, *(name for name in ("usage_basis", "status", "error_code", "token_basis")))
    query = f"""
        select date_trunc('hour', exchanges.started_at), provider, api, coalesce(response_model, request_model), app,
            team, user_name, client, {", ".join(names)}
        from exchanges left join ledgers using (exchange_id)
    """  # noqa: S608  # names of ours
    found: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(lambda: {"calls": 0, "errors": 0, "unsplit": 0})
    for row in connection.execute(query).fetchall():
        sums, call = found[row[: len(KEYS)]], dict(zip(names, row[len(KEYS) :], strict=True))
        sums["calls"] += 1
        sums["errors"] += call["error_code"] is not None or (call["status"] or 0) >= 400
        sums["unsplit"] += call["usage_basis"] != "none" and call["resent_tokens"] is None
        for name in SUMS:
            sums[name] = sums.get(name) if call[name] is None else (sums.get(name) or 0) + call[name]
    return dict(found)


def stored(connection: duckdb.DuckDBPyConnection) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The rows of the table."""
    rows = connection.table("hours").to_arrow_table().to_pylist()
    return {tuple(row[key] for key in KEYS): {k: v for k, v in row.items() if k not in KEYS} for row in rows}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 40))
def test_an_hour_is_the_sum_of_its_calls_however_they_arrived(seed: int, count: int) -> None:
    records, connection, by = calls(seed, count), fresh(), reader()
    chance = random.Random(seed)  # noqa: S311  # no secret
    arriving = chance.sample(records, len(records)) + chance.choices(records, k=2)
    while arriving:
        batch, arriving = arriving[: (size := chance.randint(1, 9))], arriving[size:]
        store(connection, batch, by)
    found, expected = stored(connection), added_up(connection)
    assert found.keys() == expected.keys()
    for key, sums in expected.items():
        assert {name: found[key][name] for name in sums} == pytest.approx(sums, abs=1e-9), key
    rebuild_hours(connection)
    assert stored(connection) == found


def test_a_call_that_comes_late_changes_the_later_hour_in_which_it_is_continued() -> None:
    first, second = (
        chat(1, said("Question?"), started_at=AT),
        chat(2, said("Question?", "Answer 1.", "And then?"), started_at=AT + 3600),
    )
    connection, by = fresh(), reader()
    store(connection, [second], by)
    assert [sums["resent_tokens"] for sums in stored(connection).values()] == [0]
    store(connection, [first], by)
    found = {key[0]: sums for key, sums in stored(connection).items()}
    assert [found[hour]["resent_tokens"] > 0 for hour in sorted(found)] == [False, True]


def test_an_hour_without_known_money_says_so() -> None:
    connection = fresh()
    store(connection, [chat(1, usage=None)], reader())
    ((key, sums),) = stored(connection).items()
    assert isinstance(key[0], datetime)
    assert (sums["calls"], sums["unmetered"], sums["cost_usd"], sums["input_tokens"]) == (1, 1, None, None)
