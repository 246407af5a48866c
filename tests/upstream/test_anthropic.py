"""The real Anthropic SDK against the upstream: messages, cache, thinking, tools, threads, errors."""

import ssl
from collections.abc import Iterator
from typing import Any

import anthropic
import httpx2
import pytest

from tests.upstream import Running, upstream

MODEL = "claude-opus-5-5"
LONG = "".join(f"rule {number:04} " for number in range(300))


@pytest.fixture(scope="module")
def up() -> Iterator[Running]:
    with upstream() as running:
        yield running


# Any: the SDK's types are unions that would have to be narrowed at every step.
@pytest.fixture
def client(up: Running) -> Iterator[Any]:
    trust = ssl.create_default_context(cafile=str(up.ca_pem))
    with httpx2.Client(verify=trust) as http:
        yield anthropic.Anthropic(base_url=up.base_url, api_key="k", http_client=http, max_retries=0)


def ask(client: Any, **changes: Any) -> Any:
    arguments: dict[str, Any] = {"model": MODEL, "max_tokens": 500}
    return client.messages.create(**(arguments | {"messages": [user("Hello")]} | changes))


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def system(text: str, ttl: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text, "cache_control": {"type": "ephemeral", "ttl": ttl}}]


def test_a_message_costs_what_count_tokens_says(client: Any) -> None:
    made = ask(client, system="Be brief.")
    counted = client.messages.count_tokens(model=MODEL, system="Be brief.", messages=[user("Hello")])
    assert made.usage.input_tokens == counted.input_tokens == 5
    assert made.stop_reason == "end_turn"


def test_a_streamed_message_has_thinking_text_and_cumulative_usage(client: Any) -> None:
    with client.messages.stream(
        model=MODEL,
        max_tokens=500,
        thinking={"type": "adaptive"},
        messages=[user("Hello")],
    ) as events:
        kinds = [event.type for event in events]
        made = events.get_final_message()
    assert kinds[0] == "message_start"
    assert kinds[-1] == "message_stop"
    assert [block.type for block in made.content] == ["thinking", "text"]
    assert made.usage.output_tokens > 20


def test_a_tool_is_called_and_its_result_answered(client: Any) -> None:
    tool = {"name": "get_weather", "input_schema": {"type": "object", "properties": {"city": {}}}}
    messages: list[Any] = [user("the weather, please")]
    with client.messages.stream(model=MODEL, max_tokens=500, tools=[tool], messages=messages) as events:
        made = events.get_final_message()
    assert made.stop_reason == "tool_use"
    used = made.content[0]
    assert used.type == "tool_use"
    assert used.input == {"city": "Paris"}
    result = {"type": "tool_result", "tool_use_id": used.id, "content": "sunny"}
    messages += [made.to_param(), {"role": "user", "content": [result]}]
    assert ask(client, tools=[tool], messages=messages).stop_reason == "end_turn"


def test_the_cache_is_written_read_refreshed_and_expires(client: Any, up: Running) -> None:
    def usage(ttl: str) -> tuple[int, int]:
        spent = ask(client, system=system(LONG, ttl)).usage
        total = spent.input_tokens + spent.cache_creation_input_tokens + spent.cache_read_input_tokens
        assert total == len(LONG) // 4 + 2
        return spent.cache_creation_input_tokens, spent.cache_read_input_tokens

    prefix = len(LONG) // 4
    assert usage("5m") == (prefix, 0)
    assert usage("5m") == (0, prefix)
    up.advance(200)
    assert usage("5m") == (0, prefix)
    up.advance(200)
    assert usage("5m") == (0, prefix), "a read refreshes the lifetime"
    up.advance(301)
    assert usage("1h") == (prefix, 0)
    up.advance(3000)
    assert usage("1h") == (0, prefix)


def test_a_growing_conversation_writes_only_what_is_new(client: Any) -> None:
    marked = {"type": "ephemeral"}
    first = ask(client, messages=[user("growing " + LONG)], cache_control=marked)
    messages = [user("growing " + LONG), first.to_param(), user("next question")]
    second = ask(client, messages=messages, cache_control=marked)
    assert second.usage.cache_read_input_tokens == first.usage.cache_creation_input_tokens
    assert second.usage.cache_creation_input_tokens == first.usage.output_tokens + 4
    assert second.usage.input_tokens == 0


def test_a_short_prompt_is_not_cached(client: Any) -> None:
    spent = ask(client, system=system("short", "5m")).usage
    assert (spent.cache_creation_input_tokens, spent.cache_read_input_tokens) == (0, 0)


def test_a_thread_is_continued_once_without_its_history(client: Any) -> None:
    def turn(text: str, thread: dict[str, str], **more: Any) -> Any:
        return client.beta.messages.create(
            model=MODEL,
            max_tokens=500,
            messages=[user(text)],
            extra_body={"thread": thread, **more},
        )

    first = turn("Hello", {"type": "create"}, system="Be brief.")
    following = {"type": "continue", "previous_message_id": first.id}
    second = turn("More", following)
    assert second.usage.input_tokens == first.usage.input_tokens + first.usage.output_tokens + 1
    with pytest.raises(anthropic.BadRequestError) as caught:
        turn("Again", following)
    assert caught.value.error_code == "thread_already_continued"


def test_a_thread_expires(client: Any, up: Running) -> None:
    first = ask(client, extra_body={"thread": {"type": "create"}})
    up.advance(301)
    thread = {"type": "continue", "previous_message_id": first.id}
    with pytest.raises(anthropic.NotFoundError) as caught:
        ask(client, extra_body={"thread": thread})
    assert caught.value.error_code == "thread_not_found"


def test_overload_arrives_as_status_and_inside_a_stream(client: Any) -> None:
    with pytest.raises(anthropic.APIStatusError) as caught:
        ask(client, extra_headers={"x-upstream-status": "529"})
    assert caught.value.status_code == 529
    with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
        list(ask(client, stream=True, extra_headers={"x-upstream-error-after": "1"}))


def test_what_claude_code_puts_around_a_conversation_breaks_neither_controls_nor_cache(client: Any) -> None:
    def turn(number: int) -> Any:
        header = {"type": "text", "text": f"x-anthropic-billing-header: cch={number};"}
        rules = {"type": "text", "text": LONG, "cache_control": {"type": "ephemeral"}}
        messages = [
            {"role": "user", "content": "[[upstream reply=Hello]]"},
            {"role": "system", "content": "# Environment"},
        ]
        return client.messages.create(model=MODEL, max_tokens=99, system=[header, rules], messages=messages)

    assert turn(1).content[0].text == "Hello"
    assert turn(2).usage.cache_read_input_tokens > 0
