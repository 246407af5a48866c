"""The real OpenAI SDK against the upstream: chat, responses with state, the prompt cache, errors."""

import ssl
from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest

from tests.upstream import Running, upstream

WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
}


@pytest.fixture(scope="module")
def up() -> Iterator[Running]:
    with upstream() as running:
        yield running


# Any: the SDK's types are unions that would have to be narrowed at every step.
@pytest.fixture
def client(up: Running) -> Iterator[Any]:
    trust = ssl.create_default_context(cafile=str(up.ca_pem))
    with httpx2.Client(verify=trust) as http:
        yield openai.OpenAI(base_url=f"{up.base_url}/v1", api_key="k", http_client=http, max_retries=0)


def test_a_chat_costs_its_parent_plus_what_was_added(client: Any) -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello there"}]
    first = client.chat.completions.create(model="gpt-4o", messages=messages)
    reply = first.choices[0].message.content
    messages += [{"role": "assistant", "content": reply}, {"role": "user", "content": "And now?"}]
    second = client.chat.completions.create(model="gpt-4o", messages=messages)
    assert first.model == "gpt-4o-2024-08-06"
    assert first.usage.total_tokens == first.usage.prompt_tokens + first.usage.completion_tokens
    assert second.usage.prompt_tokens == first.usage.total_tokens + 2


def test_a_streamed_chat_ends_with_its_usage(client: Any, up: Running) -> None:
    chunks = list(
        client.chat.completions.create(
            model="gpt-4o",
            messages=[{"role": "user", "content": "Tell me"}],
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert "Tell me" in "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1])
    assert chunks[-1].usage
    assert chunks[-1].choices == []
    assert up.responses[-1].body.endswith(b"data: [DONE]\n\n")
    assert up.responses[-1].ended == "complete"


@pytest.mark.parametrize("streamed", [False, True])
def test_a_chat_calls_a_tool_and_then_answers(client: Any, streamed: bool) -> None:
    tool = {"type": "function", "function": {"name": "get_weather", "parameters": WEATHER}}
    messages: list[object] = [{"role": "user", "content": "What is the weather?"}]
    asked = {"model": "gpt-4o", "tools": [tool], "messages": messages}
    if streamed:
        with client.chat.completions.stream(**asked) as events:
            message = events.get_final_completion().choices[0].message
    else:
        message = client.chat.completions.create(**asked).choices[0].message
    assert message.tool_calls
    called = message.tool_calls[0]
    assert called.function.arguments == '{"city":"Paris","days":0}'
    messages += [
        {"role": "assistant", "tool_calls": [called.to_dict()]},
        {"role": "tool", "tool_call_id": called.id, "content": "sunny"},
    ]
    answer = client.chat.completions.create(**asked)
    assert answer.choices[0].finish_reason == "stop"


def test_the_prompt_cache_matches_real_prefixes_in_steps_of_128(client: Any) -> None:
    def cached(system: str) -> int:
        made = client.chat.completions.create(
            model="gpt-4o",
            messages=[{"role": "system", "content": system}, {"role": "user", "content": "Hi"}],
        )
        return int(made.usage.prompt_tokens_details.cached_tokens)

    long = "".join(f"rule {number:04} " for number in range(600))
    assert cached(long) == 0
    assert cached(long + "more") == len(long) // 4 // 128 * 128
    assert cached("x" + long) == 0
    assert cached(long[: 1023 * 4]) == 0


def test_writes_are_counted_from_gpt_5_6_on(client: Any) -> None:
    messages = [{"role": "user", "content": "word " * 2000}]
    usages = [client.responses.create(model="gpt-5.6-sol", input=messages).usage for _ in range(2)]
    details = [usage.input_tokens_details for usage in usages]
    assert (details[0].cached_tokens, details[0].cache_write_tokens) == (0, 2500)
    assert (details[1].cached_tokens, details[1].cache_write_tokens) == (2500, 0)


@pytest.mark.parametrize("streamed", [False, True])
def test_a_stored_response_is_continued_and_its_whole_chain_is_billed(client: Any, streamed: bool) -> None:
    first = client.responses.create(model="gpt-5", input="My name is Ada")
    arguments = {"model": "gpt-5", "input": "Who am I?", "previous_response_id": first.id}
    if streamed:
        with client.responses.stream(**arguments) as events:
            kinds = [event.type for event in events]
            second = events.get_final_response()
        assert kinds[:3] == ["response.created", "response.in_progress", "response.output_item.added"]
        assert kinds[-1] == "response.completed"
    else:
        second = client.responses.create(**arguments)
    assert second.usage.input_tokens == first.usage.total_tokens + 3
    assert client.responses.retrieve(second.id).output_text == second.output_text


def test_a_response_that_was_not_stored_cannot_be_continued(client: Any) -> None:
    first = client.responses.create(model="gpt-5", input="Hi", store=False)
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model="gpt-5", input="Hi", previous_response_id=first.id)
    assert caught.value.code == "previous_response_not_found"


def test_a_conversation_keeps_the_items_of_its_responses(client: Any) -> None:
    conversation = client.conversations.create()
    first = client.responses.create(model="gpt-5", input="One", conversation=conversation.id)
    second = client.responses.create(model="gpt-5", input="Two", conversation=conversation.id)
    assert second.usage.input_tokens == first.usage.total_tokens + 1
    assert len(client.conversations.items.list(conversation.id).data) == 4


def test_a_response_streams_reasoning_and_function_arguments(client: Any) -> None:
    tool = {"type": "function", "name": "get_weather", "parameters": WEATHER, "strict": False}
    with client.responses.stream(
        model="gpt-5",
        input="weather please",
        tools=[tool],
        reasoning={"effort": "low"},
    ) as events:
        kinds = {event.type for event in events}
        made = events.get_final_response()
    assert "response.function_call_arguments.delta" in kinds
    assert "response.reasoning_summary_text.delta" in kinds
    assert [item.type for item in made.output] == ["reasoning", "function_call"]
    assert made.usage.output_tokens_details.reasoning_tokens > 0


def test_a_conversation_is_compacted_into_one_opaque_item(client: Any) -> None:
    first = client.responses.create(model="gpt-5", input="A long story")
    compacted = client.responses.compact(model="gpt-5", previous_response_id=first.id)
    assert [item.type for item in compacted.output] == ["message", "compaction"]


@pytest.mark.parametrize(
    ("status", "error"),
    [(429, openai.RateLimitError), (500, openai.InternalServerError), (401, openai.AuthenticationError)],
)
def test_errors_arrive_as_the_sdk_knows_them(client: Any, status: int, error: type[openai.APIStatusError]) -> None:
    with pytest.raises(error) as caught:
        client.responses.create(
            model="gpt-5",
            input="Hi",
            extra_headers={"x-upstream-status": str(status), "x-upstream-retry-after": "7"},
        )
    assert caught.value.response.headers["retry-after"] == "7"


def test_a_fault_that_holds_once_is_retried_by_the_sdk(client: Any, up: Running) -> None:
    before = len(up.requests)
    made = client.with_options(max_retries=2).responses.create(
        model="gpt-5", input="retry me [[upstream status=500 times=1]]"
    )
    assert made.status == "completed"
    assert [response.status for response in up.responses[before:]] == [500, 200]


def test_the_token_limit_ends_a_response_as_incomplete(client: Any) -> None:
    made = client.responses.create(model="gpt-5", input="Talk", max_output_tokens=5)
    assert made.status == "incomplete"
    assert made.incomplete_details.reason == "max_output_tokens"
    assert made.usage.output_tokens <= 5


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_an_error_inside_a_stream_reaches_the_sdk(client: Any, api: str) -> None:
    create = client.chat.completions.create if api == "chat" else client.responses.create
    said = {"messages": [{"role": "user", "content": "Hi"}]} if api == "chat" else {"input": "Hi"}
    headers = {"x-upstream-error-after": "2"}
    with pytest.raises(openai.APIError):
        list(create(model="gpt-4o", stream=True, extra_headers=headers, **said))


def test_a_call_can_be_told_what_to_call_the_tool_with(client: Any) -> None:
    tools = [{"type": "function", "name": "weather", "parameters": WEATHER}]
    given = "[[upstream tool=weather tool-input=%7B%22city%22:%22Turku%22%7D]]"
    made = client.responses.create(model="gpt-5.1", input=given, tools=tools)
    assert made.output[0].arguments == '{"city":"Turku"}'


def test_codex_brings_its_tools_as_an_item_and_its_settings_last(client: Any) -> None:
    exec_tool = {"type": "namespace", "name": "functions", "tools": [{"type": "custom", "name": "exec"}]}
    items = [
        {"type": "additional_tools", "role": "developer", "tools": [exec_tool]},
        {"role": "user", "content": "[[upstream tool=exec tool-input=text%281%29]]"},
        {"type": "configuration_update", "reasoning": {"effort": "low"}},
    ]
    with client.responses.stream(model="gpt-6.1-sol", input=items) as stream:
        events = list(stream)
    [made] = events[-1].response.output
    assert (made.type, made.namespace, made.name, made.input) == ("custom_tool_call", "functions", "exec", "text(1)")
    deltas = [event.delta for event in events if event.type == "response.custom_tool_call_input.delta"]
    assert "".join(deltas) == "text(1)"
