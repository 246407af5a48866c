"""Every dialect, fed with bytes that a wire has broken: cut off, flipped, stretched. None raises or makes usage up."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.billing import USAGE
from analytics.dialects.fields import MOST_TOKENS
from analytics.dialects.registry import DIALECTS, VARIANTS
from analytics.record import Body, Record
from tests.analytics.chats import chat, reader

READER = reader()
CHAT = {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]}
USED = {
    "prompt_tokens": 17,
    "completion_tokens": 23,
    "total_tokens": 40,
    "prompt_tokens_details": {"cached_tokens": 11},
}
CHOICE = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Ho"}}
CHATTED: list[Any] = [{"choices": [{"index": 0, "delta": {"content": "Ho"}}]}, {"choices": [], "usage": USED}]
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Ho"}]}],
    "usage": {"input_tokens": 17, "input_tokens_details": {"cached_tokens": 11}, "output_tokens": 23},
}
RESPONDED: list[Any] = [
    {"type": "response.output_text.delta", "delta": "Ho"},
    {"type": "response.completed", "response": RESPONSE},
]
MESSAGE = {
    "type": "message",
    "role": "assistant",
    "content": [{"type": "text", "text": "Ho"}],
    "usage": {"input_tokens": 17, "cache_read_input_tokens": 11, "output_tokens": 23},
}
SAID: list[Any] = [
    {"type": "message_start", "message": MESSAGE | {"content": []}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Ho"}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 23}},
    {"type": "message_stop"},
]
GENERATE = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
GENERATED = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "Ho"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 17, "cachedContentTokenCount": 11, "candidatesTokenCount": 23},
}
CONVERSE = {"messages": [{"role": "user", "content": [{"text": "Hi"}]}], "system": [{"text": "Be brief."}]}
CONVERSED = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Ho"}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 17, "cacheReadInputTokens": 11, "outputTokens": 23},
}
COHERE = {
    "message": {"role": "assistant", "content": [{"type": "text", "text": "Ho"}]},
    "usage": {"billed_units": {"input_tokens": 17, "output_tokens": 23}},
}
COHERE_V1 = {"text": "Ho", "meta": {"billed_units": {"input_tokens": 17, "output_tokens": 23}}}
EMBEDDED = {"data": [{"embedding": [0.5]}], "usage": {"prompt_tokens": 17, "total_tokens": 17}}
INTERACTION = {
    "id": "i",
    "status": "completed",
    "outputs": [{"type": "text", "text": "Ho"}],
    "usage": {"total_input_tokens": 17, "total_output_tokens": 23},
}
ENTRIES = {
    "conversation_id": "c",
    "outputs": [{"type": "message.output", "content": "Ho"}],
    "usage": {"prompt_tokens": 17, "completion_tokens": 23, "total_tokens": 40},
}
OLLAMA = {
    "message": {"role": "assistant", "content": "Ho"},
    "response": "Ho",
    "done": True,
    "prompt_eval_count": 17,
    "eval_count": 23,
}
COUNTED = {"totalTokens": 17}
# Of each API a request, a whole answer, and the events of a streamed one where there are any.
EXAMPLES: dict[str, tuple[Any, Any, list[Any]]] = {
    "openai.chat": (CHAT, {"choices": [CHOICE], "usage": USED}, CHATTED),
    "openai.completions": ({"prompt": "Hi"}, {"choices": [{"text": "Ho"}], "usage": USED}, CHATTED),
    "openai.embeddings": ({"input": "Hi"}, EMBEDDED, []),
    "openai.responses": ({"input": "Hi"}, RESPONSE, RESPONDED),
    "openai.responses.compact": ({"input": "Hi"}, RESPONSE | {"object": "response.compaction"}, []),
    "openai.responses.retrieve": ({}, RESPONSE, RESPONDED),
    "anthropic.messages": (CHAT, MESSAGE, SAID),
    "anthropic.complete": ({"prompt": "\n\nHuman: Hi\n\nAssistant:"}, {"completion": " Ho"}, [{"completion": " Ho"}]),
    "anthropic.count_tokens": (CHAT, {"input_tokens": 17}, []),
    "gemini.generate": (GENERATE, GENERATED, [GENERATED]),
    "gemini.code_assist": ({"request": GENERATE}, {"response": GENERATED}, [{"response": GENERATED}]),
    "gemini.count_tokens": (GENERATE, COUNTED, []),
    "gemini.embed": ({"content": GENERATE["contents"][0]}, {"embedding": {"values": [0.5]}}, []),
    "gemini.interactions": (
        {"input": "Hi"},
        INTERACTION,
        [{"event_type": "interaction.completed", "interaction": INTERACTION}],
    ),
    "bedrock.converse": (CONVERSE, CONVERSED, []),
    "bedrock.invoke": (CHAT | {"anthropic_version": "bedrock-2023-05-31"}, MESSAGE, []),
    "cohere.chat_v1": ({"message": "Hi"}, COHERE_V1, [{"event_type": "stream-end", "response": COHERE_V1}]),
    "cohere.chat_v2": (CHAT, COHERE, [{"type": "message-end", "delta": {"usage": COHERE["usage"]}}]),
    "cohere.embed": ({"texts": ["Hi"]}, {"meta": {"billed_units": {"input_tokens": 17}}}, []),
    "mistral.conversations": (
        {"inputs": "Hi"},
        ENTRIES,
        [{"type": "conversation.response.done", "usage": ENTRIES["usage"]}],
    ),
    "mistral.fim": ({"prompt": "Hi", "suffix": "!"}, {"choices": [CHOICE], "usage": USED}, CHATTED),
    "ollama.chat": (CHAT, OLLAMA, [OLLAMA]),
    "ollama.generate": ({"prompt": "Hi"}, OLLAMA, [OLLAMA]),
    "ollama.embed": ({"input": "Hi"}, {"embeddings": [[0.5]], "prompt_eval_count": 17}, []),
}
CALLS = [(provider, api) for provider, api in VARIANTS] + [("test", api) for api in DIALECTS]
# The figures of the examples, and their sums: Anthropic and Bedrock report what no cache had a part in.
HELD = {11, 17, 23, 28}
JUNK = [
    b"9" * 400,
    b"[" * 2000,
    b'{"a":' * 2000,
    b"\\ud800",
    b"\xff\xfe",
    b"null",
    b"-1",
    b"1e999",
    b'"' * 3,
    b"\0",
    b"\n\n",
]


def record(provider: str, api: str, *, streamed: bool) -> Record:
    request, answer, events = EXAMPLES[api]
    stream = b"".join(b"data: %s\n\n" % orjson.dumps(event) for event in events) + b"data: [DONE]\n\n"
    sent, got = orjson.dumps(request), stream if streamed and events else orjson.dumps(answer)
    kind = "text/event-stream" if streamed and events else "application/json"
    made = chat(1, api=api, request=Body(sent, len(sent)), response=Body(got, len(got)))
    return replace(made, provider=provider, response_headers=(("content-type", kind),))


def counts(made: Record) -> dict[str, Any]:
    """The usage that is read of a record, and nothing raised on the way."""
    row = READER.read(made).row
    return {name: row[name] for name in USAGE if row.get(name) is not None}


def cut(data: st.DataObject, body: Body) -> Body:
    """The body as far as it came."""
    found = body.data[: data.draw(st.integers(0, len(body.data)))]
    return Body(found, len(found))


def spoilt(data: st.DataObject, body: Body) -> Body:
    """The body with bits flipped, and junk in the middle of it."""
    found = bytearray(body.data)
    for _ in range(data.draw(st.integers(0, 3)) if found else 0):
        found[data.draw(st.integers(0, len(found) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    at = data.draw(st.integers(0, len(found)))
    found[at:at] = data.draw(st.sampled_from([b"", *JUNK]))
    return Body(bytes(found), len(found))


def test_every_dialect_has_an_example_whose_usage_is_read() -> None:
    assert EXAMPLES.keys() == DIALECTS.keys()
    silent = {
        "anthropic.complete",
        "anthropic.count_tokens",
        "gemini.count_tokens",
        "gemini.embed",
        "openai.responses.retrieve",
    }
    assert {api for provider, api in CALLS if not counts(record(provider, api, streamed=False))} == silent
    assert {api for provider, api in CALLS if not counts(record(provider, api, streamed=True))} == silent


@pytest.mark.parametrize(("provider", "api"), CALLS)
@pytest.mark.parametrize("streamed", [False, True])
@settings(deadline=None, max_examples=15)
@given(data=st.data())
def test_what_is_cut_off_reports_no_more_than_it_held(
    provider: str, api: str, streamed: bool, data: st.DataObject
) -> None:
    whole = record(provider, api, streamed=streamed)
    request, response = (cut(data, body) for body in (whole.request, whole.response))
    found = counts(replace(whole, request=request, response=response, complete=False))
    assert set(found.values()) <= {*counts(whole).values(), *HELD}


@pytest.mark.parametrize(("provider", "api"), CALLS)
@pytest.mark.parametrize("streamed", [False, True])
@settings(deadline=None, max_examples=15)
@given(data=st.data())
def test_flipped_bits_and_foreign_bytes_never_raise(
    provider: str, api: str, streamed: bool, data: st.DataObject
) -> None:
    whole = record(provider, api, streamed=streamed)
    request, response = (spoilt(data, body) for body in (whole.request, whole.response))
    found = counts(replace(whole, request=request, response=response))
    assert all(0 <= value <= 3 * MOST_TOKENS for value in found.values())
