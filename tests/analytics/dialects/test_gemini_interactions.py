"""Tests of the dialect of Gemini's Interactions API."""

import json

import pytest
from hypothesis import given, settings

from analytics.dialects.exchange import Block, Json, RequestReading, ResponseReading, Usage
from analytics.dialects.fields import count, obj
from analytics.dialects.gemini_interactions import GeminiInteractions
from tests.analytics.dialects.broken_json import broken
from tests.analytics.dialects.calls import call, content, counts
from tests.recordings import recorded

DIALECT = GeminiInteractions()
ASK: Json = {
    "model": "models/gemini-3-flash",
    "system_instruction": "Be brief.",
    "tools": [{"type": "function", "name": "weather"}],
    "input": "Rain in Oslo?",
    "generation_config": {"thinking_level": "low"},
    "store": True,
}
STEPS: list[object] = [
    {"type": "thought", "signature": "c2ln", "summary": [{"type": "text", "text": "They want rain."}]},
    {"type": "google_search_call", "id": "s1", "arguments": {"queries": ["rain"]}, "signature": ""},
    {"type": "google_search_result", "call_id": "s1", "result": [{"title": "Rain"}], "is_error": False},
    {"type": "model_output", "content": [{"type": "text", "text": "Let me look.", "annotations": []}]},
    {"type": "function_call", "id": "c1", "name": "weather", "arguments": {"city": "Oslo", "days": 1}},
]
USAGE: Json = {
    "total_input_tokens": 100,
    "total_cached_tokens": 60,
    "total_tool_use_tokens": 7,
    "total_output_tokens": 20,
    "total_thought_tokens": 5,
    "total_tokens": 132,
    "input_tokens_by_modality": [{"modality": "audio", "tokens": 10}],
    "grounding_tool_count": [{"type": "google_search", "count": 2}],
}
ANSWER: Json = {
    "id": "v1_1",
    "model": "gemini-3-flash",
    "status": "requires_action",
    "steps": STEPS,
    "usage": USAGE,
    "service_tier": "standard",
}


def event(kind: str, **fields: object) -> Json:
    return {"event_type": kind, **fields}


def delta(index: int, kind: str, **fields: object) -> Json:
    return event("step.delta", index=index, delta={"type": kind, **fields})


EVENTS: list[object] = [
    event("interaction.created", interaction={"id": "v1_1", "status": "in_progress", "model": "gemini-3-flash"}),
    event("interaction.status_update", interaction_id="v1_1", status="in_progress"),
    event("step.start", index=0, step={"type": "thought"}),
    delta(0, "thought_summary", content={"type": "text", "text": "They want "}),
    delta(0, "thought_signature", signature=""),
    delta(0, "thought_summary", content={"type": "text", "text": "rain."}),
    delta(0, "thought_signature", signature="c2ln"),
    event("step.start", index=1, step={"type": "google_search_call", "id": "s1", "signature": ""}),
    delta(1, "google_search_call", arguments={"queries": ["rain"]}),
    event("step.start", index=2, step={"type": "google_search_result", "call_id": "s1", "signature": ""}),
    delta(2, "google_search_result", result=[{"title": "Rain"}], is_error=False),
    event("step.start", index=3, step={"type": "model_output"}),
    delta(3, "text", text="Let me "),
    delta(3, "text", text="look.") | {"metadata": {"usage": {"total_input_tokens": 100, "total_output_tokens": 3}}},
    delta(3, "text_annotation_delta", annotations=[{"url": "https://rain.test"}]),
    event("step.stop", index=3),
    event("step.start", index=4, step={"type": "function_call", "id": "c1", "name": "weather", "arguments": {}}),
    delta(4, "arguments_delta", arguments='{"days": 1, "ci'),
    delta(4, "arguments_delta", arguments='ty": "Oslo"}'),
    event("interaction.completed", interaction={**ANSWER, "steps": None}),
]


def read_request(**fields: object) -> RequestReading:
    return DIALECT.read_request(call({**ASK, **fields}))


def read(answer: object = None, events: list[object] | None = None, **request: object) -> ResponseReading:
    return DIALECT.read_response(call({**ASK, **request}, answer, events=events))


def history(*steps: object) -> tuple[Block, ...]:
    return read_request(input=list(steps)).history


def test_the_preamble_is_tools_then_system() -> None:
    found = read_request()
    assert [block.kind for block in found.preamble] == ["tools", "system"]
    assert content(found.history) == [("user", "user", "Rain in Oslo?")]
    assert (found.model, found.streamed) == ("gemini-3-flash", False)
    assert found.parameters == {"generation_config": {"thinking_level": "low"}, "store": True}


@pytest.mark.parametrize(
    "given_input",
    [
        {"type": "text", "text": "Rain in Oslo?"},
        [{"type": "text", "text": "Rain in Oslo?"}],
        [{"type": "user_input", "content": [{"type": "text", "text": "Rain in Oslo?"}]}],
        [{"type": "user_input", "content": "Rain in Oslo?"}],
        [{"role": "user", "content": "Rain in Oslo?"}],
        [{"role": "user", "content": [{"type": "text", "text": "Rain in Oslo?"}]}],
    ],
)
def test_an_input_is_the_same_in_every_shape(given_input: object) -> None:
    assert read_request(input=given_input).history == read_request().history


def test_the_previous_interaction_is_a_state_reference() -> None:
    assert read_request(previous_interaction_id="v1_0").state_ref == "previous_interaction_id:v1_0"
    assert read_request(previousInteractionId="v1_0").state_ref == "previous_interaction_id:v1_0"
    assert read_request().state_ref is None
    assert read(ANSWER).state_id == "v1_1"
    assert read(ANSWER, store=False).state_id is None
    assert read({**ANSWER, "id": ""}).response_id is None


def test_steps_come_back_as_the_same_blocks_whole_and_streamed() -> None:
    echoed = history(*STEPS)
    assert [block.kind for block in echoed] == ["thinking", "tool_call", "tool_result", "assistant", "tool_call"]
    assert read(ANSWER).reply == echoed
    assert read(events=EVENTS).reply == echoed


def test_the_earlier_version_of_the_api_gives_the_same_reply() -> None:
    outputs = [{"type": "text", "text": "Let me "}, {"type": "text", "text": "look."}]
    events: list[object] = [
        event("content.start", index=0, content={"type": "text"}),
        event("content.delta", index=0, delta={"type": "text", "text": "Let me "}),
        event("content.delta", index=0, delta={"type": "text", "text": "look."}),
        event("interaction.complete", interaction={"id": "v1_1", "status": "completed"}),
    ]
    expected = history(STEPS[3])
    assert read({"id": "v1_1", "status": "completed", "outputs": outputs}).reply == expected
    assert read(events=events).reply == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"type": "text", "text": "a"}, {"type": "text", "text": "b"}),
        ({"type": "thought", "signature": "a"}, {"type": "thought", "signature": "b"}),
        ({"type": "function_result", "result": "a"}, {"type": "function_result", "result": "a", "is_error": True}),
        ({"type": "function_result", "result": {"a": 1}}, {"type": "function_result", "result": {"a": 2}}),
        ({"type": "image", "data": "QQ=="}, {"type": "image", "data": "Qg=="}),
        ({"type": "image", "uri": "gs://a"}, {"type": "image", "uri": "gs://a", "resolution": "high"}),
        ({"type": "code_execution_call", "arguments": {}}, {"type": "function_call", "name": "code_execution"}),
    ],
)
def test_different_content_gives_different_blocks(one: object, other: object) -> None:
    assert history(one)
    assert content(history(one)) != content(history(other))


def test_a_functions_result_is_its_text_in_either_dress() -> None:
    plain = history({"type": "function_result", "call_id": "c1", "name": "weather", "result": "sunny"})
    assert plain == (Block("tool", "tool_result", "sunny", "c1"),)
    parts = [{"type": "text", "text": "sunny"}]
    assert history({"type": "function_result", "call_id": "c1", "result": parts, "is_error": False}) == plain


def test_thoughts_and_tool_use_are_billed_with_output_and_input() -> None:
    for found in (read(ANSWER), read(events=EVENTS)):
        assert found.usage == Usage(
            input_tokens=107, cache_read_tokens=60, output_tokens=25, reasoning_tokens=5, audio_input_tokens=10
        )
        assert found.usage_raw == USAGE
        assert (found.stop_reason, found.ended, found.service_tier) == ("requires_action", True, "standard")
        assert found.details == {"grounding_tool_count": {"google_search": 2}}


def test_a_stream_that_breaks_off_has_not_ended_and_keeps_the_counts_so_far() -> None:
    found = read(events=EVENTS[:14])
    assert (found.ended, found.stop_reason, found.response_id) == (False, None, "v1_1")
    assert found.reply[-1].content == "Let me look."
    assert (found.usage.input_tokens, found.usage.output_tokens) == (100, 3)


def test_an_interaction_in_the_background_has_no_end_yet() -> None:
    found = read({"id": "v1_1", "status": "in_progress", "agent": "deep-research"})
    assert (found.stop_reason, found.details, found.usage_raw) == (None, {"status": "in_progress"}, None)
    assert found.model == "deep-research"


def test_errors_are_read_in_an_answer_and_in_a_stream() -> None:
    error: Json = {"error": {"code": "not_found", "message": "no such interaction"}}
    for found in (read(error), read(events=[EVENTS[0], {"event_type": "error", **error}])):
        assert (found.error_code, found.error_message, found.ended) == ("not_found", "no such interaction", True)


def test_an_mcp_servers_headers_are_not_kept() -> None:
    tool = {"type": "mcp_server", "url": "https://wiki.test", "headers": {"Authorization": "secret"}}
    found = read_request(tools=[tool], environment={"token": "secret"})
    assert "secret" not in json.dumps([block.content for block in found.preamble])
    assert "secret" not in json.dumps(found.parameters)


@settings(max_examples=100, deadline=None)
@given(broken({"request": ASK | {"input": STEPS}, "answer": ANSWER, "events": EVENTS}))
def test_broken_json_never_raises_and_never_makes_usage_up(example: object) -> None:
    request, answer, events = (obj(example).get(name) for name in ("request", "answer", "events"))
    for found in (call(request, answer), call(request, events=events if isinstance(events, list) else [])):
        DIALECT.read_request(found)
        known = {0, 3, 5, 7, 10, 20, 25, 60, 100, 107}
        assert set(counts(DIALECT.read_response(found).usage).values()) <= known


def test_reading_leaves_the_events_as_they_came() -> None:
    opened = event("step.start", index=0, step={"type": "model_output", "content": [{"type": "text", "text": "a"}]})
    events: list[object] = [opened, delta(0, "text", text="b"), *EVENTS[-1:]]
    before = json.dumps(events)
    assert content(read(events=events[:2]).reply) == [("assistant", "assistant", "ab")]
    assert json.dumps(events) == before


def test_every_recorded_total_is_the_sum_of_input_and_output() -> None:
    read_totals = 0
    for found in recorded("google.interactions"):
        reading = found.response
        assert reading.ended
        reported = count(reading.usage_raw, "total_tokens")
        if reported is not None:
            assert reported == (reading.usage.input_tokens or 0) + (reading.usage.output_tokens or 0)
            assert reading.reply
            read_totals += 1
    assert read_totals >= 29
