"""Tests of Gemini's generateContent dialect and its three variations."""

from copy import deepcopy
from dataclasses import asdict

import pytest
from genai_prices import extract_usage
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.dialects.exchange import Block, Json, RequestReading, ResponseReading, Usage
from analytics.dialects.fields import obj
from analytics.dialects.gemini_generate import GeminiCodeAssist, GeminiCountTokens, GeminiEmbed, GeminiGenerate
from tests.analytics.dialects.broken_json import broken
from tests.analytics.dialects.calls import call, content, counts
from tests.recordings import echoes, recorded

DIALECT = GeminiGenerate()
PATH = "/v1beta/models/gemini-3-flash:generateContent"
STREAM = "/v1beta/models/gemini-3-flash:streamGenerateContent"
RECORDED = ("google.generate_content", "google.stream_generate_content")
WEATHER = {"name": "weather", "description": "Weather of a city", "parameters": {"type": "OBJECT"}}
ASK: Json = {
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "tools": [{"functionDeclarations": [WEATHER]}, {"googleSearch": {}}],
    "contents": [{"role": "user", "parts": [{"text": "Rain in Oslo?"}]}],
    "generationConfig": {"temperature": 0},
}
PARTS: list[object] = [
    {"text": "They want rain.", "thought": True},
    {"text": "Let me look.", "thoughtSignature": "c2ln"},
    {"functionCall": {"name": "weather", "args": {"city": "Oslo", "days": 1}}, "thoughtSignature": "c2ln"},
]
USAGE: Json = {
    "promptTokenCount": 100,
    "cachedContentTokenCount": 60,
    "toolUsePromptTokenCount": 7,
    "candidatesTokenCount": 20,
    "thoughtsTokenCount": 5,
    "totalTokenCount": 132,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 90}, {"modality": "AUDIO", "tokenCount": 10}],
    "serviceTier": "standard",
}
ANSWER: Json = {
    "candidates": [{"content": {"role": "model", "parts": PARTS}, "finishReason": "STOP", "index": 0}],
    "usageMetadata": USAGE,
    "modelVersion": "gemini-3-flash",
    "responseId": "r1",
}


def chunk(*parts: object, **fields: object) -> Json:
    return {
        "candidates": [{"content": {"role": "model", "parts": list(parts)}, **fields}],
        "modelVersion": "gemini-3-flash",
    }


CHUNKS: list[object] = [
    chunk({"text": "They want ", "thought": True}) | {"usageMetadata": {"trafficType": "ON_DEMAND"}},
    chunk({"text": "rain.", "thought": True}),
    chunk({"text": "Let me "}) | {"usageMetadata": {"promptTokenCount": 100, "totalTokenCount": 103}},
    chunk({"text": "look."}),
    chunk({"text": "", "thoughtSignature": "c2ln"}),
    chunk(PARTS[2], finishReason="STOP") | {"usageMetadata": USAGE, "responseId": "r1"},
]


def read_request(path: str = PATH, **fields: object) -> RequestReading:
    return DIALECT.read_request(call({**ASK, **fields}, path=path))


def history(*contents: object) -> tuple[Block, ...]:
    return read_request(contents=list(contents)).history


def model(*parts: object) -> tuple[Block, ...]:
    return history({"role": "model", "parts": list(parts)})


def read_answer(**fields: object) -> ResponseReading:
    return DIALECT.read_response(call(ASK, {**ANSWER, **fields}, path=PATH))


def read_stream(*chunks: object) -> ResponseReading:
    return DIALECT.read_response(call(ASK, events=chunks, path=STREAM))


def test_the_preamble_is_tools_then_system_and_the_model_is_in_the_path() -> None:
    found = read_request()
    assert [block.kind for block in found.preamble] == ["tools", "tools", "system"]
    assert content(found.history) == [("user", "user", "Rain in Oslo?")]
    assert (found.model, found.streamed) == ("gemini-3-flash", False)
    assert found.parameters == {"generationConfig": {"temperature": 0}}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (STREAM, "gemini-3-flash"),
        ("/v1/projects/p/locations/l/publishers/google/models/gemini-3-flash:streamGenerateContent", "gemini-3-flash"),
        ("/v1beta/tunedModels/mine:streamGenerateContent", "mine"),
        ("/v1/projects/p/locations/l/endpoints/123:streamGenerateContent", "123"),
    ],
)
def test_every_path_names_its_model_and_whether_it_streams(path: str, name: str) -> None:
    found = read_request(path=path)
    assert (found.model, found.streamed) == (name, True)


def test_snake_case_and_loose_shapes_are_the_same_request() -> None:
    loose = {
        "system_instruction": {"role": "user", "parts": {"text": "Be brief."}},
        "tools": [{"function_declarations": [WEATHER]}, {"google_search": {}}],
        "contents": {"parts": [{"text": "Rain in Oslo?"}]},
        "generation_config": {"temperature": 0},
        "cached_content": "cachedContents/c1",
    }
    found = DIALECT.read_request(call(loose, path=PATH))
    assert found.preamble == read_request().preamble
    assert found.history == read_request().history
    assert found.state_ref == "cachedContent:cachedContents/c1"
    assert found.parameters["generationConfig"] == {"temperature": 0}


def test_a_reply_comes_back_as_the_same_blocks_whole_and_streamed() -> None:
    echoed = model(*PARTS)
    assert [block.kind for block in echoed] == ["thinking", "assistant", "tool_call"]
    assert read_answer().reply == echoed
    assert read_stream(*CHUNKS).reply == echoed


def test_a_client_that_sends_the_stream_back_in_pieces_sends_the_same_reply() -> None:
    pieces = [obj(obj(c)["candidates"][0], "content") for c in CHUNKS]  # type: ignore[index]
    assert history(*pieces) == read_answer().reply


def test_dress_leaves_a_block_the_same() -> None:
    dressed = [
        {"thought": True, "text": "They want rain.", "thought_signature": "b3RoZXI="},
        {"text": "Let me look."},
        {"function_call": {"id": "call_1", "args": {"days": 1, "city": "Oslo"}, "name": "weather"}},
    ]
    assert content(model(*dressed)) == content(read_answer().reply)


def test_the_users_own_texts_are_not_joined() -> None:
    assert len(history({"role": "user", "parts": [{"text": "a"}]}, {"role": "user", "parts": [{"text": "b"}]})) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"text": "a"}, {"text": "b"}),
        ({"text": "a"}, {"text": "a", "thought": True}),
        ({"functionCall": {"name": "f", "args": {"a": 1}}}, {"functionCall": {"name": "f", "args": {"a": 2}}}),
        (
            {"functionResponse": {"name": "f", "response": {"a": 1}}},
            {"functionResponse": {"name": "f", "response": {}}},
        ),
        (
            {"inlineData": {"mimeType": "image/png", "data": "QQ=="}},
            {"inlineData": {"mimeType": "image/png", "data": "Qg=="}},
        ),
        ({"fileData": {"fileUri": "gs://a"}}, {"fileData": {"fileUri": "gs://b"}}),
        (
            {"fileData": {"fileUri": "gs://a", "mimeType": "video/mp4"}, "videoMetadata": {"startOffset": "1s"}},
            {"fileData": {"fileUri": "gs://a", "mimeType": "video/mp4"}},
        ),
        ({"executableCode": {"code": "1"}}, {"executableCode": {"code": "2"}}),
        ({"codeExecutionResult": {"output": "1"}}, {"codeExecutionResult": {"output": "2"}}),
        ({"executableCode": {"code": "1"}}, {"functionCall": {"name": "code_execution", "args": {"code": "1"}}}),
    ],
)
def test_different_content_gives_different_blocks(one: object, other: object) -> None:
    assert model(one)
    assert content(model(one)) != content(model(other))


def test_a_call_and_its_response_share_id_or_name() -> None:
    named = model({"functionCall": {"name": "f", "args": {}}}, {"functionResponse": {"name": "f", "response": {}}})
    assert [block.ref for block in named] == ["f", "f"]
    numbered = model({"functionCall": {"id": "1", "name": "f"}}, {"function_response": {"id": "1", "response": {}}})
    assert [block.ref for block in numbered] == ["1", "1"]


def test_media_are_kept_as_digests_by_what_they_are() -> None:
    kinds = {"image/png": "image", "audio/wav": "audio", "application/pdf": "document", "video/mp4": "other"}
    for mime, kind in kinds.items():
        block = model({"inline_data": {"mime_type": mime, "data": "QUJD"}})[0]
        assert (block.kind, block.size) == (kind, 4)
        assert "QUJD" not in block.content


def test_arguments_that_are_streamed_in_pieces_are_one_call() -> None:
    def piece(**fields: object) -> Json:
        return chunk({"functionCall": fields})

    found = read_stream(
        piece(name="weather", willContinue=True),
        piece(partialArgs=[{"jsonPath": "$.city", "stringValue": "Os", "willContinue": True}], willContinue=True),
        piece(partialArgs=[{"jsonPath": "$.city", "stringValue": "lo"}], willContinue=True),
        piece(partialArgs=[{"jsonPath": "$.days", "numberValue": 1}], willContinue=True),
        piece(),
        chunk({"text": "done"}, finishReason="STOP"),
    )
    assert content(found.reply) == content(model(PARTS[2], {"text": "done"}))


def test_thoughts_and_tool_use_are_billed_with_output_and_input() -> None:
    assert read_answer().usage == Usage(
        input_tokens=107, cache_read_tokens=60, output_tokens=25, reasoning_tokens=5, audio_input_tokens=10
    )
    assert read_answer().usage_raw == USAGE
    assert read_answer().service_tier == "standard"


def test_the_last_count_of_a_stream_is_the_usage() -> None:
    found = read_stream(*CHUNKS, {"usageMetadata": {"trafficType": "ON_DEMAND"}})
    assert found.usage == read_answer().usage
    assert (found.stop_reason, found.ended, found.response_id) == ("STOP", True, "r1")


def test_a_stream_that_breaks_off_has_not_ended_and_its_output_is_unknown() -> None:
    found = read_stream(*CHUNKS[:3])
    assert not found.ended
    assert found.reply[-1].content == "Let me "
    assert (found.usage.input_tokens, found.usage.output_tokens) == (100, None)


def test_a_blocked_prompt_has_its_reason_and_no_output() -> None:
    usage = {"promptTokenCount": 8, "totalTokenCount": 8}
    answer = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": usage}
    found = DIALECT.read_response(call(ASK, answer, path=PATH))
    assert (found.stop_reason, found.ended) == ("PROHIBITED_CONTENT", True)
    assert (found.usage.input_tokens, found.usage.output_tokens) == (8, 0)
    assert found.details["prompt_feedback"] == {"blockReason": "PROHIBITED_CONTENT"}


def test_enums_sent_as_numbers_have_names() -> None:
    answer = deepcopy(ANSWER) | chunk({"text": "a"}, finishReason=2)
    assert DIALECT.read_response(call(ASK, answer, path=PATH)).stop_reason == "MAX_TOKENS"


ERROR = {"error": {"code": 400, "message": "bad", "status": "INVALID_ARGUMENT"}}


@pytest.mark.parametrize("answer", [ERROR, [ERROR]])
def test_an_error_is_read_alone_in_an_array_and_in_a_stream(answer: object) -> None:
    alone = DIALECT.read_response(call(ASK, answer, path=PATH, status=400))
    streamed = read_stream(*CHUNKS[:2], ERROR)
    for found in (alone, streamed):
        assert (found.error_code, found.error_message, found.ended) == ("INVALID_ARGUMENT", "bad", True)
    assert (alone.usage, alone.usage_raw, alone.reply) == (Usage(), None, ())
    assert streamed.reply[0].content == "They want rain."


def test_code_assist_wraps_the_same_request_and_response() -> None:
    wrapped = {"model": "gemini-3-flash", "project": "p", "request": {**ASK, "session_id": "s1"}}
    found = call(wrapped, {"response": ANSWER}, path="/v1internal:generateContent")
    request = GeminiCodeAssist().read_request(found)
    assert (request.preamble, request.history) == (read_request().preamble, read_request().history)
    assert (request.model, request.session_hint) == ("gemini-3-flash", "s1")
    assert GeminiCodeAssist().read_response(found) == read_answer()
    assert GeminiCodeAssist().read_response(call(wrapped, ERROR)).error_code == "INVALID_ARGUMENT"


@pytest.mark.parametrize("request_body", [ASK, {"generateContentRequest": ASK}, {"request": ASK}])
def test_a_counted_request_is_read_and_its_count_is_no_usage(request_body: Json) -> None:
    found = call(request_body, {"totalTokens": 31}, path="/v1beta/models/gemini-3-flash:countTokens")
    assert GeminiCountTokens().read_request(found).history == read_request().history
    reading = GeminiCountTokens().read_response(found)
    assert (reading.details, reading.usage, reading.usage_raw) == ({"counted_tokens": 31}, Usage(), None)


def test_texts_to_embed_are_user_blocks() -> None:
    def embed(value: str) -> Json:
        return {"model": "models/e", "content": {"parts": [{"text": value}]}, "taskType": "RETRIEVAL_QUERY"}

    one, both = embed("a"), {"requests": [embed("a"), embed("b")]}
    path = "/v1beta/models/e:batchEmbedContents"
    assert content(GeminiEmbed().read_request(call(one, path=path)).history) == [("user", "user", "a")]
    found = GeminiEmbed().read_request(call(both, path=path))
    assert [block.content for block in found.history] == ["a", "b"]
    assert found.parameters == {"taskType": "RETRIEVAL_QUERY"}
    answer = call(both, {"embeddings": [{"values": [0.1]}], "usageMetadata": {"promptTokenCount": 4}}, path=path)
    assert GeminiEmbed().read_response(answer).usage == Usage(input_tokens=4)


@settings(max_examples=100, deadline=None)
@given(broken({"request": ASK | {"contents": [{"role": "model", "parts": PARTS}]}, "answer": ANSWER, "chunks": CHUNKS}))
def test_broken_json_never_raises_and_never_makes_usage_up(example: object) -> None:
    request, answer, chunks = (obj(example).get(name) for name in ("request", "answer", "chunks"))
    events = chunks if isinstance(chunks, list) else []
    known = {0, 5, 7, 10, 20, 25, 60, 90, 100, 107, 3, 32}
    for dialect in (DIALECT, GeminiCodeAssist(), GeminiCountTokens(), GeminiEmbed()):
        for found in (call(request, answer, path=PATH), call(request, events=events, path=STREAM)):
            dialect.read_request(found)
            assert set(counts(dialect.read_response(found).usage).values()) <= known


@settings(max_examples=50, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda j: st.lists(j) | st.dictionaries(st.text(), j)
    )
)
def test_any_json_at_all_is_read(value: object) -> None:
    found = call(
        {"contents": value, "systemInstruction": value, "tools": value}, value, events=[value] if value else None
    )
    DIALECT.read_request(found)
    assert asdict(DIALECT.read_response(found).usage) == asdict(Usage())


def test_every_recorded_usage_equals_an_independent_reading() -> None:
    """Not compared: twelve recordings with enums as numbers, on which the other reader raises."""
    read = 0
    for found in recorded(*RECORDED):
        reading = found.response
        assert reading.ended
        if reading.usage_raw is None or found.call.query.get("$alt") or numbered(reading.usage_raw):
            continue
        answer = {"usageMetadata": reading.usage_raw, "modelVersion": "gemini-2.5-flash"}
        other = extract_usage(answer, provider_id="google").usage
        ours = reading.usage
        assert (ours.input_tokens or 0, ours.output_tokens) == (other.input_tokens or 0, other.output_tokens)
        assert (ours.cache_read_tokens or 0) == (other.cache_read_tokens or 0)
        read += 1
    assert read >= 372


def numbered(usage: Json) -> bool:
    details = usage.get("promptTokensDetails")
    return isinstance(details, list) and any(isinstance(obj(d).get("modality"), int) for d in details)


def test_recorded_replies_come_back_as_the_blocks_they_were() -> None:
    """The rest is no dress: clients that leave thoughts out, and two that hand over to another agent."""
    turns = recorded(*RECORDED)
    assert (echoes(turns)[0], len(echoes(turns)[1])) == (93, 7)
    assert len(echoes(turns, skip=("thinking",))[1]) == 2


def test_recorded_counts_and_embeddings_are_read() -> None:
    for found in recorded("google.count_tokens"):
        assert found.request.history
        assert found.response.details["counted_tokens"]
    for found in recorded("google.embed"):
        assert found.request.history
