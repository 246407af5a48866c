"""Mistral's Conversations, hand-written: none are among the recordings."""

import pytest
from hypothesis import given, settings

from analytics.dialects.call import Call
from analytics.dialects.exchange import Block, Json, Usage
from analytics.dialects.mistral_conversations import MistralConversations
from tests.analytics.dialects.broken_json import broken
from tests.analytics.dialects.calls import call, content

DIALECT = MistralConversations()
NEW, GOING_ON = "/v1/conversations", "/v1/conversations/conv_1"
STAMPS = {"object": "entry", "created_at": "2026-11-01T10:00:00Z", "completed_at": None, "model": "mistral-medium-2505"}
CALLED: Json = {"type": "function.call", "tool_call_id": "c1", "name": "weather", "arguments": '{"city":"Rome"}'}
SEARCHED: Json = {"type": "tool.execution", "id": "t1", "name": "web_search", "arguments": '{"query":"Rome"}'}
HANDED: Json = {"type": "agent.handoff", "previous_agent_id": "a", "next_agent_id": "b", "next_agent_name": "B"}
PARTS: list[object] = [
    {"type": "thinking", "thinking": [{"type": "text", "text": "Rome, then."}]},
    {"type": "text", "text": "It is sunny."},
    {"type": "tool_reference", "tool": "web_search", "title": "Weather", "url": "https://example.org/"},
]
SAID: Json = {"type": "message.output", "role": "assistant", "content": PARTS}
RESULT: Json = {"type": "function.result", "tool_call_id": "c1", "result": "sunny"}
REQUEST: Json = {
    "model": "mistral-medium-latest",
    "instructions": "Be brief.",
    "tools": [{"type": "function", "function": {"name": "weather"}}, {"type": "web_search"}],
    "inputs": [{"role": "user", "content": "Weather in Rome?"}, SEARCHED, HANDED, SAID, CALLED, RESULT],
    "completion_args": {"temperature": 0.3},
    "store": False,
    "stream": False,
}
USAGE: Json = {
    "prompt_tokens": 188,
    "completion_tokens": 55,
    "total_tokens": 7355,
    "connector_tokens": 7112,
    "connectors": {"web_search": 1},
}
OUTPUTS = [
    {**STAMPS, **found, "id": f"e{i}"} for i, found in enumerate([SEARCHED | {"id": "t1"}, HANDED, SAID, CALLED])
]
WHOLE: Json = {
    "object": "conversation.response",
    "conversation_id": "conv_1",
    "outputs": [{**OUTPUTS[0], "id": "t1"}, *OUTPUTS[1:]],
    "usage": USAGE,
}


def event(kind: str, index: int, **values: object) -> Json:
    return {"type": kind, "output_index": index, "id": f"e{index}", "created_at": "2026-11-01T10:00:00Z", **values}


DONE: Json = {"type": "conversation.response.done", "usage": USAGE}
STREAM: list[Json] = [
    {"type": "conversation.response.started", "conversation_id": "conv_1"},
    event("tool.execution.started", 0, name="web_search", arguments='{"query":'),
    event("tool.execution.delta", 0, name="web_search", arguments='"Rome"}'),
    event("tool.execution.done", 0, name="web_search"),
    event("agent.handoff.started", 1, previous_agent_id="a"),
    event("agent.handoff.done", 1, next_agent_id="b", next_agent_name="B"),
    event("message.output.delta", 2, content={"type": "thinking", "thinking": [{"type": "text", "text": "Rome, "}]}),
    event("message.output.delta", 2, content={"type": "thinking", "thinking": [{"type": "text", "text": "then."}]}),
    event("message.output.delta", 2, content="It is ", model="mistral-medium-2505"),
    event("message.output.delta", 2, content={"type": "text", "text": "sunny."}),
    event("message.output.delta", 2, content=PARTS[2]),
    event("function.call.delta", 3, name="weather", tool_call_id="c1", arguments='{"city":'),
    event("function.call.delta", 3, name="weather", tool_call_id="c1", arguments='"Rome"}'),
    DONE,
]
BOTH = pytest.mark.parametrize(
    "found", [call(REQUEST, WHOLE, path=NEW), call(REQUEST, events=STREAM, path=NEW)], ids=["whole", "streamed"]
)


def history(*entries: object) -> list[tuple[str, str, str]]:
    return content(DIALECT.read_request(call({"inputs": list(entries)}, path=NEW)).history)


def test_tools_and_instructions_are_the_preamble_and_the_entries_the_history() -> None:
    reading = DIALECT.read_request(call(REQUEST, path=NEW))
    assert [b.kind for b in reading.preamble] == ["tools", "tools", "system"]
    assert [b.kind for b in reading.history] == [
        "user",
        "tool_call",
        "other",
        "thinking",
        "assistant",
        "other",
        "tool_call",
        "tool_result",
    ]
    assert reading.history[-1] == Block("tool", "tool_result", "sunny", "c1")
    assert reading.parameters == {"completion_args": {"temperature": 0.3}, "store": False}
    assert (reading.model, reading.streamed) == ("mistral-medium-latest", False)


def test_a_text_is_the_same_content_as_an_entry_with_it() -> None:
    [said] = content(DIALECT.read_request(call({"inputs": "Hi"}, path=NEW)).history)
    assert [said] == history({"role": "user", "content": "Hi"})
    assert [said] == history({"role": "user", "content": [{"type": "text", "text": "Hi"}], "prefix": False, **STAMPS})


@BOTH
def test_a_reply_comes_back_as_entries(found: Call) -> None:
    sent_back = content(DIALECT.read_request(call(REQUEST, path=NEW)).history)[1:-1]
    assert content(DIALECT.read_response(found).reply) == sent_back


@BOTH
def test_what_connectors_brought_in_is_input_too(found: Call) -> None:
    reading = DIALECT.read_response(found)
    assert reading.usage == Usage(input_tokens=7300, output_tokens=55)
    assert reading.usage_raw == USAGE
    assert reading.details == {"connector_tokens": 7112, "connectors": {"web_search": 1}}
    assert reading.ended


@BOTH
def test_the_answer_names_the_conversation_its_last_entry_and_the_model(found: Call) -> None:
    reading = DIALECT.read_response(found)
    assert (reading.state_id, reading.response_id, reading.model) == ("conv_1", "e3", "mistral-medium-2505")


def test_a_conversation_that_goes_on_is_server_side_state() -> None:
    assert DIALECT.read_request(call(REQUEST, path=NEW)).state_ref is None
    for path in (GOING_ON, GOING_ON + "/restart"):
        assert DIALECT.read_request(call(REQUEST, path=path)).state_ref == "conversation:conv_1"


def test_an_answer_without_an_id_goes_on_with_the_conversation_but_a_restart_begins_another() -> None:
    assert DIALECT.read_response(call({}, {"usage": {}}, path=GOING_ON)).state_id == "conv_1"
    assert DIALECT.read_response(call({}, {"usage": {}}, path=GOING_ON + "/restart")).state_id is None


def test_a_continuation_may_hold_one_message_and_nothing_else() -> None:
    reading = DIALECT.read_request(call({"inputs": "And tomorrow?", "stream": True}, path=GOING_ON))
    assert reading.preamble == ()
    assert content(reading.history) == [("user", "user", "And tomorrow?")]
    assert (reading.model, reading.streamed) == (None, True)


def test_a_confirmed_tool_call_is_all_that_a_continuation_need_hold() -> None:
    request = {"tool_confirmations": [{"tool_call_id": "c1", "confirmation": "allow"}]}
    assert [b.kind for b in DIALECT.read_request(call(request, path=GOING_ON)).history] == ["other"]


def test_cached_tokens_are_a_part_of_the_prompt() -> None:
    usage = {"prompt_tokens": 100, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 64}}
    reading = DIALECT.read_response(call({}, {"usage": usage}, path=NEW))
    assert reading.usage == Usage(input_tokens=100, cache_read_tokens=64, output_tokens=5)


def test_a_tool_that_the_server_runs_is_another_than_the_clients() -> None:
    assert history(SEARCHED) != history({**CALLED, "name": "web_search", "arguments": SEARCHED["arguments"]})
    assert history(SEARCHED) != history({**SEARCHED, "info": {"code_output": "4"}})


def test_a_stream_that_stops_before_its_end_was_cut_off() -> None:
    reading = DIALECT.read_response(call(REQUEST, events=STREAM[:-1], path=NEW))
    assert not reading.ended
    assert not reading.usage.reported


def test_an_error_comes_as_an_event_or_flat() -> None:
    failed = {"type": "conversation.response.error", "code": 3000, "message": "went wrong"}
    reading = DIALECT.read_response(call(REQUEST, events=[*STREAM[:3], failed], path=NEW))
    assert (reading.error_code, reading.error_message, reading.ended) == ("3000", "went wrong", True)
    flat = {"object": "error", "message": "Conversation not found", "type": "not_found", "code": 3520}
    reading = DIALECT.read_response(call(REQUEST, flat, path=GOING_ON, status=404))
    assert (reading.error_code, reading.error_message) == ("not_found", "Conversation not found")
    invalid = {"detail": [{"loc": ["body", "inputs"], "msg": "Field required"}]}
    assert DIALECT.read_response(call({}, invalid, path=NEW, status=422)).error_message


@settings(max_examples=100, deadline=None)
@given(broken(REQUEST), broken(WHOLE), broken(STREAM))
def test_no_broken_call_raises_or_invents_usage(request: object, answer: object, events: object) -> None:
    streamed = call(request, events=events if isinstance(events, list) else [], path=GOING_ON)
    for found in (call(request, answer, path=NEW), streamed):
        DIALECT.read_request(found)
        usage = DIALECT.read_response(found).usage
        assert usage.input_tokens in (None, 188, 7300)
        assert usage.output_tokens in (None, 55)
