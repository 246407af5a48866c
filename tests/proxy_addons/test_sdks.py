"""The real SDKs, with the providers' own addresses, through the proxy: they work, and what they sent is stored."""

import asyncio
import json
from typing import Any

import anthropic
import boto3  # type: ignore[import-untyped]  # it ships no types
import botocore.config  # type: ignore[import-untyped]
import openai
import pytest
from google import genai
from google.genai import types

from analytics.record import Record
from tests.rig import Rig

TOOL: Any = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}
HELLO: Any = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def openai_client(rig: Rig) -> Any:
    with rig.sdk_client() as http:
        yield openai.OpenAI(api_key="sk-one", http_client=http, max_retries=0)


@pytest.fixture
def anthropic_client(rig: Rig) -> Any:
    with rig.sdk_client() as http:
        yield anthropic.Anthropic(api_key="k", http_client=http, max_retries=0)


@pytest.fixture
def google_client(rig: Rig) -> Any:
    options = types.HttpOptions(client_args={"verify": rig.trust.context, "proxy": rig.url, "trust_env": False})
    client = genai.Client(api_key="k", http_options=options)
    yield client
    client.close()


def stored(rig: Rig, count: int = 1) -> list[Record]:
    """The next records, whose bytes are those at the upstream."""
    records = rig.records(count)
    for record, asked, answered in zip(records, rig.up.requests[-count:], rig.up.responses[-count:], strict=True):
        assert (record.request.data, record.response.data) == (asked.body, answered.body)
        assert record.complete
    return records


def kind(record: Record) -> tuple[str, str, str]:
    return record.provider, record.api, record.host


def test_openai_chat_whole_streamed_and_with_tools(rig: Rig, openai_client: Any) -> None:
    chat = openai_client.chat.completions
    assert chat.create(model="gpt-4o", messages=HELLO).choices[0].message.content
    pieces = list(chat.create(model="gpt-4o", messages=HELLO, stream=True, stream_options={"include_usage": True}))
    assert pieces[-1].usage.total_tokens
    called = chat.create(model="gpt-4o", messages=HELLO, tools=[TOOL], tool_choice="required")
    assert called.choices[0].message.tool_calls
    for record in stored(rig, 3):
        assert kind(record) == ("openai", "openai.chat", "api.openai.com")


def test_openai_responses_with_server_side_state(rig: Rig, openai_client: Any) -> None:
    first = openai_client.responses.create(model="gpt-5", input="Hello")
    with openai_client.responses.stream(model="gpt-5", input="More", previous_response_id=first.id) as events:
        assert [event.type for event in events][-1] == "response.completed"
    first_record, second_record = stored(rig, 2)
    assert kind(first_record) == ("openai", "openai.responses", "api.openai.com")
    assert json.loads(second_record.request.data)["previous_response_id"] == first.id


def test_openai_many_at_once(rig: Rig) -> None:
    async def ask() -> list[str]:
        async with rig.sdk_async_client() as http:
            client = openai.AsyncOpenAI(api_key="k", http_client=http, max_retries=0)

            async def one(number: int) -> str:
                messages: Any = [{"role": "user", "content": f"number {number}"}]
                parts = await client.chat.completions.create(model="gpt-4o", messages=messages, stream=True)
                return "".join([part.choices[0].delta.content or "" async for part in parts if part.choices])

            return list(await asyncio.gather(*(one(number) for number in range(20))))

    texts = asyncio.run(ask())
    records = {json.loads(record.request.data)["messages"][0]["content"]: record for record in rig.records(20)}
    for number, text in enumerate(texts):
        assert f"number {number}" in text
        assert f"number {number}".encode() in records[f"number {number}"].request.data
        assert records[f"number {number}"].response.data.endswith(b"data: [DONE]\n\n")


def test_openai_responses_over_a_socket(rig: Rig, openai_client: Any) -> None:
    options: Any = {"ssl": rig.trust.context, "proxy": rig.url}
    with openai_client.responses.connect(websocket_connection_options=options) as connection:
        for _ in range(2):
            connection.response.create(model="gpt-5", input="Hello")
            for event in connection:
                if event.type == "response.completed":
                    break
    for record in rig.records(2):
        assert kind(record) == ("openai", "openai.responses", "api.openai.com")
        assert (record.transport, record.complete) == ("websocket", True)


def test_anthropic_whole_streamed_with_tools_and_in_a_thread(rig: Rig, anthropic_client: Any) -> None:
    asked: Any = {"model": "claude-opus-5-5", "max_tokens": 100, "messages": HELLO}
    messages = anthropic_client.messages
    first = messages.create(**asked, extra_body={"thread": {"type": "create"}})
    with messages.stream(**asked) as events:
        assert "".join(events.text_stream)
    tool: Any = {"name": "weather", "input_schema": TOOL["function"]["parameters"]}
    assert messages.create(**asked, tools=[tool], tool_choice={"type": "any"}).stop_reason == "tool_use"
    thread = {"type": "continue", "previous_message_id": first.id}
    messages.create(**asked, extra_body={"thread": thread})
    records = stored(rig, 4)
    assert {kind(record) for record in records} == {("anthropic", "anthropic.messages", "api.anthropic.com")}
    assert json.loads(records[-1].request.data)["thread"] == thread


def test_anthropic_async(rig: Rig) -> None:
    async def ask() -> str:
        async with rig.sdk_async_client() as http:
            client = anthropic.AsyncAnthropic(api_key="k", http_client=http, max_retries=0)
            asked: Any = {"model": "claude-opus-5-5", "max_tokens": 100, "messages": HELLO}
            async with client.messages.stream(**asked) as events:
                return "".join([text async for text in events.text_stream])

    assert asyncio.run(ask())
    assert kind(stored(rig)[0]) == ("anthropic", "anthropic.messages", "api.anthropic.com")


def test_google_whole_and_streamed(rig: Rig, google_client: genai.Client) -> None:
    assert google_client.models.generate_content(model="gemini-2.5-flash", contents="Hello").text
    stream = google_client.models.generate_content_stream(model="gemini-2.5-flash", contents="Hello")
    assert "".join(part.text or "" for part in stream)
    for record in stored(rig, 2):
        assert kind(record) == ("google", "gemini.generate", "generativelanguage.googleapis.com")


def test_bedrock_whole_and_as_an_event_stream(rig: Rig) -> None:
    client = boto3.client(
        "bedrock-runtime",
        region_name="us-east-1",
        verify=str(rig.trust.bundle),
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="s",
        config=botocore.config.Config(proxies={"https": rig.url}, retries={"total_max_attempts": 1}),
    )
    asked = {"modelId": "us.amazon.nova-pro-v1:0", "messages": [{"role": "user", "content": [{"text": "Hello"}]}]}
    assert client.converse(**asked)["stopReason"] == "end_turn"
    assert list(client.converse_stream(**asked)["stream"])
    client.close()
    for record in stored(rig, 2):
        assert kind(record) == ("bedrock", "bedrock.converse", "bedrock-runtime.us-east-1.amazonaws.com")
        assert record.key_fingerprint
