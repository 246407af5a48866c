"""Tests of Anthropic's Messages dialect."""

import json
from dataclasses import asdict

import pytest
from genai_prices import extract_usage
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.dialects.call import Call
from analytics.dialects.exchange import Block, Json, Usage
from analytics.dialects.fields import obj
from tests.analytics.dialects.anthropic_examples import (
    ANSWER,
    ASK,
    DIALECT,
    EVENTS,
    REPLY,
    WEATHER,
    history,
    read_answer,
    read_request,
)
from tests.analytics.dialects.broken_json import broken
from tests.analytics.dialects.calls import call, content, counts
from tests.recordings import echoes, recorded


def test_the_preamble_is_tools_then_system_and_the_rest_is_history() -> None:
    found = read_request()
    assert [block.kind for block in found.preamble] == ["tools", "system"]
    assert found.preamble[1].content == "Be brief."
    assert content(found.history) == [("user", "user", "Rain in Oslo?")]
    assert found.model == "claude-sonnet-5-5"


def test_a_system_prompt_as_string_and_as_parts_is_the_same() -> None:
    parts = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]
    assert read_request(system=parts).preamble == read_request().preamble


def test_a_system_message_in_mid_conversation_stays_in_the_history() -> None:
    found = history(
        {"role": "user", "content": "a"}, {"role": "system", "content": "b"}, {"role": "user", "content": "c"}
    )
    assert [(block.role, block.kind) for block in found] == [("user", "user"), ("system", "system"), ("user", "user")]


def test_split_and_merged_messages_give_the_same_blocks() -> None:
    split = history({"role": "user", "content": "a"}, {"role": "user", "content": "b"})
    merged = history({"role": "user", "content": [{"type": "text", "text": "a"}, "b"]})
    assert split == merged


def test_a_reply_comes_back_as_the_same_blocks_whole_and_streamed() -> None:
    echoed = history({"role": "user", "content": "Rain in Oslo?"}, {"role": "assistant", "content": REPLY})[1:]
    assert read_answer().reply == echoed
    assert DIALECT.read_response(call(ASK, events=EVENTS)).reply == echoed


def test_dress_leaves_a_block_the_same() -> None:
    dressed = [
        {"signature": "c2ln", "thinking": "They want rain.", "type": "thinking"},
        REPLY[1],
        {
            "type": "text",
            "text": "Let me look.",
            "citations": None,
            "cache_control": {"type": "ephemeral", "ttl": "1h"},
        },
        {"type": "text", "text": " \n"},
        {"type": "tool_use", "name": "weather", "input": {"days": 1, "city": "Oslo"}, "id": "toolu_1"},
    ]
    assert history({"role": "assistant", "content": dressed}) == read_answer().reply


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"type": "text", "text": "a"}, {"type": "text", "text": "b"}),
        (
            {"type": "thinking", "thinking": "", "signature": "a"},
            {"type": "thinking", "thinking": "", "signature": "b"},
        ),
        ({"type": "redacted_thinking", "data": "a"}, {"type": "redacted_thinking", "data": "b"}),
        ({"type": "tool_use", "name": "f", "input": {"a": 1}}, {"type": "tool_use", "name": "f", "input": {"a": 2}}),
        ({"type": "tool_use", "name": "f", "input": {}}, {"type": "server_tool_use", "name": "f", "input": {}}),
        ({"type": "tool_result", "content": "no"}, {"type": "tool_result", "content": "no", "is_error": True}),
        ({"type": "compaction", "content": "a"}, {"type": "compaction", "content": "b"}),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QQ=="}},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "Qg=="}},
        ),
        (
            {"type": "document", "title": "A", "source": {"type": "text", "data": "a"}},
            {"type": "document", "title": "B", "source": {"type": "text", "data": "a"}},
        ),
        (
            {"type": "web_search_tool_result", "content": [{"title": "a"}]},
            {"type": "web_search_tool_result", "content": [{"title": "b"}]},
        ),
    ],
)
def test_different_content_gives_different_blocks(one: object, other: object) -> None:
    first, second = (content(history({"role": "assistant", "content": [part]})) for part in (one, other))
    assert first
    assert first != second


def test_a_tool_result_is_its_text_in_either_dress_and_an_empty_one_counts() -> None:
    def result(**fields: object) -> Json:
        return {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", **fields}]}

    plain = history(result(content="sunny"))
    assert plain == history(result(content=[{"type": "text", "text": "sunny", "cache_control": {}}], is_error=False))
    assert plain == (Block("tool", "tool_result", "sunny", "toolu_1"),)
    assert history(result()) == (Block("tool", "tool_result", "", "toolu_1"),)


def test_an_image_in_a_tool_result_is_kept_as_its_digest_with_its_size() -> None:
    data = "QUJD" * 4000
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    found = history({"role": "user", "content": [{"type": "tool_result", "content": [image]}]})[0]
    assert data not in found.content
    assert found.size is not None
    assert found.size > len(data)


def test_server_tools_keep_call_and_result_apart_from_the_clients_own() -> None:
    reply = [
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "rain"}},
        {
            "type": "web_search_tool_result",
            "tool_use_id": "srvtoolu_1",
            "content": [{"title": "Rain", "page_age": None}],
        },
        {"type": "mcp_tool_use", "id": "mcp_1", "name": "ask", "input": {}, "server_name": "wiki"},
    ]
    found = read_answer(content=reply).reply
    assert [block.kind for block in found] == ["tool_call", "tool_result", "tool_call"]
    assert [block.ref for block in found] == ["srvtoolu_1", "srvtoolu_1", "mcp_1"]
    assert json.loads(found[2].content)["server_name"] == "wiki"


def test_the_marked_blocks_are_the_cache_breakpoints() -> None:
    mark = {"type": "ephemeral"}
    found = read_request(
        tools=[WEATHER, {**WEATHER, "name": "wind", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        system=[{"type": "text", "text": "Be brief.", "cache_control": mark}],
        messages=[
            {
                "role": "user",
                "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b", "cache_control": mark}],
            }
        ],
    )
    assert found.parameters["cache_breakpoints"] == [
        [2, "1h"],
        [3, None],
        [5, None],
    ]


def test_automatic_caching_marks_the_last_block() -> None:
    found = read_request(cache_control={"type": "ephemeral", "ttl": "5m"})
    assert found.parameters["cache_breakpoints"] == [[3, "5m"]]
    assert found.parameters["cache_control"] == {"type": "ephemeral", "ttl": "5m"}


def test_an_automatic_mark_on_a_block_that_is_marked_already_is_one_breakpoint() -> None:
    mark = {"type": "ephemeral"}
    found = read_request(
        cache_control=mark,
        messages=[{"role": "user", "content": [{"type": "text", "text": "a", "cache_control": mark}]}],
    )
    assert found.parameters["cache_breakpoints"] == [[len(found.preamble) + len(found.history), None]]


def test_a_moved_marker_leaves_tools_the_same() -> None:
    marked = read_request(tools=[{**WEATHER, "cache_control": {"type": "ephemeral"}}])
    assert marked.preamble == read_request().preamble


def test_a_thread_is_a_state_reference_to_the_message_before() -> None:
    request = {"model": "m", "thread": {"type": "continue", "previous_message_id": "msg_0"}, "messages": []}
    found = call(request, ANSWER)
    assert DIALECT.read_request(found).state_ref == "thread.previous_message_id:msg_0"
    assert DIALECT.read_response(found).state_id == "msg_1"
    assert DIALECT.read_request(call({"thread": {"type": "create"}})).state_ref is None
    assert read_answer().state_id is None


@pytest.mark.parametrize(
    ("user_id", "hint"),
    [
        ("user_aa_account_bb_session_1b2c-3d", "1b2c-3d"),
        ('{"device_id":"d","account_uuid":"","session_id":"1b2c-3d"}', "1b2c-3d"),
        ("someone", "someone"),
        ("", None),
        (7, None),
    ],
)
def test_the_session_is_read_out_of_the_user_id(user_id: object, hint: str | None) -> None:
    assert read_request(metadata={"user_id": user_id}).session_hint == hint


def test_parameters_hold_no_credentials_and_no_prompt() -> None:
    found = read_request(
        mcp_servers=[{"type": "url", "url": "https://wiki.test", "name": "wiki", "authorization_token": "secret"}],
        context_management={"edits": [{"type": "compact_20260112", "instructions": "secret", "trigger": {"value": 1}}]},
        compaction={"type": "summarize", "instructions": "secret"},
        fallback_credit_token="secret",
    ).parameters
    assert "secret" not in json.dumps(found)
    assert found["context_management"] == {"edits": [{"type": "compact_20260112", "trigger": {"value": 1}}]}
    assert found["mcp_servers"] == [{"name": "wiki", "url": "https://wiki.test"}]


@pytest.mark.parametrize(
    ("path", "model", "streamed"),
    [
        ("/v1/projects/p/locations/l/publishers/anthropic/models/claude-x@1:streamRawPredict", "claude-x@1", True),
        ("/v1/projects/p/locations/l/publishers/anthropic/models/claude-x:rawPredict", "claude-x", False),
        ("/model/us.anthropic.claude-x-v1:0/invoke-with-response-stream", "us.anthropic.claude-x-v1:0", True),
        (
            "/model/arn:aws:bedrock:eu:1:inference-profile/eu.claude-x/invoke",
            "arn:aws:bedrock:eu:1:inference-profile/eu.claude-x",
            False,
        ),
        ("/v1/messages", None, False),
    ],
)
def test_the_model_may_be_in_the_path(path: str, model: str | None, streamed: bool) -> None:
    found = DIALECT.read_request(call({"messages": []}, path=path))
    assert (found.model, found.streamed) == (model, streamed)


@settings(max_examples=100, deadline=None)
@given(
    broken(
        {"request": ASK | {"messages": [{"role": "assistant", "content": REPLY}]}, "answer": ANSWER, "events": EVENTS}
    )
)
def test_broken_json_never_raises_and_never_makes_usage_up(example: object) -> None:
    request, answer, events = (obj(example).get(name) for name in ("request", "answer", "events"))
    found = call(request, answer)
    streamed = call(request, events=events if isinstance(events, list) else [])
    DIALECT.read_request(found)
    known = {0, 1, 10, 20, 30, 12, 44, 200, 210, 230, 240, 40, 8}
    for each in (found, streamed):
        assert set(counts(DIALECT.read_response(each).usage).values()) <= known


@settings(max_examples=50, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda j: st.lists(j) | st.dictionaries(st.text(), j)
    )
)
def test_any_json_at_all_is_read(value: object) -> None:
    found = call({"messages": value, "system": value, "tools": value}, value, events=[value] if value else None)
    DIALECT.read_request(found)
    assert asdict(DIALECT.read_response(found).usage) == asdict(Usage())


def test_every_recorded_usage_equals_an_independent_reading() -> None:
    read = 0
    for found in recorded("anthropic.messages"):
        reading = found.response
        assert reading.ended
        if reading.usage_raw is None:
            continue
        usage = cumulative(found.call)
        other = extract_usage({"usage": usage, "model": "claude-sonnet-4-6"}, provider_id="anthropic").usage
        assert (reading.usage.input_tokens, reading.usage.output_tokens) == (other.input_tokens, other.output_tokens)
        assert (reading.usage.cache_read_tokens or 0, reading.usage.cache_write_tokens or 0) == (
            other.cache_read_tokens or 0,
            other.cache_write_tokens or 0,
        )
        read += 1
    assert read >= 512


def cumulative(found: Call) -> Json:
    """The usage by another way: the last value of each field."""
    values = [event.value for event in found.events] or [found.body]
    usages = [u for v in values for u in (obj(v, "message", "usage"), obj(v, "usage"))]
    return {name: value for usage in usages for name, value in usage.items() if value is not None}


def test_recorded_replies_come_back_as_the_blocks_they_were() -> None:
    """The rest is no dress: clients that leave out the text before a tool call, or a thinking block."""
    turns = recorded("anthropic.messages")
    assert (echoes(turns)[0], len(echoes(turns)[1])) == (74, 30)
    assert len(echoes(turns, skip=("thinking", "assistant"))[1]) == 6
