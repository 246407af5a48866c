"""The made-up team, whose calls the demo shows: its applications run, and its diary gives each call its time."""

import json
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from analytics.record import Body, Record, Who
from examples.team.batches import label, query, review
from examples.team.code_agent import Task, session
from examples.team.desk_assistant import talk as assist
from examples.team.diary import RETRY_S, Page, Talk, dated, lasting, play
from examples.team.help_desk import talk as help_customer
from examples.team.readers import contracts, report, search
from examples.team.stage import Stage, stage
from tests.analytics.chats import chat, said

MIDNIGHT = 1_750_000_000.0
WHO = Who("an app", "a team", "a user")
EARLIER, LATER = 100.0, 5_000.0


def _talks(stage: Stage) -> Sequence[Talk]:
    """One of each application, short."""
    rng = Random(1)  # noqa: S311  # texts, not secrets
    task = Task(Who("agent", "a team", "dev"), "claude-opus-5-5", 4)
    return (
        session(stage, task, rng),
        help_customer(stage, WHO, "busy", rng),
        assist(stage, WHO, "broken", "gpt-5.6-terra", rng),
        search(stage, WHO, 2, 6, rng),
        contracts(stage, WHO, 2, 9, rng),
        report(stage, WHO, False, rng),
        review(stage, WHO, rng),
        label(stage, WHO, False, rng),
        query(stage, WHO, rng),
    )


@pytest.fixture(scope="module")
def played() -> list[Record]:
    """What the proxy recorded of one talk of each application, dated."""
    with stage() as (place, records):
        talks = [(EARLIER + number, talk) for number, talk in enumerate(_talks(place))]
        pages = play(place, talks, MIDNIGHT)
    return list(dated(records, pages))


def test_every_application_makes_its_calls_through_the_proxy(played: list[Record]) -> None:
    assert {record.api for record in played} == {
        *("openai.chat", "openai.responses", "anthropic.messages", "gemini.generate", "bedrock.converse"),
    }
    assert {record.host for record in played} >= {"models.bikeshop.example", "api.openai.com", "api.anthropic.com"}
    assert all(record.who.team == "a team" for record in played)


def test_what_tells_the_stand_ins_what_to_answer_is_not_recorded(played: list[Record]) -> None:
    names = {name for record in played for name, _ in record.request_headers}
    assert not [name for name in names if name.startswith("x-upstream")]


def test_a_busy_provider_and_an_id_that_it_does_not_know_are_among_the_calls(played: list[Record]) -> None:
    assert {429, 400} < {record.status for record in played}
    [again] = [record for record in played if record.request_header("x-stainless-retry-count") == "1"]
    [refused] = [record for record in played if record.status == 429]
    assert again.request.data == refused.request.data
    assert refused.ended_at is not None
    assert again.started_at == pytest.approx(refused.ended_at + RETRY_S)


def test_the_cache_of_an_agent_is_written_and_read_as_its_history_grows(played: list[Record]) -> None:
    turns = [json.loads(record.response.data)["usage"] for record in played if record.who.app == "agent"]
    reads = [usage["cache_read_input_tokens"] for usage in turns]
    assert reads[0] == 0
    assert sorted(reads) == reads
    assert reads[-1] == turns[-2]["cache_read_input_tokens"] + turns[-2]["cache_creation_input_tokens"] > 0


def test_calls_get_the_moments_of_their_pages_and_end_before_the_newest_begins_at_nought() -> None:
    first, again, last = (
        chat(number, said("Hello"), started_at=at) for number, at in ((1, 10.0), (2, 11.0), (3, 20.0))
    )
    answer: dict[str, Any] = {"first_byte_at": 30.0, "ended_at": 31.0, "response": Body(b"x" * 1000)}
    answered = [replace(record, **answer) for record in (first, again)]
    last = replace(last, ended_at=None)
    found = list(dated([last, *answered], [Page(EARLIER, 9.0), Page(LATER, 19.0)]))
    _, took = lasting(len(first.request.data), 1000)
    assert [record.record_id for record in found] == [first.record_id, again.record_id, last.record_id]
    assert found[0].started_at == EARLIER - LATER
    assert found[0].ended_at == pytest.approx(EARLIER - LATER + took)
    assert found[1].started_at == pytest.approx(EARLIER - LATER + took + RETRY_S)
    assert found[2].started_at == 0.0
    assert found[2].ended_at is None
