"""Ledgers in the database: posted with the lineage they follow from, and the views over them."""

import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.lineage.rebuilding import rebuild_links
from analytics.record import Body, Record
from analytics.store.batch import write_batch
from analytics.store.database import Database
from tests.analytics.chats import chat, reader, said

LEDGERS = """
    select resent_tokens, echoed_tokens, new_tokens, remembered_tokens, token_basis, echo_basis
    from turns order by started_at
"""
SYSTEM = {"role": "system", "content": "Answer every question about our garden shed, briefly and in English."}
LONG = "Please tell me how to keep slugs away from the lettuce without hurting anyone's hedgehogs."


def usage(tokens: int, output: int, cached: int = 0) -> dict[str, Any]:
    return {
        "prompt_tokens": tokens,
        "completion_tokens": output,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def garden() -> list[Record]:
    """A first call, one that goes on, its retry, an edited one, a stranger's, and one that was never answered."""
    first = [SYSTEM, *said(LONG)]
    second = [SYSTEM, *said(LONG, "Answer 1.", "And the snails?")]
    edited = [SYSTEM, *said(LONG + " Or frogs.", "Answer 1.", "And the snails?", "Answer 2.", "Thank you!")]
    return [
        chat(1, first, usage=usage(40, 4)),
        chat(2, second, usage=usage(56, 4, cached=32)),
        chat(3, second, usage=usage(56, 5)),
        chat(4, edited, usage=usage(80, 3)),
        chat(5, said("What is the time in Lima?"), usage=usage(15, 9)),
        chat(6, said("Is anybody there?"), usage=None),
    ]


def store(path: Path, batches: Sequence[Sequence[Record]]) -> Database:
    database, read = Database(path), reader()
    for batch in batches:
        with database.writing() as connection:
            write_batch(connection, [read.read(record) for record in batch])
    return database


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    with database.reading() as connection:
        return connection.execute(query).fetchall()


def ledgers(database: Database) -> list[tuple[Any, ...]]:
    return rows(database, "select * from ledgers order by exchange_id")


def test_every_call_of_a_conversation_has_its_ledger(tmp_path: Path) -> None:
    database = store(tmp_path / "a.duckdb", [garden()])
    first, second, retried, edited, stranger, unanswered = rows(database, LEDGERS)
    assert first == (0, 0, 40, 0, "exact", "exact")
    assert second == (40, 4, 12, 0, "exact", "reported")
    assert retried == (56, 0, 0, 0, "exact", "exact")
    assert edited[4] == "estimated"
    assert stranger == (0, 0, 15, 0, "exact", "exact")
    assert unanswered == (None, None, None, None, None, None)


@cache
def in_order() -> list[tuple[Any, ...]]:
    """The ledgers of the garden's calls, stored at once and as they came."""
    with TemporaryDirectory() as folder:
        return ledgers(store(Path(folder, "a.duckdb"), [garden()]))


@settings(max_examples=6, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(2, 6))
def test_it_does_not_matter_in_what_order_or_how_often_calls_arrive(chance: random.Random, size: int) -> None:
    arrived = chance.sample(garden() * 2, 12)
    batches = [arrived[at : at + size] for at in range(0, len(arrived), size)]
    with TemporaryDirectory() as folder:
        assert ledgers(store(Path(folder, "a.duckdb"), batches)) == in_order()


def test_a_late_parent_turns_new_into_resent(tmp_path: Path) -> None:
    first, second, *_ = garden()
    database = store(tmp_path / "a.duckdb", [[second]])
    assert rows(database, LEDGERS) == [(0, 0, 56, 0, "exact", "exact")]
    store(tmp_path / "a.duckdb", [[first]])
    assert rows(database, LEDGERS)[1][:3] == (40, 4, 12)


def test_the_parts_the_kinds_and_the_money_add_up_for_every_call(tmp_path: Path) -> None:
    database = store(tmp_path / "a.duckdb", [garden()])
    wrong = """
        select exchange_id from turns join exchanges using (exchange_id)
        where resent_tokens + echoed_tokens + new_tokens + remembered_tokens <> input_tokens
           or tools_tokens + system_tokens + user_tokens + assistant_tokens + thinking_tokens + tool_call_tokens
              + tool_result_tokens + media_tokens + other_tokens <> input_tokens - remembered_tokens
           or new_tools_tokens + new_system_tokens + new_user_tokens + new_assistant_tokens + new_thinking_tokens
              + new_tool_call_tokens + new_tool_result_tokens + new_media_tokens + new_other_tokens <> new_tokens
           or abs(resent_usd + echoed_usd + new_usd + remembered_usd + output_usd - cost_usd) > 1e-12
           or (input_tokens is null) <> (resent_tokens is null)
    """
    assert rows(database, wrong) == []
    assert len(rows(database, "select 1 from turns where new_usd > 0")) == 4


def tooled(number: int, tools: Sequence[str], texts: Sequence[str], tokens: int) -> Record:
    """A call with tools of these names."""
    record = chat(number, said(*texts), usage=usage(tokens, 4))
    schema = {"type": "object", "properties": {"where": {"type": "string"}}}
    asked = orjson.loads(record.request.data)
    asked["tools"] = [{"type": "function", "function": {"name": name, "parameters": schema}} for name in tools]
    return chat(number, said(*texts), usage=usage(tokens, 4), request=Body(orjson.dumps(asked)))


def test_a_tool_that_was_added_is_new_and_the_rest_of_the_parents_request_exact(tmp_path: Path) -> None:
    calls = [
        tooled(1, ["dig"], [LONG], 90),
        tooled(2, ["dig", "water"], [LONG, "Answer 1.", "And the snails?"], 150),
    ]
    database = store(tmp_path / "a.duckdb", [calls])
    new, tools, basis = rows(
        database, "select new_tokens, new_tools_tokens, token_basis from turns order by started_at"
    )[1]
    assert basis == "exact"
    assert 0 < tools < new
    assert new == 150 - 90 - 4


def test_a_tool_that_was_dropped_leaves_an_estimate(tmp_path: Path) -> None:
    calls = [
        tooled(1, ["dig", "water"], [LONG], 120),
        tooled(2, ["dig"], [LONG, "Answer 1.", "And the snails?"], 110),
    ]
    database = store(tmp_path / "a.duckdb", [calls])
    resent, echoed, new, remembered, basis, _ = rows(database, LEDGERS)[1]
    assert basis == "estimated"
    assert resent + echoed + new + remembered == 110
    assert rows(database, "select new_tools_tokens from turns order by started_at")[1] == (0,)


def test_a_call_by_server_side_state_remembers_what_it_did_not_send(tmp_path: Path) -> None:
    database = store(tmp_path / "a.duckdb", [[responded(1, None, 40), responded(2, "resp_1", 70)]])
    resent, echoed, new, remembered, *_ = rows(database, LEDGERS)[1]
    assert (resent, echoed) == (0, 0)
    assert new < 30 < remembered
    assert new + remembered == 70


def test_what_server_tools_found_comes_back_as_part_of_the_reply(tmp_path: Path) -> None:
    search = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "slugs"}}
    found = {
        "type": "web_search_tool_result",
        "tool_use_id": "srvtoolu_1",
        "content": [{"url": "https://a.test/slugs"}],
    }
    reply = [search, found, {"type": "text", "text": "Beer traps, they say."}]
    asked = said(LONG)
    again = [*asked, {"role": "assistant", "content": reply}, {"role": "user", "content": "And the snails?"}]
    database = store(tmp_path / "a.duckdb", [[searched(1, asked, reply, 9000), searched(2, again, reply, 9500)]])
    first, second = rows(database, LEDGERS)
    assert first[3] > 8000
    query = "select new_user_tokens, new_tool_result_tokens, new_tool_call_tokens from turns order by started_at"
    new, *fetched = rows(database, query)[1]
    assert new > 0
    assert fetched == [0, 0]
    resent, echoed, *_ = second
    assert 0 < resent < echoed


def searched(number: int, messages: Sequence[dict[str, Any]], reply: Sequence[object], tokens: int) -> Record:
    """A call of Anthropic's Messages API."""
    answer = {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-4-5-20251001",
        "content": reply,
        "stop_reason": "end_turn",
        "usage": {"input_tokens": tokens, "output_tokens": 40},
    }
    return chat(
        number,
        api="anthropic.messages",
        provider="anthropic",
        host="api.anthropic.com",
        path="/v1/messages",
        request=Body(orjson.dumps({"model": "claude-haiku-4-5", "max_tokens": 99, "messages": messages})),
        response=Body(orjson.dumps(answer)),
    )


def responded(number: int, previous: str | None, tokens: int) -> Record:
    """A call of the Responses API."""
    asked = {"model": "gpt-4o-mini", "input": [{"role": "user", "content": f"{LONG} {number}"}]}
    message = {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": f"Answer {number}."}],
    }
    answer = {
        "id": f"resp_{number}",
        "object": "response",
        "status": "completed",
        "model": "gpt-4o-mini-2024-07-18",
        "output": [message],
        "usage": {"input_tokens": tokens, "output_tokens": 4, "total_tokens": tokens + 4},
    }
    return chat(
        number,
        api="openai.responses",
        path="/v1/responses",
        request=Body(orjson.dumps(asked | ({"previous_response_id": previous} if previous else {}))),
        response=Body(orjson.dumps(answer)),
    )


def test_a_conversation_has_its_totals_and_its_share_of_echo(tmp_path: Path) -> None:
    database = store(tmp_path / "a.duckdb", [garden()])
    found = rows(
        database,
        """select exchanges, turns, input_tokens, resent_tokens + echoed_tokens, echo_share, unsplit, unpriced
        from conversations order by started_at""",
    )
    (exchanges, turns, tokens, again, share, unsplit, unpriced), lima, nobody = found
    assert (exchanges, turns, tokens, unsplit, unpriced) == (4, 3, 40 + 56 + 56 + 80, 0, 0)
    assert share == pytest.approx(again / tokens)
    assert lima == (1, 1, 15, 0, 0.0, 0, 0)
    assert nobody == (1, 1, None, None, None, 1, 1)


def test_costs_add_up_along_a_conversation(tmp_path: Path) -> None:
    database = store(tmp_path / "a.duckdb", [garden()[:3]])
    found = rows(
        database,
        """select cost_usd, cumulative_usd, cumulative_input_tokens, cache_hit_share, uncached_tokens,
            seconds_since_parent, idle_seconds, context_used
        from turn_costs order by started_at""",
    )
    costs = [row[0] for row in found]
    assert [row[1] for row in found] == pytest.approx([sum(costs[:1]), sum(costs[:2]), sum(costs)])
    assert [row[2] for row in found] == [40, 96, 152]
    assert [row[3] for row in found] == [0, 32 / 56, 0]
    assert [row[4] for row in found] == [40, 24, 56]
    assert [row[5] for row in found] == [None, 1, 1]
    assert [row[6] for row in found] == [None, 0.25, 0.25]
    assert found[0][7] == pytest.approx(44 / 128_000)


def test_ledgers_made_anew_from_the_facts_are_the_same(tmp_path: Path) -> None:
    database = store(tmp_path / "a.duckdb", [garden()])
    before = ledgers(database)
    with database.writing() as connection:
        connection.execute("delete from ledgers")
        rebuild_links(connection)
    assert ledgers(database) == before
