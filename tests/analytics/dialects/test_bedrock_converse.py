"""Converse and ConverseStream, hand-written and recorded."""

from collections.abc import Sequence

import pytest
from genai_prices import extract_usage
from hypothesis import given, settings

from analytics.dialects.bedrock_converse import BedrockConverse
from analytics.dialects.call import Call, Event
from analytics.dialects.exchange import Block, Json, Usage
from analytics.dialects.fields import obj
from tests.analytics.dialects.broken_json import broken
from tests.analytics.dialects.calls import content
from tests.recordings import Recorded, echoes, recorded

DIALECT = BedrockConverse()
PNG = "iVBORw0KGgo="
SIGNED = {"reasoningContent": {"reasoningText": {"text": "Rome, then.", "signature": "c2ln"}}}
CALLED = {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"city": "Rome", "days": 2}}}
QUESTION = {"role": "user", "content": [{"text": "Weather in Rome?"}]}
ANSWER = {"role": "assistant", "content": [SIGNED, {"text": "Let me look."}, CALLED]}
RESULT = {"role": "user", "content": [{"toolResult": {"toolUseId": "t1", "content": [{"text": "sunny"}]}}]}
REQUEST: Json = {
    "system": [{"text": "Be brief."}, {"cachePoint": {"type": "default", "ttl": "1h"}}],
    "toolConfig": {
        "tools": [{"toolSpec": {"name": "weather", "inputSchema": {"json": {}}}}],
        "toolChoice": {"any": {}},
    },
    "messages": [QUESTION, ANSWER, RESULT, {"role": "assistant", "content": []}],
    "inferenceConfig": {"maxTokens": 100},
    "additionalModelRequestFields": {"thinking": {"type": "adaptive"}},
}
USAGE = {
    "inputTokens": 10,
    "outputTokens": 4,
    "totalTokens": 7365,
    "cacheReadInputTokens": 51,
    "cacheWriteInputTokens": 7300,
    "cacheDetails": [{"ttl": "5m", "inputTokens": 7000}, {"ttl": "1h", "inputTokens": 300}],
}
WHOLE: Json = {
    "output": {"message": ANSWER},
    "stopReason": "tool_use",
    "usage": USAGE,
    "metrics": {"latencyMs": 217},
    "trace": {"promptRouter": {"invokedModelId": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"}},
    "serviceTier": {"type": "flex"},
}
STREAM: list[tuple[str, Json]] = [
    ("messageStart", {"role": "assistant"}),
    ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "Rome, "}}}),
    ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "then."}}}),
    ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "c2ln"}}}),
    ("contentBlockStop", {"contentBlockIndex": 0}),
    ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"text": "Let me"}, "p": "abc"}),
    ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"text": " look."}}),
    ("contentBlockStart", {"contentBlockIndex": 2, "start": {"toolUse": {"toolUseId": "t1", "name": "weather"}}}),
    ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"toolUse": {"input": '{"city":"Rome",'}}}),
    ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"toolUse": {"input": '"days":2}'}}}),
    ("messageStop", {"stopReason": "tool_use"}),
    ("metadata", {"usage": USAGE, "metrics": {"latencyMs": 217}}),
]


def converse(
    request: object = None, answer: object = None, model: str = "amazon.nova-lite-v1:0", **extra: object
) -> Call:
    return Call(
        provider="bedrock",
        api="bedrock.converse",
        host="bedrock-runtime.us-east-1.amazonaws.com",
        path=f"/model/{model}/converse",
        query={},
        request_headers={},
        request=obj(request),
        body=answer,
        **{"status": 200, **extra},  # type: ignore[arg-type]
    )


def streamed(steps: Sequence[tuple[str, object]]) -> Call:
    events = tuple(Event(name, value) for name, value in steps)
    return converse(REQUEST, events=events, streamed=True)


def history(*parts: object, role: str = "user") -> list[tuple[str, str, str]]:
    request = {"messages": [{"role": role, "content": list(parts)}]}
    return content(DIALECT.read_request(converse(request)).history)


def test_tools_and_system_are_the_preamble_and_the_messages_the_history() -> None:
    reading = DIALECT.read_request(converse(REQUEST))
    assert [b.kind for b in reading.preamble] == ["tools", "system"]
    assert [b.kind for b in reading.history] == ["user", "thinking", "assistant", "tool_call", "tool_result"]
    assert reading.history[-1] == Block("tool", "tool_result", "sunny", "t1")
    assert reading.parameters["toolChoice"] == {"any": {}}
    assert reading.parameters["additionalModelRequestFields"] == {"thinking": {"type": "adaptive"}}
    assert not reading.streamed


def test_a_reply_comes_back_as_history_whole_and_streamed() -> None:
    sent_back = DIALECT.read_request(converse(REQUEST)).history[1:4]
    assert DIALECT.read_response(converse(REQUEST, WHOLE)).reply == sent_back
    assert DIALECT.read_response(streamed(STREAM)).reply == sent_back


@pytest.mark.parametrize("call", [converse(REQUEST, WHOLE), streamed(STREAM)], ids=["whole", "streamed"])
def test_usage_adds_up_what_converse_reports_apart(call: Call) -> None:
    reading = DIALECT.read_response(call)
    assert reading.usage == Usage(
        input_tokens=7361,
        cache_read_tokens=51,
        cache_write_tokens=7300,
        cache_write_5m_tokens=7000,
        cache_write_1h_tokens=300,
        output_tokens=4,
    )
    assert reading.usage_raw == USAGE
    assert (reading.stop_reason, reading.ended) == ("tool_use", True)


def test_the_model_is_the_one_in_the_path_and_a_routers_choice_is_the_answers() -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/amazon.nova:1"
    assert DIALECT.read_request(converse(REQUEST, model=arn)).model == arn
    answer = DIALECT.read_response(converse(REQUEST, WHOLE, model=arn))
    assert (answer.model, answer.service_tier) == ("amazon.nova-lite-v1:0", "flex")


def test_cache_points_name_the_block_they_stand_after_and_are_no_content() -> None:
    point = {"cachePoint": {"type": "default"}}
    request = {
        "toolConfig": {"tools": [{"toolSpec": {"name": "a"}}, point]},
        "system": [{"text": "s"}, point],
        "messages": [{"role": "user", "content": [{"text": "x"}, {"text": "y"}, point]}],
    }
    reading = DIALECT.read_request(converse(request))
    assert reading.parameters["cache_breakpoints"] == [
        [1, None],
        [2, None],
        [4, None],
    ]
    assert content(reading.history) == history({"text": "x"}, {"text": "y"})


def test_a_cache_point_with_one_hour_to_live_says_so() -> None:
    assert DIALECT.read_request(converse(REQUEST)).parameters["cache_breakpoints"] == [[2, "1h"]]


def test_the_same_content_is_the_same_block_in_any_dress() -> None:
    plain = {"toolResult": {"toolUseId": "t", "content": [{"text": "ok"}]}}
    assert history(plain) == history({"toolResult": {**plain["toolResult"], "status": "success", "type": "x"}})
    assert history({"text": "a"}) == history({"text": "a", "image": None, "toolUse": None})
    assert history({"text": "a"}) == history({"guardContent": {"text": {"text": "a", "qualifiers": ["query"]}}})
    cited = {"citationsContent": {"content": [{"text": "a"}], "citations": [{"title": "t"}]}}
    assert history({"text": "a"}, role="assistant") == history(cited, role="assistant")
    assert history(CALLED) == history({"toolUse": {**CALLED["toolUse"], "type": "tool_use"}})
    assert history(CALLED) == history({"toolUse": {**CALLED["toolUse"], "input": '{"days": 2, "city": "Rome"}'}})


def test_what_a_stored_prompt_is_filled_with_is_content() -> None:
    reading = DIALECT.read_request(converse({"promptVariables": {"city": {"text": "Rome"}}}))
    assert content(reading.history) == [("user", "other", '{"city":{"text":"Rome"}}')]
    assert reading.parameters == {}


def test_split_and_merged_messages_are_the_same_history() -> None:
    split = [{"role": "user", "content": [{"text": "a"}]}, {"role": "user", "content": [{"text": "b"}]}]
    reading = DIALECT.read_request(converse({"messages": split}))
    assert content(reading.history) == history({"text": "a"}, {"text": "b"})


def test_a_system_message_in_mid_conversation_stays_in_the_history() -> None:
    late = {"role": "system", "content": [{"text": "Now in verse."}]}
    reading = DIALECT.read_request(converse({**REQUEST, "messages": [late, QUESTION, late]}))
    assert [b.kind for b in reading.preamble] == ["tools", "system", "system"]
    assert [b.kind for b in reading.history] == ["user", "system"]


def test_different_content_is_never_the_same_block() -> None:
    image = {"format": "png", "source": {"bytes": PNG}}
    result = {"toolUseId": "t", "content": [{"text": "ok"}]}
    parts = [
        {"text": "a"},
        SIGNED,
        {"reasoningContent": {"reasoningText": {"text": "Rome, then.", "signature": "b3RoZXI="}}},
        {"reasoningContent": {"redactedContent": "c2ln"}},
        {"image": image},
        {"image": {**image, "source": {"bytes": "iVBORw0KGg=="}}},
        {"image": {"format": "png", "source": {"s3Location": {"uri": "s3://b/i.png"}}}},
        {"document": {**image, "name": "a"}},
        {"document": {**image, "name": "b"}},
        {"video": image},
        {"audio": image},
        {"toolResult": result},
        {"toolResult": {**result, "status": "error"}},
        {"toolResult": {**result, "content": [{"json": {"text": "ok"}}]}},
        {"toolResult": {**result, "content": [{"image": image}]}},
        CALLED,
        {"toolUse": {**CALLED["toolUse"], "type": "server_tool_use"}},
        {"searchResult": {"source": "s", "title": "t", "content": [{"text": "a"}]}},
    ]
    blocks = [tuple(history(part)) for part in parts]
    assert all(len(found) == 1 for found in blocks)
    assert len(set(blocks)) == len(parts)


def test_an_image_is_kept_as_its_digest_and_its_size() -> None:
    message = {"role": "user", "content": [{"image": {"format": "png", "source": {"bytes": PNG}}}]}
    [block] = DIALECT.read_request(converse({"messages": [message]})).history
    assert block.size == len(PNG)
    assert PNG not in block.content


def test_a_tool_the_server_ran_is_a_call_and_a_result_of_the_reply() -> None:
    used = {"toolUseId": "s1", "name": "nova_grounding", "type": "server_tool_use"}
    steps: list[tuple[str, object]] = [
        ("contentBlockStart", {"contentBlockIndex": 0, "start": {"toolUse": used}}),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"toolUse": {"input": '{"query":"Ruby"}'}}}),
        ("contentBlockStart", {"contentBlockIndex": 1, "start": {"toolResult": {"toolUseId": "s1", "type": "x"}}}),
        ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"toolResult": [{"text": "[HID"}]}}),
        ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"toolResult": [{"text": "DEN]"}]}}),
        ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"citation": {"title": "t"}}}),
        ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"text": "Ruby 4."}}),
    ]
    parts = [
        {"toolUse": {**used, "input": {"query": "Ruby"}}},
        {"toolResult": {"toolUseId": "s1", "content": [{"text": "[HIDDEN]"}], "status": "success"}},
        {"text": "Ruby 4."},
    ]
    assert content(DIALECT.read_response(streamed(steps)).reply) == history(*parts, role="assistant")


def test_an_exception_in_mid_stream_is_the_error_and_the_end() -> None:
    reading = DIALECT.read_response(streamed([*STREAM[:7], ("throttlingException", {"message": "Too many tokens"})]))
    assert (reading.error_code, reading.error_message) == ("throttlingException", "Too many tokens")
    assert reading.ended
    assert not reading.usage.reported
    assert reading.reply[-1].content == "Let me look."


def test_a_refused_call_has_its_code_in_a_header() -> None:
    headers = {"x-amzn-errortype": "ValidationException:http://internal.amazon.com/", "x-amzn-requestid": "r1"}
    refused = converse(REQUEST, {"message": "bad"}, status=400, response_headers=headers)
    reading = DIALECT.read_response(refused)
    assert (reading.error_code, reading.error_message) == ("ValidationException", "bad")
    assert reading.response_id == "r1"


def test_a_stream_that_stops_before_its_metadata_was_cut_off() -> None:
    reading = DIALECT.read_response(streamed(STREAM[:-1]))
    assert not reading.ended
    assert not reading.usage.reported


def test_a_guardrail_is_a_stop_reason_with_its_action() -> None:
    answer = {**WHOLE, "stopReason": "guardrail_intervened", "trace": {"guardrail": {"actionReason": "blocked"}}}
    reading = DIALECT.read_response(converse(REQUEST, answer))
    assert reading.stop_reason == "guardrail_intervened"
    assert reading.details["guardrail_action"] == "blocked"


def test_a_models_own_tools_are_tools_and_no_parameter() -> None:
    fields = {"tools": [{"type": "computer_20251124", "name": "computer"}], "anthropic_beta": ["computer-use"]}
    reading = DIALECT.read_request(converse({**REQUEST, "additionalModelRequestFields": fields}))
    assert [b.kind for b in reading.preamble] == ["tools", "tools", "system"]
    assert reading.parameters["additionalModelRequestFields"] == {"anthropic_beta": ["computer-use"]}


def test_usage_of_the_wrong_type_is_unknown() -> None:
    answer = {"usage": {"inputTokens": "10", "outputTokens": -1, "cacheReadInputTokens": 5}}
    usage = DIALECT.read_response(converse(REQUEST, answer)).usage
    assert usage == Usage(cache_read_tokens=5)


@settings(max_examples=100, deadline=None)
@given(broken(REQUEST), broken(WHOLE))
def test_no_broken_call_raises_or_invents_usage(request: object, answer: object) -> None:
    call = converse(request, answer)
    DIALECT.read_request(call)
    usage = DIALECT.read_response(call).usage
    assert usage.input_tokens is None or usage.input_tokens <= 7361
    assert usage.output_tokens in (None, 4)


@settings(max_examples=100, deadline=None)
@given(broken([list(step) for step in STREAM]))
def test_no_broken_stream_raises(steps: object) -> None:
    pairs = [step for step in steps if isinstance(step, list) and len(step) == 2] if isinstance(steps, list) else []
    DIALECT.read_response(streamed([(str(name), value) for name, value in pairs]))


COUNTS = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
)


def agrees(found: Recorded) -> bool:
    """Whether genai-prices reads the same counts. What the answer does not say is 0 there."""
    events = [obj(event.value) for event in found.call.events]
    answer = next((event for event in events if "usage" in event), obj(found.call.body))
    theirs = extract_usage(answer, provider_id="aws", api_flavor="default").usage
    return all((getattr(found.response.usage, name) or 0) == (getattr(theirs, name) or 0) for name in COUNTS)


def test_recorded_usage_is_what_genai_prices_reads() -> None:
    answered = [found for found in recorded("bedrock.converse") if found.call.status == 200]
    assert len(answered) == 162
    assert [found.recording.name for found in answered if not agrees(found)] == []


def test_recorded_calls_are_read_to_their_end() -> None:
    for found in recorded("bedrock.converse"):
        answered = found.call.status == 200
        assert found.response.ended
        assert bool(found.response.reply) == answered
        assert bool(found.response.error_code) != answered
        assert found.request.model
        assert found.request.history


def test_recorded_replies_come_back_unless_the_client_rewrote_them() -> None:
    """The misses: CrewAI and LangChain leave out the text before a tool call, or write "." for a blank one."""
    hits, misses = echoes(recorded("bedrock.converse"))
    assert (hits, len(misses)) == (38, 6)
