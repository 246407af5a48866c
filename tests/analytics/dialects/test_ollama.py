"""Tests of Ollama's dialects."""

import pytest
from hypothesis import given, settings

from analytics.dialects.exchange import Block, Json, ResponseReading, Usage
from analytics.dialects.fields import count, obj
from analytics.dialects.ollama import OllamaChat, OllamaEmbed, OllamaGenerate
from tests.analytics.dialects.broken_json import broken
from tests.analytics.dialects.calls import call, content, counts
from tests.recordings import echoes, recorded

CHAT, GENERATE, EMBED = OllamaChat(), OllamaGenerate(), OllamaEmbed()
CALLED: Json = {"function": {"index": 0, "name": "weather", "arguments": {"city": "Oslo", "days": 1}}}
REPLY: Json = {"role": "assistant", "content": "Let me look.", "thinking": "They want rain.", "tool_calls": [CALLED]}
ASK: Json = {
    "model": "qwen3",
    "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Rain in Oslo?"}],
    "tools": [{"type": "function", "function": {"name": "weather"}}],
    "options": {"num_ctx": 4096},
}
END: Json = {"done": True, "done_reason": "stop", "prompt_eval_count": 21, "eval_count": 9, "total_duration": 5}
ANSWER: Json = {"model": "qwen3", "message": REPLY, **END}
EVENTS: list[object] = [
    {"model": "qwen3", "message": {"role": "assistant", "content": "", "thinking": "They want "}, "done": False},
    {"model": "qwen3", "message": {"role": "assistant", "content": "", "thinking": "rain."}, "done": False},
    {"model": "qwen3", "message": {"role": "assistant", "content": "Let me "}, "done": False},
    {"model": "qwen3", "message": {"role": "assistant", "content": "look."}, "done": False},
    {"model": "qwen3", "message": {"role": "assistant", "content": "", "tool_calls": [CALLED]}, "done": False},
    {"model": "qwen3", "message": {"role": "assistant", "content": ""}, **END},
]


def history(*messages: object) -> tuple[Block, ...]:
    return CHAT.read_request(call({"messages": list(messages)})).history


def read(answer: object = None, events: list[object] | None = None) -> ResponseReading:
    return CHAT.read_response(call(ASK, answer, events=events))


def test_the_preamble_is_tools_then_system_and_a_chat_streams_unless_told_otherwise() -> None:
    found = CHAT.read_request(call(ASK))
    assert [block.kind for block in found.preamble] == ["tools", "system"]
    assert content(found.history) == [("user", "user", "Rain in Oslo?")]
    assert (found.model, found.streamed, found.parameters) == ("qwen3", True, {"options": {"num_ctx": 4096}})
    assert not CHAT.read_request(call({**ASK, "stream": False})).streamed


def test_a_reply_comes_back_as_the_same_blocks_whole_and_streamed() -> None:
    echoed = history(REPLY)
    assert [block.kind for block in echoed] == ["thinking", "assistant", "tool_call"]
    assert read(ANSWER).reply == echoed
    assert read(events=EVENTS).reply == echoed


def test_arguments_and_order_of_keys_are_dress() -> None:
    dressed = {
        "id": "1",
        "type": "function",
        "function": {"arguments": '{"days": 1, "city": "Oslo"}', "name": "weather"},
    }
    assert content(history({**REPLY, "tool_calls": [dressed]})) == content(read(ANSWER).reply)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"role": "user", "content": "a"}, {"role": "user", "content": "b"}),
        ({"role": "user", "content": "a"}, {"role": "assistant", "content": "a"}),
        ({"role": "user", "images": ["QQ=="]}, {"role": "user", "images": ["Qg=="]}),
        ({"role": "assistant", "thinking": "a"}, {"role": "assistant", "content": "a"}),
    ],
)
def test_different_content_gives_different_blocks(one: object, other: object) -> None:
    assert history(one)
    assert content(history(one)) != content(history(other))


def test_a_tool_result_is_tied_to_its_call_and_counts_when_empty() -> None:
    assert history({"role": "tool", "tool_name": "weather", "content": ""}) == (
        Block("tool", "tool_result", "", "weather"),
    )
    assert history(REPLY)[-1].ref == "weather"


def test_the_counts_of_the_last_line_are_the_usage() -> None:
    for found in (read(ANSWER), read(events=EVENTS)):
        assert found.usage == Usage(input_tokens=21, output_tokens=9)
        assert found.usage_raw == {"prompt_eval_count": 21, "eval_count": 9, "total_duration": 5}
        assert (found.stop_reason, found.ended, found.model) == ("stop", True, "qwen3")


def test_a_stream_that_breaks_off_has_not_ended_and_has_no_usage() -> None:
    found = read(events=EVENTS[:4])
    assert (found.ended, found.usage, found.usage_raw) == (False, Usage(), None)
    assert found.reply[-1].content == "Let me look."


def test_an_error_is_a_word_or_a_line_of_the_stream() -> None:
    assert read({"error": "model 'x' not found"}).error_message == "model 'x' not found"
    found = read(events=[*EVENTS[:3], {"error": "out of memory"}])
    assert (found.error_message, found.ended) == ("out of memory", True)


def test_a_generations_context_is_the_state_that_the_next_one_continues() -> None:
    first = call(
        {"model": "m", "prompt": "a", "system": "s", "images": ["QQ=="]}, {"response": "b", "context": [1, 2], **END}
    )
    found = GENERATE.read_request(first)
    assert content(found.preamble) == [("system", "system", "s")]
    assert [block.kind for block in found.history] == ["user", "image"]
    assert found.state_ref is None
    answer = GENERATE.read_response(first)
    assert content(answer.reply) == [("assistant", "assistant", "b")]
    following = GENERATE.read_request(call({"model": "m", "prompt": "c", "context": [1, 2]}))
    assert following.state_ref == f"context:{answer.state_id}"
    assert GENERATE.read_request(call({"context": [1, 3]})).state_ref != following.state_ref


def test_a_streamed_generation_is_joined() -> None:
    lines = [
        {"response": "a", "done": False},
        {"response": "b", "done": False},
        {"response": "", "context": [1], **END},
    ]
    found = GENERATE.read_response(call({}, events=lines))
    assert content(found.reply) == [("assistant", "assistant", "ab")]
    assert found.state_id


def test_texts_to_embed_are_user_blocks() -> None:
    found = EMBED.read_request(call({"model": "e", "input": ["a", "b"]}))
    assert [block.content for block in found.history] == ["a", "b"]
    assert [block.content for block in EMBED.read_request(call({"prompt": "a"})).history] == ["a"]
    answer = EMBED.read_response(call({}, {"embeddings": [[0.1]], "prompt_eval_count": 4}))
    assert (answer.usage, answer.reply) == (Usage(input_tokens=4), ())


@settings(max_examples=100, deadline=None)
@given(
    broken({"request": ASK | {"messages": [REPLY], "prompt": "a", "context": [1]}, "answer": ANSWER, "events": EVENTS})
)
def test_broken_json_never_raises_and_never_makes_usage_up(example: object) -> None:
    request, answer, events = (obj(example).get(name) for name in ("request", "answer", "events"))
    for dialect in (CHAT, GENERATE, EMBED):
        for found in (call(request, answer), call(request, events=events if isinstance(events, list) else [])):
            dialect.read_request(found)
            assert set(counts(dialect.read_response(found).usage).values()) <= {9, 21}


def test_every_recorded_call_is_read() -> None:
    found = recorded("ollama.")
    assert {one.recording.record.api for one in found} == {"ollama.chat", "ollama.generate"}
    for call_, reading in ((one.call, one.response) for one in found):
        last = call_.events[-1].value if call_.events else call_.body
        assert reading.ended
        assert bool(reading.error_message) == (call_.status != 200)
        assert reading.usage.input_tokens == count(last, "prompt_eval_count")
        assert reading.usage.output_tokens == count(last, "eval_count")
        assert bool(reading.reply) == (call_.status == 200)
    assert all(one.request.history for one in found)
    assert not echoes(found)[1]
