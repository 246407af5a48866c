"""InvokeModel and InvokeModelWithResponseStream in each family's format, hand-written and recorded."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.dialects.bedrock_invoke import BedrockInvoke
from analytics.dialects.call import Call, Event
from analytics.dialects.exchange import Json, Usage
from analytics.dialects.fields import count, obj
from tests.analytics.dialects.broken_json import broken
from tests.analytics.dialects.calls import content
from tests.recordings import Recorded, echoes, recorded

DIALECT = BedrockInvoke()
METERED = {"x-amzn-bedrock-input-token-count": "12", "x-amzn-bedrock-output-token-count": "7"}
METRICS: Json = {"inputTokenCount": 12, "outputTokenCount": 7, "firstByteLatency": 50}
IMPORTED = "arn:aws:bedrock:us-east-1:123456789012:imported-model/abc"


def invoke(
    model: str,
    request: object,
    answer: object = None,
    *,
    events: Sequence[object] | None = None,
    headers: dict[str, str] | None = None,
    status: int = 200,
) -> Call:
    streamed = events is not None
    return Call(
        provider="bedrock",
        api="bedrock.invoke",
        host="bedrock-runtime.us-east-1.amazonaws.com",
        path=f"/model/{model}/invoke" + ("-with-response-stream" if streamed else ""),
        query={},
        request_headers={},
        request=obj(request),
        status=status,
        response_headers=METERED if headers is None else headers,
        body=answer,
        events=tuple(Event(None, event) for event in events or ()),
        streamed=streamed,
    )


def ended(event: Json) -> Json:
    """A stream's last event, to which Bedrock adds its metrics."""
    return event | {"amazon-bedrock-invocationMetrics": METRICS}


NOVA: Json = {"messages": [{"role": "user", "content": [{"text": "Hi"}]}], "inferenceConfig": {"maxTokens": 9}}
CLAUDE: Json = {"anthropic_version": "bedrock-2023-05-31", "messages": [{"role": "user", "content": "Hi"}]}
CHAT: Json = {"messages": [{"role": "user", "content": "Hi"}]}
PROMPT: Json = {"prompt": "Hi"}
TITAN: Json = {"inputText": "Hi", "textGenerationConfig": {"maxTokenCount": 9}}
HELLO = [("assistant", "assistant", "Hello")]

# Name: model, request, the whole answer, the events, and how it stopped.
FAMILIES: dict[str, tuple[str, Json, Json, list[Json], str]] = {
    "anthropic": (
        IMPORTED,
        CLAUDE,
        {"type": "message", "content": [{"type": "text", "text": "Hello"}], "stop_reason": "end_turn"},
        [
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hel"}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "lo"}},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
            ended({"type": "message_stop"}),
        ],
        "end_turn",
    ),
    "nova": (
        "amazon.nova-lite-v1:0",
        NOVA,
        {"output": {"message": {"content": [{"text": "Hello"}]}}, "stopReason": "end_turn"},
        [
            {"contentBlockDelta": {"delta": {"text": "Hel"}, "contentBlockIndex": 0}},
            {"contentBlockDelta": {"delta": {"text": "lo"}, "contentBlockIndex": 1}},
            {"messageStop": {"stopReason": "end_turn"}},
            ended({"metadata": {}}),
        ],
        "end_turn",
    ),
    "titan": (
        "amazon.titan-text-lite-v1",
        TITAN,
        {"results": [{"outputText": "Hello", "completionReason": "FINISH"}]},
        [{"outputText": "Hel"}, ended({"outputText": "lo", "completionReason": "FINISH"})],
        "FINISH",
    ),
    "llama": (
        "meta.llama3-1-70b-instruct-v1:0",
        PROMPT,
        {"generation": "Hello", "stop_reason": "stop"},
        [{"generation": "Hel"}, ended({"generation": "lo", "stop_reason": "stop"})],
        "stop",
    ),
    "mistral": (
        "mistral.mistral-7b-instruct-v0:2",
        PROMPT,
        {"outputs": [{"text": "Hello", "stop_reason": "stop"}]},
        [{"outputs": [{"text": "Hel"}]}, ended({"outputs": [{"text": "lo", "stop_reason": "stop"}]})],
        "stop",
    ),
    "mistral chat": (
        "mistral.mistral-large-2407-v1:0",
        CHAT,
        {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "stop_reason": "stop"}]},
        [
            {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hel"}, "stop_reason": None}]},
            ended({"choices": [{"index": 0, "message": {"content": "lo"}, "stop_reason": "stop"}]}),
        ],
        "stop",
    ),
    "openai": (
        "openai.gpt-oss-120b-1:0",
        CHAT,
        {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}]},
        [
            {"choices": [{"index": 0, "delta": {"content": "Hel"}}]},
            ended({"choices": [{"index": 0, "delta": {"content": "lo"}, "finish_reason": "stop"}]}),
        ],
        "stop",
    ),
    "cohere command": (
        "cohere.command-light-text-v14",
        PROMPT,
        {"generations": [{"text": "Hello", "finish_reason": "COMPLETE"}]},
        [{"text": "Hel"}, {"text": "lo"}, ended({"is_finished": True, "finish_reason": "COMPLETE"})],
        "COMPLETE",
    ),
    "cohere command r": (
        "cohere.command-r-v1:0",
        {"message": "Hi"},
        {"text": "Hello", "finish_reason": "COMPLETE", "chat_history": [{"role": "USER", "message": "Hi"}]},
        [
            {"event_type": "text-generation", "text": "Hel"},
            {"event_type": "text-generation", "text": "lo"},
            ended({"event_type": "stream-end", "finish_reason": "COMPLETE", "response": {"text": "Hello"}}),
        ],
        "COMPLETE",
    ),
    "claude's old completions": (
        "anthropic.claude-v2",
        {"prompt": "\n\nHuman: Hi\n\nAssistant:", "max_tokens_to_sample": 9},
        {"completion": " Hello", "stop_reason": "stop_sequence"},
        [{"completion": " Hel"}, ended({"completion": "lo", "stop_reason": "stop_sequence"})],
        "stop_sequence",
    ),
}
EVERY_FAMILY = pytest.mark.parametrize("name", FAMILIES)


@EVERY_FAMILY
def test_the_request_is_one_message_to_the_model_in_the_path(name: str) -> None:
    model, request, answer, events, _ = FAMILIES[name]
    whole = DIALECT.read_request(invoke(model, request, answer))
    streamed = DIALECT.read_request(invoke(model, request, events=events))
    assert content(whole.history) == [("user", "user", "Hi")]
    assert whole.history == streamed.history
    assert (whole.model, whole.streamed, streamed.streamed) == (model, False, True)


@EVERY_FAMILY
def test_the_reply_is_the_same_whole_and_streamed(name: str) -> None:
    model, request, answer, events, stop = FAMILIES[name]
    for call in (invoke(model, request, answer), invoke(model, request, events=events, headers={})):
        reading = DIALECT.read_response(call)
        assert content(reading.reply) == HELLO
        assert (reading.stop_reason, reading.ended) == (stop, True)


@EVERY_FAMILY
def test_bedrocks_own_counts_fill_in_where_the_body_has_none(name: str) -> None:
    model, request, answer, events, _ = FAMILIES[name]
    for call in (invoke(model, request, answer), invoke(model, request, events=events, headers={})):
        reading = DIALECT.read_response(call)
        assert reading.usage == Usage(input_tokens=12, output_tokens=7)
        assert sorted(map(str, (reading.usage_raw or {}).values())) == ["12", "7"]


@EVERY_FAMILY
def test_without_any_count_usage_is_unknown(name: str) -> None:
    model, request, answer, events, _ = FAMILIES[name]
    assert DIALECT.read_response(invoke(model, request, answer, headers={})).usage == Usage()
    assert DIALECT.read_response(invoke(model, request, events=events[:-1], headers={})).usage == Usage()


@EVERY_FAMILY
def test_a_stream_without_its_last_events_was_cut_off(name: str) -> None:
    model, request, _, events, _ = FAMILIES[name]
    assert not DIALECT.read_response(invoke(model, request, events=events[:1], headers={})).ended


def test_the_models_own_counts_outrank_bedrocks() -> None:
    usage = {"input_tokens": 3, "output_tokens": 130, "cache_read_input_tokens": 4}
    answer = {"type": "message", "content": [], "usage": usage}
    reading = DIALECT.read_response(invoke("anthropic.claude-3", CLAUDE, answer))
    assert reading.usage == Usage(input_tokens=7, cache_read_tokens=4, output_tokens=130)


def test_nova_names_its_cached_tokens_otherwise() -> None:
    usage = {"inputTokens": 3, "outputTokens": 5, "cacheReadInputTokenCount": 4, "cacheWriteInputTokenCount": 0}
    reading = DIALECT.read_response(invoke("amazon.nova-lite-v1:0", NOVA, {"usage": usage}))
    assert reading.usage == Usage(input_tokens=7, cache_read_tokens=4, cache_write_tokens=0, output_tokens=5)


def test_cached_tokens_in_the_headers_are_added_to_the_input() -> None:
    headers = METERED | {"x-amzn-bedrock-cache-read-input-token-count": "30"}
    reading = DIALECT.read_response(invoke("meta.llama3", PROMPT, {"generation": "x"}, headers=headers))
    assert reading.usage == Usage(input_tokens=42, cache_read_tokens=30, output_tokens=7)


@pytest.mark.parametrize("value", ["", "-1", "1e3", "²", "9" * 5000])
def test_a_header_that_is_no_count_is_unknown(value: str) -> None:
    headers = {"x-amzn-bedrock-input-token-count": value}
    assert DIALECT.read_response(invoke("meta.llama3", PROMPT, {"generation": "x"}, headers=headers)).usage == Usage()


def test_novas_cache_point_is_a_field_of_the_part_it_ends() -> None:
    part = {"text": "Hi", "cachePoint": {"type": "default"}}
    reading = DIALECT.read_request(invoke("amazon.nova-lite-v1:0", {"messages": [{"role": "user", "content": [part]}]}))
    assert content(reading.history) == [("user", "user", "Hi")]
    assert reading.parameters["cache_breakpoints"] == [[1, None]]


PROMPTS = {
    "llama": "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\nHello<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "llama 4": "<|begin_of_text|><|header_start|>system<|header_end|>\n\nBe brief.<|eot|>"
    "<|header_start|>user<|header_end|>\n\nHi<|eot|><|header_start|>assistant<|header_end|>\n\nHello<|eot|>"
    "<|header_start|>user<|header_end|>\n\nBye<|eot|><|header_start|>assistant<|header_end|>\n\n",
    "llama 2": "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi [/INST] Hello </s><s>[INST] Bye [/INST]",
    "claude": "Be brief.\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: Bye\n\nAssistant:",
    "titan": "Be brief.\n\nUser: Hi\n\nBot: Hello\n\nUser: Bye\n\nBot:",
}


@pytest.mark.parametrize("name", PROMPTS)
def test_a_prompt_is_taken_apart_at_its_turns(name: str) -> None:
    """And so a reply comes back as a block of its own."""
    reading = DIALECT.read_request(invoke("meta.llama3", {"prompt": PROMPTS[name]}))
    assert content(reading.preamble) == [("system", "system", "Be brief.")]
    assert content(reading.history) == [("user", "user", "Hi"), *HELLO, ("user", "user", "Bye")]


@pytest.mark.parametrize(
    ("model", "request_", "texts"),
    [
        ("amazon.titan-embed-text-v2:0", {"inputText": "a"}, ["a"]),
        ("cohere.embed-v4:0", {"texts": ["a", "b"], "input_type": "search_query"}, ["a", "b"]),
        ("amazon.nova-2-embed", {"singleEmbeddingParams": {"text": {"value": "a"}}}, ["a"]),
    ],
)
def test_an_embedding_has_input_and_no_output(model: str, request_: Json, texts: list[str]) -> None:
    headers = {"x-amzn-bedrock-input-token-count": "12"}
    call = invoke(model, request_, {"embedding": [0.1]}, headers=headers)
    assert [block.content for block in DIALECT.read_request(call).history] == texts
    reading = DIALECT.read_response(call)
    assert reading.usage == Usage(input_tokens=12)
    assert reading.reply == ()


def test_an_exception_in_mid_stream_is_the_error_whatever_the_family() -> None:
    for model, request, _, events, _ in FAMILIES.values():
        call = invoke(model, request, events=events[:1], headers={})
        failed = Event("modelStreamErrorException", {"message": "went wrong"})
        reading = DIALECT.read_response(replace(call, events=(*call.events, failed)))
        assert (reading.error_code, reading.error_message) == ("modelStreamErrorException", "went wrong")
        assert reading.ended


def test_a_refused_call_has_its_code_in_a_header_whatever_the_family() -> None:
    headers = {"x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/"}
    for model, request, *_ in FAMILIES.values():
        reading = DIALECT.read_response(invoke(model, request, {"message": "wait"}, headers=headers, status=429))
        assert (reading.error_code, reading.error_message) == ("ThrottlingException", "wait")


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_broken_call_raises_or_invents_usage(data: st.DataObject) -> None:
    model, request, answer, events, _ = FAMILIES[data.draw(st.sampled_from(list(FAMILIES)))]
    whole = invoke(model, data.draw(broken(request)), data.draw(broken(answer)), headers={})
    found = data.draw(broken(events))
    streamed = invoke(model, request, events=found if isinstance(found, list) else [], headers={})
    for call in (whole, streamed):
        DIALECT.read_request(call)
        usage = DIALECT.read_response(call).usage
        assert usage.input_tokens in (None, 12)
        assert usage.output_tokens in (None, 7)


EMBEDDED = "bedrock.invoke_embed"


def generated() -> list[Recorded]:
    return [found for found in recorded("bedrock.invoke") if found.recording.source["dialect"] != EMBEDDED]


def independent(found: Recorded) -> tuple[int | None, int | None]:
    """Input and output as Bedrock meters them: in the headers, or in the last event of a stream."""
    metrics = obj(found.call.events[-1].value, "amazon-bedrock-invocationMetrics") if found.call.events else {}
    headers = {name: int(value) for name, value in found.call.response_headers.items() if name.endswith("-count")}
    given = count(metrics, "inputTokenCount") or headers.get("x-amzn-bedrock-input-token-count")
    made = count(metrics, "outputTokenCount") or headers.get("x-amzn-bedrock-output-token-count")
    return given, made


def test_recorded_usage_is_what_bedrock_meters() -> None:
    """But for streamed tool calls of Claude 3.5, where the model counts more output than Bedrock's metrics."""
    answered = [found for found in generated() if found.call.status == 200]
    differing = [
        f for f in answered if (f.response.usage.input_tokens, f.response.usage.output_tokens) != independent(f)
    ]
    assert len(answered) == 60
    assert len(differing) == 3
    assert all(found.call.streamed and found.response.stop_reason == "tool_use" for found in differing)
    assert all(found.response.usage.input_tokens == independent(found)[0] for found in differing)


def test_recorded_embeddings_have_their_input_counted() -> None:
    embedded = recorded(EMBEDDED)
    assert len(embedded) == 13
    for found in embedded:
        assert found.response.usage == Usage(input_tokens=independent(found)[0])
        assert found.request.history


def test_recorded_calls_are_read_to_their_end() -> None:
    for found in generated():
        assert found.response.ended
        assert bool(found.response.reply) == (found.call.status == 200)
        assert bool(found.response.error_code) != (found.call.status == 200)
        assert found.request.model


def test_recorded_replies_come_back() -> None:
    hits, misses = echoes(generated())
    assert (hits, len(misses)) == (8, 0)
