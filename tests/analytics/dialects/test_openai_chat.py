"""Chat Completions: what is content, what is dress, and what was billed."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.dialects.exchange import Json
from analytics.dialects.fields import obj
from analytics.dialects.openai_chat import OpenAIChat
from tests.analytics.dialects.broken_json import broken
from tests.analytics.dialects.calls import call, content
from tests.recordings import echoes, recorded

CHAT = OpenAIChat()
TOOL: Json = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
CALLS: list[Json] = [{"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"b": 2, "a": 1}'}}]
REQUEST: Json = {
    "model": "gpt-5",
    "stream": True,
    "tools": [TOOL],
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "1+2?", "cache_control": {"type": "ephemeral"}}]},
        {"role": "assistant", "content": None, "tool_calls": CALLS},
        {"role": "tool", "tool_call_id": "c1", "content": "3"},
    ],
}
ANSWER: Json = {
    "id": "chatcmpl-1",
    "model": "gpt-5-2025-08-07",
    "service_tier": "default",
    "system_fingerprint": "fp_1",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "3", "refusal": None}, "finish_reason": "stop"},
        {"index": 1, "message": {"role": "assistant", "content": "three"}, "finish_reason": "stop"},
    ],
    "usage": {
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "total_tokens": 120,
        "prompt_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 30, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 12},
    },
}


def history(*messages: object) -> list[tuple[str, str, str]]:
    return content(CHAT.read_request(call({"messages": list(messages)})).history)


def echo(message: Json) -> list[tuple[str, str, str]]:
    """The blocks of an assistant message that a client sends back."""
    return history({"role": "user", "content": "?"}, {"role": "assistant", **message})[1:]


def reply(*, message: Json | None = None, deltas: list[Json] | None = None) -> list[tuple[str, str, str]]:
    if deltas is not None:
        events = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
        return content(CHAT.read_response(call(events=events)).reply)
    return content(CHAT.read_response(call(answer={"choices": [{"message": message}]})).reply)


def test_the_preamble_is_the_tools_and_the_leading_system_messages() -> None:
    reading = CHAT.read_request(call(REQUEST))
    assert [block.kind for block in reading.preamble] == ["tools", "system"]
    assert [block.kind for block in reading.history] == ["user", "tool_call", "tool_result"]
    assert (reading.model, reading.streamed, reading.state_ref) == ("gpt-5", True, None)


def test_a_call_and_its_result_are_tied_by_their_id() -> None:
    called, result = CHAT.read_request(call(REQUEST)).history[1:]
    assert called.ref == result.ref == "c1"


def test_a_system_message_in_mid_conversation_stays_in_the_history() -> None:
    assert history({"role": "user", "content": "a"}, {"role": "developer", "content": "b"})[1] == (
        "system",
        "system",
        "b",
    )


def test_a_string_and_a_list_of_one_text_are_the_same_content() -> None:
    marked = {"type": "text", "text": "hi", "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    assert history({"role": "user", "content": "hi"}) == history({"role": "user", "content": [marked]})


def test_merged_and_split_messages_of_one_role_are_the_same_blocks() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    split = [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]
    assert history({"role": "user", "content": parts}) == history(*split)


def test_tool_arguments_are_the_same_as_a_string_and_as_an_object_in_any_key_order() -> None:
    as_object = {"id": "c2", "type": "function", "function": {"name": "add", "arguments": {"a": 1, "b": 2}}}
    assert echo({"tool_calls": CALLS}) == echo({"content": "", "tool_calls": [as_object]})


def test_parameters_hold_what_bears_on_cost_and_no_content() -> None:
    request = {
        **REQUEST,
        "temperature": 0,
        "store": True,
        "metadata": {"a": "b"},
        "api_key": "x",
        "tool_choice": "auto",
    }
    reading = CHAT.read_request(call(request))
    assert {k: v for k, v in reading.parameters.items() if k != "cache_breakpoints"} == {
        "temperature": 0,
        "store": True,
        "tool_choice": "auto",
    }


def test_several_users_are_told_apart_by_name_and_an_assistants_name_is_dress() -> None:
    ann, bob = ({"role": "user", "name": name, "content": "hi"} for name in ("ann", "bob"))
    assert history(ann) != history(bob)
    assert echo({"content": "hi", "name": "planner"}) == echo({"content": "hi"})


def test_a_whole_reply_comes_back_as_it_went() -> None:
    message: Json = {"role": "assistant", "content": "3", "refusal": None, "annotations": [], "tool_calls": CALLS}
    assert reply(message=message) == echo({"content": "3", "tool_calls": CALLS}) == echo(message)


def test_a_streamed_reply_comes_back_as_it_went() -> None:
    deltas: list[Json] = [
        {"role": "assistant", "content": "", "refusal": None},
        {"content": "Let "},
        {"content": "me."},
        {"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "add", "arguments": ""}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"a": 1,'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ' "b": 2}'}}]},
    ]
    assert reply(deltas=deltas) == echo({"content": "Let me.", "tool_calls": CALLS})


def test_reasoning_is_one_block_whatever_its_field() -> None:
    thought = ("assistant", "thinking", "hmm")
    detail = {"type": "reasoning.text", "text": "hmm", "signature": "s", "index": 0}
    assert echo({"content": "x", "reasoning_content": "hmm"})[0] == thought
    assert echo({"content": "x", "reasoning": "hmm"})[0] == thought
    assert echo({"content": "x", "reasoning_details": [detail]})[0] == thought
    deltas: list[Json] = [
        {"reasoning": "h", "reasoning_details": [{"type": "reasoning.text", "text": "h", "index": 0}]},
        {"reasoning": "mm", "reasoning_details": [{"type": "reasoning.text", "text": "mm", "index": 0}]},
        {"reasoning_details": [{"type": "reasoning.text", "signature": "s", "index": 0}]},
        {"content": "x"},
    ]
    assert reply(deltas=deltas) == echo({"content": "x", "reasoning_details": [detail]})


def test_encrypted_reasoning_is_a_block_of_its_own() -> None:
    sealed = {"type": "reasoning.encrypted", "data": "AAAA", "id": "rs_1", "format": "openai-responses-v1", "index": 0}
    without_dress = {"type": "reasoning.encrypted", "data": "AAAA"}
    assert reply(message={"content": "x", "reasoning_details": [sealed]}) == echo(
        {"content": "x", "reasoning_details": [without_dress]}
    )


def test_thinking_as_parts_comes_back_as_it_went() -> None:
    def thought(words: str) -> Json:
        return {"type": "thinking", "thinking": [{"type": "text", "text": words}]}

    deltas: list[Json] = [{"content": [thought("a")]}, {"content": [thought("b")]}, {"content": "x"}, {"content": "y"}]
    parts = [thought("ab"), {"type": "text", "text": "xy"}]
    assert (
        reply(deltas=deltas)
        == echo({"content": parts})
        == [
            ("assistant", "thinking", "ab"),
            ("assistant", "assistant", "xy"),
        ]
    )


def test_audio_comes_back_by_its_id() -> None:
    deltas: list[Json] = [
        {"audio": {"id": "audio_1", "transcript": "he"}},
        {"audio": {"data": "AAAA"}},
        {"audio": {"transcript": "llo", "expires_at": 1}},
    ]
    assert reply(deltas=deltas) == echo({"audio": {"id": "audio_1"}})


def test_the_older_function_call_is_a_tool_call() -> None:
    function = {"name": "add", "arguments": '{"a":1}'}
    deltas: list[Json] = [
        {"function_call": {"name": "add", "arguments": ""}},
        {"function_call": {"arguments": '{"a":1}'}},
    ]
    assert reply(deltas=deltas) == reply(message={"function_call": function}) == echo({"function_call": function})
    definitions = CHAT.read_request(call({"functions": [TOOL["function"]]})).preamble
    assert definitions == CHAT.read_request(call({"tools": [TOOL]})).preamble


def test_usage_is_all_in_and_the_first_choice_goes_on() -> None:
    reading = CHAT.read_response(call(answer=ANSWER))
    usage = reading.usage
    assert (usage.input_tokens, usage.cache_read_tokens, usage.cache_write_tokens) == (100, 64, 30)
    assert (usage.output_tokens, usage.reasoning_tokens, usage.audio_input_tokens) == (20, 12, 0)
    assert content(reading.reply) == [("assistant", "assistant", "3")]
    assert (reading.model, reading.stop_reason, reading.service_tier) == ("gpt-5-2025-08-07", "stop", "default")
    assert reading.details == {"system_fingerprint": "fp_1", "choices": 2}
    assert reading.usage_raw == ANSWER["usage"]


def test_reasoning_that_the_total_shows_to_lie_outside_the_completion_is_added() -> None:
    outside = {"prompt_tokens": 12, "completion_tokens": 2, "total_tokens": 354}
    usage = CHAT.usage({**outside, "completion_tokens_details": {"reasoning_tokens": 340}})
    assert (usage.output_tokens, usage.reasoning_tokens) == (342, 340)
    inside = CHAT.usage({**outside, "total_tokens": 14, "completion_tokens_details": {"reasoning_tokens": 1}})
    assert inside.output_tokens == 2


def test_gateways_pass_on_other_providers_names() -> None:
    assert CHAT.usage({"cached_tokens": 5}).cache_read_tokens == 5
    assert CHAT.usage({"prompt_cache_hit_tokens": 6}).cache_read_tokens == 6
    written = {"cache_creation_input_tokens": 9, "cache_creation": {"ephemeral_5m_input_tokens": 9}}
    usage = CHAT.usage({"prompt_tokens_details": written})
    assert (usage.cache_write_tokens, usage.cache_write_5m_tokens) == (9, 9)
    assert CHAT.usage({"cost_in_usd_ticks": 1721250}).reported_cost_usd == pytest.approx(0.000172125)
    assert CHAT.usage({"cost": {"total_cost": 0.5}}).reported_cost_usd == 0.5
    assert CHAT.usage({"cost": 0.0}).reported_cost_usd == 0.0


def test_of_repeated_usage_the_last_counts_and_null_is_none() -> None:
    events: list[object] = [
        {"usage": None},
        {"usage": {"prompt_tokens": 1}},
        {"usage": {"prompt_tokens": 9}},
        {"choices": []},
    ]
    assert CHAT.read_response(call(events=events)).usage.input_tokens == 9
    silent = CHAT.read_response(call(events=[{"choices": [{"delta": {"content": "x"}}], "usage": None}]))
    assert (silent.usage.reported, silent.usage_raw, silent.stop_reason, silent.ended) == (False, None, None, False)


def test_a_stream_has_ended_with_its_stop_reason_or_done() -> None:
    cut = call(events=[{"choices": [{"delta": {"content": "x"}}]}])
    assert not CHAT.read_response(cut).ended
    assert CHAT.read_response(replace(cut, done=True)).ended
    assert CHAT.read_response(call(events=[{"choices": [{"delta": {}, "finish_reason": "length"}]}])).ended
    assert not CHAT.read_response(replace(call(answer=ANSWER), complete=False)).ended


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_nothing_broken_raises_or_invents_usage(data: st.DataObject) -> None:
    request, answer = data.draw(broken(REQUEST)), data.draw(broken({**ANSWER, "usage": None}))
    CHAT.read_request(call(request))
    for reading in (CHAT.read_response(call(answer=answer)), CHAT.read_response(call(events=[answer, answer]))):
        assert not reading.usage.reported or obj(answer, "usage")


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_broken_usage_is_absent_or_what_was_said(data: st.DataObject) -> None:
    said = obj(ANSWER, "usage")
    usage = CHAT.usage(obj(data.draw(broken(said))))
    assert usage.input_tokens in (None, 100)
    assert usage.cache_read_tokens in (None, 64)
    assert usage.output_tokens in (None, 20)


@settings(max_examples=100, deadline=None)
@given(st.text(), st.text(), st.sampled_from(["user", "system", "assistant", "tool"]))
def test_different_texts_are_different_blocks(one: str, other: str, role: str) -> None:
    blocks = [history({"role": role, "content": words}) for words in (one, other)]
    blocks = (
        blocks
        if role != "system"
        else [
            content(CHAT.read_request(call({"messages": [{"role": role, "content": w}]})).preamble)
            for w in (one, other)
        ]
    )
    assert (one == other) == (blocks[0] == blocks[1])


def test_every_recorded_call_reads_and_bills_what_its_usage_says() -> None:
    """Read independently: the raw counts, with what xAI and Mistral leave out of them added from the total."""
    for found in recorded("openai.chat_completions"):
        usage, raw = found.response.usage, obj(found.response.usage_raw)
        assert (usage.input_tokens is None) == ("prompt_tokens" not in raw), found.recording.name
        if raw and usage.input_tokens is not None and usage.output_tokens is not None:
            assert usage.input_tokens + usage.output_tokens == raw["total_tokens"], found.recording.name
            cached = obj(raw, "prompt_tokens_details").get("cached_tokens", raw.get("cached_tokens"))
            assert usage.cache_read_tokens == cached, found.recording.name


def test_recorded_replies_come_back_as_they_went() -> None:
    """The misses are clients that change what they send back: CrewAI appends the tool's answer to the reply's text."""
    hits, misses = echoes(recorded("openai.chat_completions"))
    assert (hits, len(misses)) == (271, 64)
