"""Cohere's chat, versions 1 and 2, and its embeddings, hand-written and recorded."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from genai_prices import extract_usage
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.dialects.call import Call, Dialect, Event
from analytics.dialects.cohere_chat import CohereChatV1, CohereChatV2, CohereEmbed
from analytics.dialects.exchange import Block, Json, Usage
from analytics.dialects.fields import obj
from tests.analytics.dialects.broken_json import broken
from tests.analytics.dialects.calls import call, content
from tests.recordings import Recorded, echoes, recorded

V1, V2, EMBED = CohereChatV1(), CohereChatV2(), CohereEmbed()
BILLED: Json = {
    "billed_units": {"input_tokens": 57, "output_tokens": 20.0},
    "tokens": {"input_tokens": 1490, "output_tokens": 94, "reasoning_tokens": 12},
    "cached_tokens": 1472,
}
USAGE = Usage(input_tokens=57, output_tokens=20, reasoning_tokens=12)
CALLS = [{"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Rome"}'}}]
ANSWER = {"role": "assistant", "tool_plan": "I will look it up.", "tool_calls": CALLS}
REQUEST: Json = {
    "model": "command-a-03-2025",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Weather in Rome?"},
        ANSWER,
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "sunny"}]},
    ],
    "tools": [{"type": "function", "function": {"name": "weather"}}],
    "documents": [{"id": "d1", "data": {"text": "Rome is in Italy."}}],
    "temperature": 0.3,
    "stream": True,
}
WHOLE: Json = {"id": "r1", "message": ANSWER, "finish_reason": "TOOL_CALL", "usage": BILLED}


def event(kind: str, message: Json, index: int = 0) -> Json:
    return {"type": kind, "index": index, "delta": {"message": message}}


END: Json = {"type": "message-end", "delta": {"finish_reason": "TOOL_CALL", "usage": BILLED}}
STREAM: list[Json] = [
    {"type": "message-start", "id": "r1", "delta": {"message": {"role": "assistant", "tool_plan": ""}}},
    event("tool-plan-delta", {"tool_plan": "I will "}),
    event("tool-plan-delta", {"tool_plan": "look it up."}),
    event("tool-call-start", {"tool_calls": {"id": "c1", "function": {"name": "weather", "arguments": ""}}}),
    event("tool-call-delta", {"tool_calls": {"function": {"arguments": '{"city":'}}}),
    event("tool-call-delta", {"tool_calls": {"function": {"arguments": '"Rome"}'}}}),
    {"type": "tool-call-end", "index": 0},
    END,
]
TALK: list[Json] = [
    event("content-start", {"content": {"type": "thinking", "thinking": ""}}),
    event("content-delta", {"content": {"thinking": "Rome, "}}),
    event("content-delta", {"content": {"thinking": "then."}}),
    event("content-start", {"content": {"type": "text", "text": ""}}, 1),
    event("content-delta", {"content": {"text": "It is "}}, 1),
    event("citation-start", {"citations": {"start": 0, "end": 2, "text": "It"}}, 1),
    event("content-delta", {"content": {"text": "sunny."}}, 1),
]


def history(message: Json) -> list[tuple[str, str, str]]:
    return content(V2.read_request(call({"messages": [message]})).history)


def test_tools_documents_and_system_are_the_preamble() -> None:
    """Documents are a part of the prompt, and no turn of the conversation."""
    reading = V2.read_request(call(REQUEST))
    assert [b.kind for b in reading.preamble] == ["tools", "document", "system"]
    assert [b.kind for b in reading.history] == ["user", "thinking", "tool_call", "tool_result"]
    assert reading.history[-1] == Block("tool", "tool_result", "sunny", "c1")
    assert (reading.model, reading.streamed) == ("command-a-03-2025", True)
    assert reading.parameters == {"temperature": 0.3}


def test_a_reply_comes_back_as_history_whole_and_streamed() -> None:
    sent_back = V2.read_request(call(REQUEST)).history[1:3]
    assert V2.read_response(call(REQUEST, WHOLE)).reply == sent_back
    assert V2.read_response(call(REQUEST, events=STREAM)).reply == sent_back


def test_streamed_thinking_and_text_are_the_parts_of_a_whole_answer() -> None:
    parts = [{"type": "thinking", "thinking": "Rome, then."}, {"type": "text", "text": "It is sunny."}]
    message: Json = {"role": "assistant", "content": parts}
    assert content(V2.read_response(call({}, events=TALK)).reply) == history(message)
    assert content(V2.read_response(call({}, {"message": message})).reply) == history(message)


@pytest.mark.parametrize("found", [call(REQUEST, WHOLE), call(REQUEST, events=STREAM)], ids=["whole", "streamed"])
def test_billed_units_are_the_usage_and_what_is_not_billed_a_detail(found: Call) -> None:
    """More tokens are cached than are billed: the cache also holds what Cohere adds to the prompt."""
    reading = V2.read_response(found)
    assert reading.usage == USAGE
    assert reading.usage_raw == BILLED
    assert reading.details == {"cached_tokens": 1472, "prompt_tokens": 1490}
    assert (reading.stop_reason, reading.response_id, reading.ended) == ("TOOL_CALL", "r1", True)


def test_without_billed_units_the_tokens_count_and_the_cached_are_a_part_of_them() -> None:
    raw = {"tokens": {"input_tokens": 100, "output_tokens": 5}, "cached_tokens": 64}
    usage = V2.read_response(call({}, {"message": {"content": "x"}, "usage": raw})).usage
    assert usage == Usage(input_tokens=100, cache_read_tokens=64, output_tokens=5)


def test_reasoning_that_is_not_billed_is_not_called_a_part_of_the_bill() -> None:
    raw = {"billed_units": {"input_tokens": 9, "output_tokens": 5}, "tokens": {"reasoning_tokens": 50}}
    assert V2.read_response(call({}, {"usage": raw})).usage == Usage(input_tokens=9, output_tokens=5)


def test_a_string_and_a_list_of_one_text_are_the_same_content() -> None:
    for role in ("user", "assistant", "tool"):
        parts: Json = {"role": role, "content": [{"type": "text", "text": "x"}]}
        assert history(parts) == history({"role": role, "content": "x"})


def test_a_tools_documents_are_told_from_text() -> None:
    document = {"type": "document", "document": {"id": "1", "data": {"text": "x"}}}
    found = history({"role": "tool", "content": [document]})
    assert len(found) == 1
    assert found != history({"role": "tool", "content": "x"})


def test_a_stream_that_stops_before_its_end_was_cut_off() -> None:
    reading = V2.read_response(call(REQUEST, events=STREAM[:-1]))
    assert not reading.ended
    assert not reading.usage.reported
    assert [b.kind for b in reading.reply] == ["thinking", "tool_call"]


def test_an_error_is_flat_or_in_the_last_event() -> None:
    flat = {"id": "x", "error_type": "TOO_MANY_TOKENS", "message": "too many tokens"}
    reading = V2.read_response(call(REQUEST, flat, status=400))
    assert (reading.error_code, reading.error_message) == ("TOO_MANY_TOKENS", "too many tokens")
    end = {"type": "message-end", "delta": {"finish_reason": "ERROR", "error": "went wrong"}}
    reading = V2.read_response(call(REQUEST, events=[end]))
    assert (reading.stop_reason, reading.error_message, reading.ended) == ("ERROR", "went wrong", True)


V1_CALLED = {"name": "weather", "parameters": {"city": "Rome"}}
V1_RESULT = {"call": V1_CALLED, "outputs": [{"sky": "sunny"}]}
V1_REQUEST: Json = {
    "model": "command-r",
    "preamble": "Be brief.",
    "chat_history": [
        {"role": "USER", "message": "Weather in Rome?"},
        {"role": "CHATBOT", "message": "Let me look.", "tool_calls": [V1_CALLED]},
    ],
    "message": "",
    "tool_results": [V1_RESULT],
    "tools": [{"name": "weather", "parameter_definitions": {"city": {"type": "str"}}}],
}
V1_WHOLE: Json = {
    "response_id": "r1",
    "generation_id": "g1",
    "text": "Let me look.",
    "tool_calls": [V1_CALLED],
    "finish_reason": "COMPLETE",
    "meta": {"api_version": {"version": "1"}, **BILLED},
}
V1_STREAM: list[Json] = [
    {"event_type": "stream-start", "generation_id": "g1", "is_finished": False},
    {"event_type": "text-generation", "text": "Let me "},
    {"event_type": "text-generation", "text": "look."},
    {"event_type": "tool-calls-generation", "tool_calls": [V1_CALLED]},
]
V1_END: Json = {"event_type": "stream-end", "is_finished": True, "finish_reason": "COMPLETE", "response": V1_WHOLE}


def test_version_1_keeps_the_turns_and_the_new_message_apart() -> None:
    reading = V1.read_request(call(V1_REQUEST))
    assert [b.kind for b in reading.preamble] == ["tools", "system"]
    assert [b.kind for b in reading.history] == ["user", "assistant", "tool_call", "tool_result"]


def test_version_1_sends_the_message_of_this_turn_as_a_turn_of_the_next() -> None:
    first = V1.read_request(call({"message": "Hi"})).history
    later = V1.read_request(call({"chat_history": [{"role": "USER", "message": "Hi"}], "message": "Bye"})).history
    assert later[: len(first)] == first


def test_version_1_sends_the_tool_results_of_this_turn_as_a_turn_of_the_next() -> None:
    turns = [*V1_REQUEST["chat_history"], {"role": "TOOL", "tool_results": [V1_RESULT]}]  # type: ignore[misc]
    later = V1.read_request(call({**V1_REQUEST, "chat_history": turns, "tool_results": None, "message": "Bye"}))
    assert later.history[:4] == V1.read_request(call(V1_REQUEST)).history


def test_version_1s_reply_comes_back_as_history_whole_and_streamed() -> None:
    sent_back = V1.read_request(call(V1_REQUEST)).history[1:3]
    for found in (call({}, V1_WHOLE), call({}, events=[*V1_STREAM, V1_END]), call({}, events=V1_STREAM)):
        assert V1.read_response(found).reply == sent_back


@pytest.mark.parametrize("found", [call({}, V1_WHOLE), call({}, events=[*V1_STREAM, V1_END])], ids=["whole", "stream"])
def test_version_1_reports_usage_in_meta(found: Call) -> None:
    reading = V1.read_response(found)
    assert reading.usage == USAGE
    assert reading.usage_raw == BILLED
    assert (reading.stop_reason, reading.ended) == ("COMPLETE", True)


def test_version_1s_conversation_is_server_side_state() -> None:
    request = {"message": "Hi", "conversation_id": "c9"}
    assert V1.read_request(call(request)).state_ref == "conversation:c9"
    assert V1.read_response(call(request, V1_WHOLE)).state_id == "c9"
    assert V1.read_request(call({"message": "Hi"})).state_ref is None


def test_an_embedding_has_input_and_no_output() -> None:
    mixed = {"content": [{"type": "text", "text": "b"}, {"type": "image_url", "image_url": {"url": "https://x/i.png"}}]}
    request = {"model": "embed-v4.0", "texts": ["a"], "images": ["data:image/png;base64,iVBO"], "inputs": [mixed]}
    answer = {"id": "e1", "embeddings": {}, "meta": {"billed_units": {"input_tokens": 7, "image_tokens": 0}}}
    assert [b.kind for b in EMBED.read_request(call(request)).history] == ["user", "image", "user", "image"]
    reading = EMBED.read_response(call(request, answer))
    assert reading.usage == Usage(input_tokens=7)
    assert (reading.model, reading.response_id) == (None, "e1")


READERS: dict[str, tuple[Dialect, Json, Json, Sequence[Json]]] = {
    "v1": (V1, V1_REQUEST, V1_WHOLE, [*V1_STREAM, V1_END]),
    "v2": (V2, REQUEST, WHOLE, STREAM),
    "talk": (V2, REQUEST, WHOLE, [*TALK, END]),
    "embed": (EMBED, {"texts": ["a"], "inputs": [{"content": [{"type": "text", "text": "b"}]}]}, {"meta": BILLED}, []),
}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_broken_call_raises_or_invents_usage(data: st.DataObject) -> None:
    dialect, request, answer, events = READERS[data.draw(st.sampled_from(list(READERS)))]
    found = data.draw(broken(events)) if events else []
    streamed = call(request, events=found if isinstance(found, list) else [])
    for one in (call(data.draw(broken(request)), data.draw(broken(answer))), streamed):
        dialect.read_request(one)
        usage = dialect.read_response(one).usage
        assert usage.input_tokens in (None, 57, 1490)
        assert usage.output_tokens in (None, 20, 94)


def chats() -> list[Recorded]:
    """Without two embeddings and rerankings that the recorder took for chats."""
    return [one for one in recorded("cohere.chat_v2") if not obj(one.call.body, "meta")]


def agrees(found: Recorded) -> bool:
    """Whether genai-prices reads the same billed units."""
    ends = [obj(event.value, "delta") for event in found.call.events if obj(event.value, "delta", "usage")]
    theirs = extract_usage(ends[-1] if ends else obj(found.call.body), provider_id="cohere").usage
    usage = found.response.usage
    return (usage.input_tokens, usage.output_tokens) == (theirs.input_tokens, theirs.output_tokens)


def test_recorded_usage_is_what_genai_prices_reads() -> None:
    answered = [found for found in chats() if found.call.status == 200]
    assert len(answered) == 67
    assert [found.recording.name for found in answered if not agrees(found)] == []


def test_recorded_embeddings_have_their_input_counted() -> None:
    for found in recorded("cohere.embed"):
        theirs = extract_usage(obj(found.call.body), provider_id="cohere", api_flavor="embeddings").usage
        usage = found.response.usage
        assert usage.input_tokens == theirs.input_tokens
        assert usage.output_tokens is None


def test_recorded_calls_are_read_to_their_end() -> None:
    for found in chats():
        assert found.response.ended
        assert bool(found.response.reply) == (found.call.status == 200)
        assert bool(found.response.error_message) != (found.call.status == 200)


def test_recorded_replies_come_back_but_for_the_thoughts_that_the_client_left_out() -> None:
    hits, misses = echoes(chats())
    assert (hits, len(misses)) == (8, 14)
    for earlier, later in misses:
        said = tuple(block for block in earlier.response.reply if block.kind != "thinking")
        at = len(earlier.request.history)
        assert later.request.history[at : at + len(said)] == said


def test_named_events_and_lines_of_json_are_read_alike() -> None:
    named = call({}, events=STREAM)
    bare = replace(named, events=tuple(Event(None, value) for value in STREAM))
    assert V2.read_response(named) == V2.read_response(bare)
