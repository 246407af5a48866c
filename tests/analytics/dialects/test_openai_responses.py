"""Responses: whole, streamed, in the background, compacted and over WebSocket."""

from dataclasses import replace

import pytest
from genai_prices import extract_usage
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.dialects.exchange import Json
from analytics.dialects.fields import obj
from analytics.dialects.openai_responses import OpenAIResponses
from tests.analytics.dialects.broken_json import broken
from tests.analytics.dialects.calls import call, content
from tests.recordings import echoes, recorded

DIALECT = OpenAIResponses()
MESSAGE: Json = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "status": "completed",
    "phase": "final_answer",
    "content": [{"type": "output_text", "text": "It rains.", "annotations": [], "logprobs": []}],
}
REASONING: Json = {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "gAAA"}
CALL: Json = {
    "id": "fc_1",
    "type": "function_call",
    "call_id": "call_1",
    "name": "weather",
    "arguments": '{"city": "Oslo"}',
    "status": "completed",
}
REQUEST: Json = {
    "model": "gpt-5.6",
    "instructions": "Be brief.",
    "tools": [{"type": "function", "name": "weather", "parameters": {"type": "object"}}],
    "input": [
        {"role": "developer", "content": "Metric."},
        {"role": "user", "content": [{"type": "input_text", "text": "Rain in Oslo?"}]},
        CALL,
        {"type": "function_call_output", "call_id": "call_1", "output": "yes"},
        {"type": "item_reference", "id": "rs_0"},
    ],
    "previous_response_id": "resp_0",
    "store": True,
}
USAGE: Json = {
    "input_tokens": 100,
    "input_tokens_details": {
        "cached_tokens": 64,
        "cache_write_tokens": 30,
        "cache_write_tokens_details": {"ttl_30m_tokens": 10, "ttl_12h_tokens": 20},
    },
    "output_tokens": 20,
    "output_tokens_details": {"reasoning_tokens": 12},
    "total_tokens": 120,
}
RESPONSE: Json = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "model": "gpt-5.6-2026-05-01",
    "service_tier": "default",
    "output": [REASONING, MESSAGE, CALL],
    "usage": USAGE,
}
STREAM: list[Json] = [
    {"type": "response.created", "response": {"id": "resp_1", "status": "in_progress", "model": "m", "output": []}},
    {"type": "response.output_item.done", "output_index": 0, "item": REASONING},
    {"type": "response.output_item.done", "output_index": 1, "item": MESSAGE},
    {"type": "response.output_item.done", "output_index": 2, "item": CALL},
    {"type": "response.completed", "response": RESPONSE},
]


def request(**fields: object) -> Json:
    return {"model": "m", "input": "hi", **fields}


def test_the_preamble_is_tools_instructions_and_leading_developer_items() -> None:
    reading = DIALECT.read_request(call(REQUEST))
    assert [block.kind for block in reading.preamble] == ["tools", "system", "system"]
    assert [block.kind for block in reading.history] == ["user", "tool_call", "tool_result", "other"]
    assert reading.parameters == {"store": True, "item_references": ["rs_0"]}


def test_input_as_a_string_and_as_a_message_is_the_same() -> None:
    as_item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}
    plain = DIALECT.read_request(call(request()))
    assert plain.history == DIALECT.read_request(call(request(input=[as_item]))).history
    assert content(plain.history) == [("user", "user", "hi")]


def test_a_stored_prompt_is_part_of_the_preamble() -> None:
    stored = {"id": "pmpt_1", "version": "2"}
    assert content(DIALECT.read_request(call(request(prompt=stored))).preamble)[0][:2] == ("system", "other")


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id:resp_1"),
        ({"conversation": "conv_1"}, "conversation:conv_1"),
        ({"conversation": {"id": "conv_1"}}, "conversation:conv_1"),
        ({"previous_response_id": None}, None),
        ({}, None),
    ],
)
def test_server_side_state_is_named(fields: Json, state: str | None) -> None:
    assert DIALECT.read_request(call(request(**fields))).state_ref == state


def test_a_websocket_frame_is_read_flat_and_nested() -> None:
    flat = DIALECT.read_request(call({"type": "response.create", **REQUEST, "generate": False}))
    nested = DIALECT.read_request(call({"type": "response.create", "response": {**REQUEST, "generate": False}}))
    assert flat == nested
    assert (flat.streamed, flat.parameters["generate"]) == (True, False)
    steer = DIALECT.read_request(call({"type": "response.steer", "previous_response_id": "r", "input": "stop"}))
    assert (steer.state_ref, content(steer.history)) == ("previous_response_id:r", [("user", "user", "stop")])


def test_events_of_another_lane_are_passed_over() -> None:
    other = {"type": "response.completed", "stream_id": "b", "response": {**RESPONSE, "id": "resp_9"}}
    events = [{**event, "stream_id": "a"} for event in STREAM] + [other]
    frame = {"type": "response.create", "stream_id": "a", "input": "hi"}
    assert DIALECT.read_response(call(frame, events=events)).response_id == "resp_1"


def test_usage_is_all_in() -> None:
    for reading in (DIALECT.read_response(call(answer=RESPONSE)), DIALECT.read_response(call(events=STREAM))):
        usage = reading.usage
        assert (usage.input_tokens, usage.cache_read_tokens, usage.cache_write_tokens) == (100, 64, 30)
        assert (usage.cache_write_30m_tokens, usage.cache_write_12h_tokens) == (10, 20)
        assert (usage.output_tokens, usage.reasoning_tokens) == (20, 12)
        assert (reading.usage_raw, reading.model) == (USAGE, "gpt-5.6-2026-05-01")
        assert (reading.stop_reason, reading.ended, reading.service_tier) == ("completed", True, "default")


def test_a_reply_comes_back_as_it_went_whole_and_streamed() -> None:
    echoed = [
        {"type": "reasoning", "summary": [], "encrypted_content": "gAAA"},
        {"role": "assistant", "content": "It rains."},
        {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": '{"city":"Oslo"}'},
    ]
    blocks = DIALECT.read_request(call(request(input=echoed))).history
    assert content(DIALECT.read_response(call(answer=RESPONSE)).reply) == content(blocks)
    assert content(DIALECT.read_response(call(events=STREAM)).reply) == content(blocks)
    assert DIALECT.read_request(call(request(input=RESPONSE["output"]))).history == blocks


def test_a_background_response_has_no_usage_until_it_is_done() -> None:
    queued = {**RESPONSE, "status": "queued", "background": True, "output": [], "usage": None}
    reading = DIALECT.read_response(call(request(background=True), queued))
    assert (reading.usage.reported, reading.usage_raw, reading.stop_reason, reading.ended) == (False, None, None, True)
    assert reading.details == {"background": True, "status": "queued"}


@pytest.mark.parametrize(
    ("response", "stop"),
    [
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, "max_output_tokens"),
        ({"status": "incomplete", "incomplete_details": None}, "incomplete"),
        ({"status": "cancelled"}, "cancelled"),
        ({"status": "failed"}, "failed"),
        ({"status": "in_progress"}, None),
        ({}, None),
    ],
)
def test_the_stop_reason_is_the_status_or_why_it_is_incomplete(response: Json, stop: str | None) -> None:
    assert DIALECT.read_response(call(answer=response)).stop_reason == stop
    kind = f"response.{response.get('status')}"
    assert DIALECT.read_response(call(events=[{"type": kind, "response": response}])).stop_reason == stop


@pytest.mark.parametrize(
    ("status", "event", "code", "message"),
    [
        (200, {"type": "error", "code": "server_error", "message": "m", "sequence_number": 3}, "server_error", "m"),
        (200, {"type": "error", "error": {"type": "invalid_request_error", "code": "c", "message": "m"}}, "c", "m"),
        (200, {"type": "error", "code": None, "message": "m"}, "error", "m"),
        (200, {"type": "response.failed", "response": {"error": {"code": "quota", "message": "m"}}}, "quota", "m"),
        (400, {"error": {"code": "previous_response_not_found", "message": "m"}}, "previous_response_not_found", "m"),
        (400, {"code": "InvalidParameter", "message": "m", "request_id": "r"}, "InvalidParameter", "m"),
        (401, {"detail": "m"}, None, "m"),
    ],
)
def test_errors_are_read_in_every_shape(status: int, event: Json, code: str | None, message: str) -> None:
    reading = DIALECT.read_response(call(events=[event], status=status))
    assert (reading.error_code, reading.error_message, reading.ended) == (code, message, True)
    assert not reading.usage.reported
    if not event.get("type"):
        whole = DIALECT.read_response(call(answer=event, status=status))
        assert (whole.error_code, whole.error_message) == (code, message)


def test_an_answer_that_is_no_json_is_told_by_its_text() -> None:
    page = replace(call(status=502), text="<html>")
    assert DIALECT.read_response(page).error_message == "<html>"


def test_what_can_be_continued_is_told() -> None:
    def state(sent: Json, **fields: object) -> str | None:
        return DIALECT.read_response(call(sent, {**RESPONSE, **fields})).state_id

    assert state(request()) == "resp_1"
    assert state(request(store=False)) is None
    assert state(request(), store=False) is None
    assert state({"type": "response.create", "store": False, "input": "x"}) == "resp_1"
    assert state(request(), conversation={"id": "conv_1"}) == "conv_1"
    assert state(request(), object="response.compaction") is None


def test_a_compaction_replies_with_the_items_to_go_on_with() -> None:
    kept = {"id": "msg_0", "type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}
    seal = {"id": "cmp_1", "type": "compaction", "encrypted_content": "gAAA"}
    answer = {"id": "resp_c", "object": "response.compaction", "output": [kept, seal], "usage": USAGE}
    reading = DIALECT.read_response(call(request(), answer, path="/v1/responses/compact"))
    going_on = DIALECT.read_request(call(request(input=[*answer["output"], {"role": "user", "content": "next"}])))
    assert reading.reply == going_on.history[:2]
    assert (reading.details["compactions"], reading.details["compacted"]) == (1, True)
    assert reading.usage.input_tokens == 100


def test_details_hold_the_cache_diagnosis_the_hosted_tools_and_the_items() -> None:
    diagnosis = {"type": "cache_miss", "reason": "tools_changed", "cache_missed_tokens": 900}
    search = {
        "id": "ws_1",
        "type": "web_search_call",
        "status": "completed",
        "action": {"type": "search", "query": "q"},
    }
    answer = {**RESPONSE, "output": [search, search], "prompt_cache_diagnostics": diagnosis}
    assert DIALECT.read_response(call(answer=answer)).details == {
        "status": "completed",
        "prompt_cache_diagnostics": diagnosis,
        "hosted_tools": {"web_search_call": 2},
        "item_ids": ["ws_1", "ws_1"],
    }


def test_a_steered_response_is_superseded_and_not_lost() -> None:
    steered = {**RESPONSE, "status": "incomplete", "incomplete_details": {"reason": "steered"}}
    successor = [{**event, "response": {**obj(event, "response"), "id": "resp_2"}} for event in (STREAM[0], STREAM[-1])]
    events = [STREAM[0], {"type": "response.incomplete", "response": steered}, *successor]
    reading = DIALECT.read_response(call(events=events))
    assert (reading.response_id, reading.stop_reason) == ("resp_2", "completed")
    assert reading.details["superseded"] == [
        {"id": "resp_1", "model": "gpt-5.6-2026-05-01", "status": "incomplete", "usage": USAGE}
    ]


def test_xai_tells_the_charge_in_ticks() -> None:
    assert DIALECT.usage({"cost_in_usd_ticks": 25_000_000}).reported_cost_usd == pytest.approx(0.0025)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_nothing_broken_raises_or_invents_usage(data: st.DataObject) -> None:
    DIALECT.read_request(call(data.draw(broken(REQUEST))))
    silent = data.draw(broken({**RESPONSE, "usage": None}))
    assert DIALECT.read_response(call(answer=silent)).usage.input_tokens in (None, *_said(silent))
    events = data.draw(broken(STREAM))
    for reading in (
        DIALECT.read_response(call(answer=data.draw(broken(RESPONSE)))),
        DIALECT.read_response(call(events=events if isinstance(events, list) else [events])),
    ):
        assert reading.usage.input_tokens in (None, 100)
        assert reading.usage.cache_read_tokens in (None, 64)


def _said(answer: object) -> list[object]:
    return list(obj(answer, "usage").values())


@pytest.mark.parametrize("cut", range(1, len(STREAM)))
def test_a_stream_cut_off_has_not_ended_and_keeps_what_came(cut: int) -> None:
    reading = DIALECT.read_response(call(events=STREAM[:cut]))
    assert (reading.ended, reading.usage.reported, reading.stop_reason) == (False, False, None)
    assert len(reading.reply) == cut - 1


def test_every_recorded_call_reads_and_bills_what_its_usage_says() -> None:
    """Read independently by genai-prices; the model does not matter to how usage is read."""
    for found in recorded("openai.responses"):
        reading, name = found.response, found.recording.name
        assert reading.usage.reported == (reading.usage_raw is not None), name
        if reading.usage_raw is not None:
            answer = {"model": "gpt-5", "usage": reading.usage_raw}
            said = extract_usage(answer, provider_id="openai", api_flavor="responses").usage
            assert reading.usage.input_tokens == said.input_tokens, name
            assert reading.usage.cache_read_tokens == said.cache_read_tokens, name
            assert reading.usage.output_tokens == said.output_tokens, name


def test_recorded_replies_come_back_as_they_went() -> None:
    """The misses: one client leaves thinking out, three tests put the same question twice and go on from the second."""
    hits, misses = echoes(recorded("openai.responses"))
    assert (hits, len(misses)) == (136, 4)
