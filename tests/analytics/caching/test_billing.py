"""The simulators against providers that keep caches of their own: through a real proxy, collected, and loaded back."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from analytics.caching.bill import Course, course, input_cost, total
from analytics.caching.billed import BilledCall, as_billed
from analytics.caching.call import AS_IT_WAS, Policy
from analytics.pricing.pricer import Pricer
from tests.analytics.caching.traffic import Json, Traffic, code, prose
from tests.rig import Rig

PRICER = Pricer()
NUMBERS = count()


@pytest.fixture
def traffic(rig: Rig) -> Iterator[Callable[[str], Traffic]]:
    """Traffic to a provider's own address, with a key of its own."""
    rig.settle()
    with rig.client(base_url="", headers={"authorization": f"Bearer key-{next(NUMBERS)}"}) as client:
        yield lambda base_url: Traffic(rig, base_url, client)


def as_simulated(calls: list[BilledCall], policy: Policy = AS_IT_WAS) -> Course:
    by_id = {billed.call.call_id: billed for billed in calls}
    return course([each.call for each in calls], policy, lambda call: by_id[call.call_id].rates(PRICER))


def paid(calls: list[BilledCall]) -> float:
    usd = total(billed.paid.usd for billed in calls)
    assert usd
    return usd


def assert_reproduced(calls: list[BilledCall]) -> None:
    """The simulated bill is the real one within 1 %, and what each call read and wrote within 5 % of its input."""
    simulated = as_simulated(calls)
    assert simulated.usd == pytest.approx(paid(calls), rel=0.01)
    for billed, outcome in zip(calls, simulated.outcomes, strict=True):
        reported, whole = as_billed(billed), billed.call.input_tokens
        assert outcome.read == pytest.approx(reported.read, abs=0.05 * whole), outcome
        assert outcome.written == pytest.approx(reported.written, abs=0.05 * whole), outcome
        assert input_cost(reported, billed.rates(PRICER), billed.call.rule).usd == pytest.approx(billed.paid.usd)


TOOLS: list[Json] = [
    {"name": name, "description": prose(name, 150), "input_schema": {"type": "object", "properties": {"path": {}}}}
    for name in ("read", "write", "search", "execute")
]


class Claude:
    """An agent that marks its instructions and the end of every request."""

    def __init__(self, traffic: Traffic, name: str, ttl: str = "5m", system: str = "") -> None:
        self.traffic, self.mark = traffic, {"cache_control": {"type": "ephemeral", "ttl": ttl}}
        self.system = [{"type": "text", "text": system or prose("rules", 900), **self.mark}]
        self.messages: list[Json] = [{"role": "user", "content": prose(name, 200)}]

    def turn(self, added: str, **more: Any) -> None:
        last = {"type": "text", "text": added, **self.mark}
        messages = [*self.messages, {"role": "user", "content": [last]}]
        body = {"model": "claude-sonnet-4-5", "max_tokens": 300, "system": self.system, "tools": TOOLS, **more}
        made = self.traffic.post("/v1/messages", body | {"messages": messages})
        del last["cache_control"]
        self.messages = [*messages, {"role": "assistant", "content": made["content"]}]


def test_marked_conversations_are_billed_as_simulated(traffic: Callable[[str], Traffic], tmp_path: Path) -> None:
    wire = traffic("https://api.anthropic.com")
    first, second = Claude(wire, "first"), Claude(wire, "second")
    for number in range(12):
        first.turn(code(f"file {number}", 30 * (number % 4)))
        wire.wait(20)
        if number % 3 == 0:
            second.turn(prose(f"question {number}", 120), tool_choice={"type": "none" if number > 5 else "auto"})
    wire.wait(301)
    first.turn(prose("after a pause", 60))
    first.system[0]["text"] = prose("other rules", 900)
    first.turn(prose("with other rules", 60))
    first.messages[2]["content"] = prose("edited", 90)
    first.turn(prose("with an edit", 60))
    calls = wire.billed(tmp_path)
    assert_reproduced(calls)


def test_the_longer_lifetime_costs_what_it_is_simulated_to_cost(
    traffic: Callable[[str], Traffic], tmp_path: Path
) -> None:
    def converse(ttl: str, folder: Path) -> list[BilledCall]:
        wire = traffic("https://api.anthropic.com")
        agent = Claude(wire, f"pauses {ttl}", ttl, prose(f"rules for {ttl}", 900))
        for number in range(10):
            agent.turn(code(f"file {number}", 60))
            wire.wait(400)
        folder.mkdir()
        return wire.billed(folder)

    short, long = converse("5m", tmp_path / "5m"), converse("1h", tmp_path / "1h")
    assert_reproduced(long)
    promised = paid(short) - (as_simulated(short, Policy(ttl="1h")).usd or 0)
    realised = paid(short) - paid(long)
    assert realised > 0
    assert promised == pytest.approx(realised, rel=0.05)


def test_claude_codes_first_line_is_no_part_of_what_is_cached(
    traffic: Callable[[str], Traffic], tmp_path: Path
) -> None:
    wire = traffic("https://api.anthropic.com")
    agent = Claude(wire, "stamped")
    rules = agent.system
    for number in range(4):
        agent.system = [{"type": "text", "text": f"x-anthropic-billing-header: cch={number};"}, *rules]
        agent.turn(prose(f"question {number}", 100))
    calls = wire.billed(tmp_path)
    assert_reproduced(calls)
    assert all(outcome.read > 2000 for outcome in as_simulated(calls).outcomes[1:])


def test_threads_are_billed_as_simulated(traffic: Callable[[str], Traffic], tmp_path: Path) -> None:
    wire = traffic("https://api.anthropic.com")
    thread: Json = {"thread": {"type": "create"}, "system": prose("rules", 1500), "tools": TOOLS}
    for number in range(6):
        said = [{"role": "user", "content": code(f"file {number}", 60)}]
        mark = {"cache_control": {"type": "ephemeral"}}
        body = {"model": "claude-sonnet-4-5", "max_tokens": 300, "messages": said, **mark, **thread}
        made = wire.post("/v1/messages", body)
        thread = {"thread": {"type": "continue", "previous_message_id": made["id"]}}
        wire.wait(60)
    calls = wire.billed(tmp_path)
    assert_reproduced(calls)
    assert all(outcome.read > 2000 for outcome in as_simulated(calls).outcomes[1:])


def test_a_call_whose_server_side_history_was_not_seen_is_left_out(
    traffic: Callable[[str], Traffic], tmp_path: Path
) -> None:
    wire = traffic("https://api.openai.com")
    first = wire.post("/v1/responses", {"model": "gpt-5.6-sol", "input": prose("unseen", 1500)})
    wire.rig.records(1)
    wire.ahead.clear()
    known = wire.post("/v1/responses", {"model": "gpt-5.6-sol", "input": prose("seen", 1500)})
    for previous in (first, known):
        body = {"model": "gpt-5.6-sol", "input": prose("more", 50), "previous_response_id": previous["id"]}
        wire.post("/v1/responses", body)
    assert [billed.call.prompt.depth for billed in wire.billed(tmp_path, missing=1)] == [1, 3]


def test_automatic_caches_are_billed_as_simulated(traffic: Callable[[str], Traffic], tmp_path: Path) -> None:
    wire = traffic("https://api.openai.com")
    messages: list[Json] = [{"role": "system", "content": prose("rules", 1500)}]
    for number in range(14):
        messages.append({"role": "user", "content": code(f"file {number}", 40)})
        made = wire.post("/v1/chat/completions", {"model": "gpt-4o", "messages": messages})
        messages.append({"role": "assistant", "content": made["choices"][0]["message"]["content"]})
        wire.wait(301 if number == 7 else 30)
    assert_reproduced(wire.billed(tmp_path))


@pytest.mark.parametrize("stateful", [False, True])
def test_implicit_breakpoints_are_billed_as_simulated(
    traffic: Callable[[str], Traffic], tmp_path: Path, stateful: bool
) -> None:
    wire = traffic("https://api.openai.com")
    items: list[Json] = []
    state: Json = {}
    for number in range(10):
        added = {"role": "user", "content": code(f"file {number} {stateful}", 90)}
        items = [added] if stateful else [*items, added]
        body = {"model": "gpt-5.6-sol", "instructions": prose("rules", 1500), "input": items, **state}
        made = wire.post("/v1/responses", body)
        items = [*items, *made["output"]]
        state = {"previous_response_id": made["id"]} if stateful else {}
        wire.wait(1801 if number == 5 else 60)
    assert_reproduced(wire.billed(tmp_path))


def test_units_are_billed_as_simulated(traffic: Callable[[str], Traffic], tmp_path: Path) -> None:
    wire = traffic("https://api.deepseek.com")
    for conversation in range(4):
        messages: list[Json] = [{"role": "system", "content": prose("rules", 800)}]
        for number in range(5):
            messages.append({"role": "user", "content": prose(f"{conversation} {number}", 100)})
            made = wire.post("/chat/completions", {"model": "deepseek-chat", "messages": messages})
            messages.append({"role": "assistant", "content": made["choices"][0]["message"]["content"]})
    assert_reproduced(wire.billed(tmp_path))


def test_gemini_is_billed_as_simulated(traffic: Callable[[str], Traffic], tmp_path: Path) -> None:
    wire = traffic("https://generativelanguage.googleapis.com")
    contents: list[Json] = []
    for number in range(8):
        contents.append({"role": "user", "parts": [{"text": code(f"file {number}", 120)}]})
        body = {"contents": contents, "systemInstruction": {"parts": [{"text": prose("rules", 900)}]}}
        made = wire.post("/v1beta/models/gemini-2.5-flash:generateContent", body)
        contents.append(made["candidates"][0]["content"])
    assert_reproduced(wire.billed(tmp_path))
