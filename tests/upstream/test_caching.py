"""The upstream's prompt caches and state, at their boundaries, in its own counts: four bytes are a token."""

import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.upstream import Running, upstream

type Json = dict[str, Any]


@pytest.fixture(scope="module")
def up() -> Iterator[Running]:
    with upstream() as running:
        yield running


@pytest.fixture
def http(up: Running, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A client of an organisation of its own, so that no test meets another's cache."""
    trust = ssl.create_default_context(cafile=str(up.ca_pem))
    headers = {"authorization": f"Bearer {request.node.name}"}
    with httpx.Client(verify=trust, base_url=up.base_url, headers=headers) as client:
        yield client


def text(name: str, tokens: int) -> str:
    return (name + " ").ljust(tokens * 4, "x")


def posted(http: httpx.Client, path: str, body: Json) -> Json:
    answer = http.post(path, json=body)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def claude(http: httpx.Client, parts: list[Json], **more: Any) -> tuple[int, int]:
    """Tokens read and written."""
    body = {"model": "claude-sonnet-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": parts}], **more}
    usage = posted(http, "/v1/messages", body)["usage"]
    return usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]


def part(name: str, tokens: int = 100, mark: str | None = None) -> Json:
    control = {"cache_control": {"type": "ephemeral", "ttl": mark}} if mark else {}
    return {"type": "text", "text": text(name, tokens), **control}


def gpt(http: httpx.Client, body: Json, model: str = "gpt-5.6-sol", **more: Any) -> tuple[int, Json]:
    """Tokens read, and the writes by lifetime that are not 0."""
    asked = {"model": model, "input": [{"role": "user", **body}], **more}
    details = posted(http, "/v1/responses", asked)["usage"]["input_tokens_details"]
    split = details.get("cache_write_tokens_details", {})
    return details["cached_tokens"], {name: tokens for name, tokens in split.items() if tokens}


@pytest.mark.parametrize(("tokens", "read"), [(1023, 0), (1024, 1024)])
def test_claude_caches_from_its_minimum_on(http: httpx.Client, tokens: int, read: int) -> None:
    parts = [part(str(tokens), tokens, "5m")]
    assert [claude(http, parts), claude(http, parts)] == [(0, read), (read, 0)]


@pytest.mark.parametrize(("added", "read"), [(19, 2000), (20, 0)])
def test_claude_looks_back_over_twenty_blocks(http: httpx.Client, added: int, read: int) -> None:
    first = [part("start", 2000)]
    claude(http, [{**first[0], "cache_control": {"type": "ephemeral"}}])
    more = [part(str(number), 1) for number in range(added - 1)]
    assert claude(http, [*first, *more, part("end", 1, "5m")])[0] == read


def test_a_run_of_tool_calls_is_one_block_of_claudes_lookback(http: httpx.Client) -> None:
    start = {"role": "user", "content": [part("start", 2000, "5m")]}
    calls = [{"type": "tool_use", "id": f"t{i}", "name": "f", "input": {"i": i}} for i in range(15)]
    results: list[Json] = [{"type": "tool_result", "tool_use_id": f"t{i}", "content": f"r{i}"} for i in range(15)]
    results[-1]["cache_control"] = {"type": "ephemeral"}
    body: Json = {"model": "claude-sonnet-4-5", "max_tokens": 9, "messages": [start]}
    posted(http, "/v1/messages", body)
    turns = [{"role": "assistant", "content": calls}, {"role": "user", "content": results}]
    usage = posted(http, "/v1/messages", body | {"messages": [start, *turns]})["usage"]
    assert usage["cache_read_input_tokens"] == 2000


def test_claude_keeps_the_tools_when_the_system_text_changes_and_both_when_tool_choice_does(
    http: httpx.Client,
) -> None:
    marked = {"cache_control": {"type": "ephemeral"}}
    tool = {"name": text("f", 1200), "input_schema": {}, **marked}

    def ask(system: str, choice: str) -> int:
        blocks = [{"type": "text", "text": text(system, 800), **marked}]
        more = {"system": blocks, "tools": [tool], "tool_choice": {"type": choice}}
        return claude(http, [part("hello", 500, "5m")], **more)[0]

    cold, same = ask("a", "auto"), ask("a", "auto")
    system, choice = ask("b", "auto"), ask("a", "none")
    assert cold == 0
    assert same == choice + 500 == system + 1300


def test_claudes_longer_lifetime_comes_first_and_outlives_the_other(http: httpx.Client, up: Running) -> None:
    parts = [part("long", 1500, "1h"), part("short", 500, "5m")]
    assert claude(http, parts) == (0, 2000)
    up.advance(301)
    assert claude(http, parts) == (1500, 500)
    body = {"model": "claude-sonnet-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": parts[::-1]}]}
    assert http.post("/v1/messages", json=body).status_code == 400


def test_nobody_reads_another_organisations_cache(http: httpx.Client) -> None:
    parts = [part("shared", 2000, "5m")]
    claude(http, parts)
    http.headers["authorization"] = "Bearer another"
    assert claude(http, parts) == (0, 2000)


def test_gpt_before_5_6_keeps_as_long_as_the_model_and_the_request_say(http: httpx.Client, up: Running) -> None:
    def ask(model: str, **more: Any) -> int:
        return gpt(http, {"content": text(f"{model}{more}", 2048)}, model, **more)[0]

    kept = {"prompt_cache_retention": "in_memory"}
    assert [ask("gpt-4o"), ask("gpt-5"), ask("gpt-5", **kept)] == [0, 0, 0]
    up.advance(301)
    assert [ask("gpt-4o"), ask("gpt-5"), ask("gpt-5", **kept)] == [0, 2048, 0]
    up.advance(86401)
    assert ask("gpt-5") == 0


@pytest.mark.parametrize(
    "other", [{"prompt_cache_key": "b"}, {"reasoning": {"effort": "high"}}, {"service_tier": "flex"}]
)
def test_another_key_or_setting_has_another_cache(http: httpx.Client, other: Json) -> None:
    said = {"content": text("keyed", 2000)}
    assert gpt(http, said, prompt_cache_key="a") == (0, {"ttl_30m_tokens": 2000})
    assert gpt(http, said, **({"prompt_cache_key": "a"} | other))[0] == 0
    assert gpt(http, said, prompt_cache_key="a") == (2000, {})


def test_a_setting_that_changes_no_prompt_keeps_the_cache(http: httpx.Client) -> None:
    said = {"content": text("same", 2000)}
    assert gpt(http, said)[0] == 0
    assert gpt(http, said, reasoning={"summary": "auto"}, temperature=0.5, max_output_tokens=50)[0] == 2000


def test_gpt_5_6_writes_for_the_lifetime_that_is_asked_for(http: httpx.Client, up: Running) -> None:
    def ask(**options: str) -> tuple[int, Json]:
        more: Json = {"prompt_cache_options": options} if options else {}
        return gpt(http, {"content": text(f"kept{options}", 2000)}, **more)

    assert [ask(), ask(ttl="12h")] == [(0, {"ttl_30m_tokens": 2000}), (0, {"ttl_12h_tokens": 2000})]
    up.advance(1801)
    assert [ask()[0], ask(ttl="12h")[0]] == [0, 2000]


def test_gpt_5_6_in_explicit_mode_caches_what_is_marked_only(http: httpx.Client) -> None:
    plain: Json = {"type": "input_text", "text": text("document", 1500)}
    marked = plain | {"prompt_cache_breakpoint": {"mode": "explicit"}}
    question: Json = {"type": "input_text", "text": text("question", 300)}
    more: Json = {"prompt_cache_options": {"mode": "explicit"}}
    assert gpt(http, {"content": [plain, question]}, **more) == (0, {})
    assert gpt(http, {"content": [marked, question]}, **more) == (0, {"ttl_30m_tokens": 1500})
    assert gpt(http, {"content": [marked, question]}, **more) == (1500, {})


def test_deepseek_reads_whole_units_only(http: httpx.Client) -> None:
    def ask(question: str) -> int:
        messages = [{"role": "system", "content": text("report", 800)}, {"role": "user", "content": question}]
        usage = posted(http, "/chat/completions", {"model": "deepseek-chat", "messages": messages})["usage"]
        assert usage["prompt_cache_hit_tokens"] + usage["prompt_cache_miss_tokens"] == usage["prompt_tokens"]
        return int(usage["prompt_cache_hit_tokens"])

    assert [ask("one"), ask("two"), ask("three")] == [0, 0, 800]


def test_a_response_expires_after_thirty_days(http: httpx.Client, up: Running) -> None:
    first = posted(http, "/v1/responses", {"model": "gpt-5", "input": "Hello"})
    following = {"model": "gpt-5", "input": "More", "previous_response_id": first["id"]}
    assert http.post("/v1/responses", json=following).status_code == 200
    up.advance(30 * 86400 + 1)
    gone = http.post("/v1/responses", json=following)
    assert (gone.status_code, gone.json()["error"]["code"]) == (400, "previous_response_not_found")


def test_an_interaction_is_continued_and_counts_its_own_input(http: httpx.Client, up: Running) -> None:
    asked: Json = {"model": "gemini-2.5-flash", "input": text("name", 200), "system_instruction": text("brief", 50)}
    first = posted(http, "/v1beta/interactions", asked)
    assert (first["status"], first["usage"]["total_input_tokens"]) == ("completed", 250)
    following = {"model": "gemini-2.5-flash", "input": text("more", 10), "previous_interaction_id": first["id"]}
    second = posted(http, "/v1beta/interactions", following)
    assert second["usage"]["total_input_tokens"] == 10
    assert retrieved(http, second["id"])["steps"] == second["steps"]
    up.advance(55 * 86400 + 1)
    assert http.post("/v1beta/interactions", json=following).status_code == 404


def retrieved(http: httpx.Client, interaction_id: str) -> Json:
    found: Json = http.get(f"/v1beta/interactions/{interaction_id}").json()
    return found


def test_an_interaction_that_is_not_stored_cannot_be_continued(http: httpx.Client) -> None:
    first = posted(http, "/v1beta/interactions", {"model": "gemini-2.5-flash", "input": "Hi", "store": False})
    following = {"model": "gemini-2.5-flash", "input": "Hi", "previous_interaction_id": first["id"]}
    assert http.post("/v1beta/interactions", json=following).status_code == 404


def test_an_interaction_streams_its_steps(http: httpx.Client) -> None:
    tool = {"type": "function", "name": "weather", "parameters": {"properties": {"city": {"type": "string"}}}}
    body = {"model": "gemini-2.5-flash", "input": "weather?", "tools": [tool], "stream": True}
    events = http.post("/v1beta/interactions", json=body).text
    assert '"event_type":"step.delta"' in events
    assert '"status":"requires_action"' in events
    assert events.count("event: interaction.completed") == 1
