"""Gemini with Google's SDK, Bedrock with boto3, Ollama, and paths that are no model calls."""

import contextlib
import json
import ssl
from collections.abc import Iterator
from typing import Any

import boto3  # type: ignore[import-untyped]  # it ships no types
import botocore.config  # type: ignore[import-untyped]
import botocore.exceptions  # type: ignore[import-untyped]
import httpx
import pytest
from google import genai
from google.genai import errors, types

from tests.upstream import Running, upstream

MODEL = "gemini-2.5-flash"


@pytest.fixture(scope="module")
def up() -> Iterator[Running]:
    with upstream() as running:
        yield running


@pytest.fixture
def http(up: Running) -> Iterator[httpx.Client]:
    trust = ssl.create_default_context(cafile=str(up.ca_pem))
    with httpx.Client(verify=trust, base_url=up.base_url) as client:
        yield client


@pytest.fixture(scope="module")
def google(up: Running) -> Iterator[genai.Client]:
    trust = ssl.create_default_context(cafile=str(up.ca_pem))
    options = types.HttpOptions(base_url=up.base_url, client_args={"verify": trust})
    client = genai.Client(api_key="k", http_options=options)
    yield client
    client.close()


@pytest.fixture(scope="module")
def bedrock(up: Running) -> Iterator[Any]:
    client = boto3.client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=up.base_url,
        verify=str(up.ca_pem),
        aws_access_key_id="k",
        aws_secret_access_key="s",
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )
    yield client
    client.close()


def test_gemini_answers_whole_and_streamed(google: genai.Client) -> None:
    made = google.models.generate_content(model=MODEL, contents="Hello")
    assert "Hello" in (made.text or "")
    chunks = list(google.models.generate_content_stream(model=MODEL, contents="Hello"))
    assert "Hello" in "".join(chunk.text or "" for chunk in chunks)
    usage = chunks[-1].usage_metadata
    assert usage
    assert usage.total_token_count == (usage.prompt_token_count or 0) + (usage.candidates_token_count or 0)
    counted = google.models.count_tokens(model=MODEL, contents="Hello")
    assert counted.total_tokens == usage.prompt_token_count == 2


def test_gemini_calls_functions_and_thinks(google: genai.Client) -> None:
    schema = types.Schema(type=types.Type.OBJECT, properties={"city": types.Schema(type=types.Type.STRING)})
    tool = types.Tool(function_declarations=[types.FunctionDeclaration(name="weather", parameters=schema)])
    config = types.GenerateContentConfig(
        tools=[tool],
        thinking_config=types.ThinkingConfig(include_thoughts=True),
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )
    made = google.models.generate_content(model=MODEL, contents="weather?", config=config)
    assert made.function_calls
    assert made.function_calls[0].args == {"city": "Paris"}
    assert made.usage_metadata
    assert made.usage_metadata.thoughts_token_count


def test_gemini_caches_implicitly_and_explicitly(google: genai.Client) -> None:
    text = "".join(f"fact {number:04} " for number in range(1_000))
    spent = [google.models.generate_content(model=MODEL, contents=text).usage_metadata for _ in range(2)]
    assert [usage and usage.cached_content_token_count for usage in spent] == [None, 2500]
    other = text.replace("fact", "note")
    cache = google.caches.create(model=MODEL, config=types.CreateCachedContentConfig(contents=other))
    config = types.GenerateContentConfig(cached_content=cache.name)
    usage = google.models.generate_content(model=MODEL, contents="Hi", config=config).usage_metadata
    assert usage
    assert (usage.cached_content_token_count, usage.prompt_token_count) == (2500, 2501)


def test_gemini_errors_have_googles_shape(google: genai.Client) -> None:
    with pytest.raises(errors.ClientError) as caught:
        google.models.generate_content(model=MODEL, contents="[[upstream status=429]]")
    assert caught.value.status == "RESOURCE_EXHAUSTED"


def test_a_gemini_stream_without_sse_is_a_json_array(http: httpx.Client) -> None:
    body = {"contents": [{"parts": [{"text": "Hi"}]}]}
    chunks = http.post(f"/v1beta/models/{MODEL}:streamGenerateContent", json=body).json()
    assert len(chunks) == 8
    assert chunks[-1]["usageMetadata"]["candidatesTokenCount"] > 0


def test_code_assist_wraps_gemini(http: httpx.Client) -> None:
    request = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
    body = {"model": "gemini-2.5-pro", "project": "p", "request": request}
    made = http.post("/v1internal:generateContent", json=body).json()
    assert made["response"]["modelVersion"] == "gemini-2.5-pro"
    events = http.post("/v1internal:streamGenerateContent?alt=sse", json=body).text
    assert events.count("data: ") == events.count("\r\n\r\n") == 8


def converse(text: str, *cached: str) -> dict[str, Any]:
    content = [{"text": text} for text in cached] + ([{"cachePoint": {"type": "default"}}] if cached else [])
    return {
        "modelId": "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "messages": [{"role": "user", "content": [*content, {"text": text}]}],
    }


def test_bedrock_answers_whole_and_as_an_event_stream(bedrock: Any) -> None:
    made = bedrock.converse(**converse("Hello"))
    assert "Hello" in made["output"]["message"]["content"][0]["text"]
    events = list(bedrock.converse_stream(**converse("Hello"))["stream"])
    text = "".join(e["contentBlockDelta"]["delta"]["text"] for e in events if "contentBlockDelta" in e)
    assert "Hello" in text
    assert events[-1]["metadata"]["usage"]["outputTokens"] == made["usage"]["outputTokens"]


def test_bedrock_caches_up_to_its_cache_points(bedrock: Any) -> None:
    request = converse("Hello", "long " * 1000)
    usages = [bedrock.converse(**request)["usage"] for _ in range(2)]
    written = [(usage["cacheWriteInputTokens"], usage["cacheReadInputTokens"]) for usage in usages]
    assert written == [(1250, 0), (0, 1250)]


def test_bedrock_errors_inside_a_stream_and_before_it(bedrock: Any) -> None:
    with pytest.raises(bedrock.exceptions.ThrottlingException):
        bedrock.converse(**converse("[[upstream status=429]]"))
    stream = bedrock.converse_stream(**converse("[[upstream error-after=2]]"))["stream"]
    with (
        contextlib.closing(stream),
        pytest.raises(botocore.exceptions.EventStreamError, match="modelStreamErrorException"),
    ):
        list(stream)


def test_ollama_streams_lines_and_ends_with_its_counts(http: httpx.Client) -> None:
    body = {"model": "llama3.2", "messages": [{"role": "user", "content": "Hello"}]}
    lines = [json.loads(line) for line in http.post("/api/chat", json=body).text.splitlines()]
    assert [line["done"] for line in lines] == [False] * 8 + [True]
    assert lines[-1]["prompt_eval_count"] == 2
    whole = http.post("/api/chat", json={**body, "stream": False}).json()
    assert whole["message"]["content"]


@pytest.mark.parametrize("path", ["/v1/telemetry", "/api/event_logging/batch"])
def test_telemetry_takes_anything(http: httpx.Client, path: str) -> None:
    assert http.post(path, json=[{"event": "x"}]).json() == {}


def test_gemini_answers_in_the_json_that_is_asked_for(google: genai.Client) -> None:
    schema = {"type": "OBJECT", "properties": {"score": {"type": "INTEGER"}}, "required": ["score"]}
    config = types.GenerateContentConfig(response_mime_type="application/json", response_json_schema=schema)
    made = google.models.generate_content(model=MODEL, contents="How hard?", config=config)
    assert json.loads(made.text or "") == {"score": 1}


def test_agents_are_told_where_to_call(http: httpx.Client) -> None:
    asked = http.get("/backend-api/wham/accounts/check", headers={"chatgpt-account-id": "me"}).json()
    assert [account["id"] for account in asked["accounts"]] == asked["account_ordering"] == ["me"]
    assert http.get("/backend-api/codex/models?client_version=1").json() == {"models": []}
    assert http.post("/v1internal:loadCodeAssist", json={}).json()["cloudaicompanionProject"]
    assert http.post("/v1internal:retrieveUserQuota", json={}).json() == {}
