"""Comparisons against providers that bill: what was promised of another way of calling, and that way really taken."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analytics.pricing.pricer import Pricer
from analytics.reporting import Selection
from analytics.store.database import Database
from analytics.whatif.comparison import Comparison, Line, compare
from analytics.whatif.traffic import load_traffic
from analytics.whatif.ways import AS_IT_WAS, IDEAL, LONGER, STATE, Options
from tests.analytics.caching.test_billing import TOOLS, Claude
from tests.analytics.caching.traffic import Json, Traffic, code, prose

type Wire = Callable[[str], Traffic]
OPTIONS = Options(keep=3, trim_after=2)


def compared(wire: Traffic, folder: Path, options: Options = OPTIONS) -> Comparison:
    """All calls of this traffic in every way."""
    folder.mkdir(exist_ok=True)
    wire.billed(folder)
    with Database(folder / "calls.duckdb").reading() as connection:
        return compare(load_traffic(connection, Selection()), Pricer(), options)


def line(found: Comparison, name: str) -> Line:
    [wanted] = [each for each in found.lines() if each.name == name]
    assert not wanted.unknown
    return wanted


def usd(found: Comparison, name: str) -> float:
    amount = line(found, name).usd
    assert amount
    return amount


def billed(found: Comparison) -> float:
    assert found.billed_usd
    assert not found.unpriced
    return found.billed_usd


def chat(wire: Traffic, name: str, turns: int, keep: int | None = None) -> None:
    """A chat over Chat Completions; with `keep` only the last so many turns of it are sent."""
    system: list[Json] = [{"role": "system", "content": prose(f"rules of {name}", 1200)}]
    messages: list[Json] = []
    for number in range(turns):
        messages.append({"role": "user", "content": code(f"file {number}", 60)})
        sent = messages[-(2 * keep - 1) :] if keep else messages
        body = {"model": "gpt-4o", "messages": [*system, *sent]}
        made = wire.post("/v1/chat/completions", body)
        messages.append({"role": "assistant", "content": made["choices"][0]["message"]["content"]})
        wire.wait(20)


LEFT_OUT = "(an old result, left out of the history)"


def agent(wire: Traffic, name: str, turns: int, trimmed_after: int | None = None) -> None:
    """An agent that reads a file each turn, and marks its instructions and the end of every request."""
    mark = {"cache_control": {"type": "ephemeral"}}
    system = [{"type": "text", "text": prose(f"rules of {name}", 900), **mark}]
    body = {"model": "claude-sonnet-4-5", "max_tokens": 300, "system": system, "tools": TOOLS}
    results: list[Json] = []
    for number in range(turns):
        messages: list[Json] = [{"role": "user", "content": [{"type": "text", "text": prose("task", 60)}]}]
        for at, result in enumerate(results):
            old = trimmed_after is not None and at < number - trimmed_after
            called = {"type": "tool_use", "id": result["tool_use_id"], "name": "read", "input": {"path": f"{at}.py"}}
            shown = {**result, "content": LEFT_OUT} if old else dict(result)
            messages += [{"role": "assistant", "content": [called]}, {"role": "user", "content": [shown]}]
        messages[-1]["content"][-1] |= mark
        wire.post("/v1/messages", {**body, "messages": messages})
        content = code(f"file {number}", 90)
        results.append({"type": "tool_result", "tool_use_id": f"toolu_{number:04}", "content": content})
        wire.wait(20)


def test_what_happened_is_reproduced_and_ideal_caching_is_no_dearer(traffic: Wire, tmp_path: Path) -> None:
    wire = traffic("https://api.anthropic.com")
    talk = Claude(wire, "talk")
    for number in range(10):
        talk.turn(code(f"file {number}", 60))
        wire.wait(400 if number % 3 == 0 else 20)
    found = compared(wire, tmp_path / "calls")
    assert usd(found, AS_IT_WAS) == pytest.approx(billed(found), rel=0.01)
    assert usd(found, IDEAL) <= usd(found, LONGER) + 1e-9 < usd(found, AS_IT_WAS)


def test_marks_that_nobody_set_are_found_to_pay(traffic: Wire, tmp_path: Path) -> None:
    def talked(marked: bool) -> Comparison:
        wire = traffic("https://api.anthropic.com")
        talk = Claude(wire, "unmarked", system=prose("rules", 900))
        if not marked:
            talk.mark = {}
            talk.system = [{"type": "text", "text": prose("rules", 900)}]
        for number in range(8):
            last: Json = {"type": "text", "text": code(f"file {number}", 60), **talk.mark}
            messages = [*talk.messages, {"role": "user", "content": [last]}]
            body = {"model": "claude-sonnet-4-5", "max_tokens": 300, "system": talk.system, "tools": TOOLS}
            made = wire.post("/v1/messages", {**body, "messages": messages})
            last.pop("cache_control", None)
            talk.messages = [*messages, {"role": "assistant", "content": made["content"]}]
            wire.wait(30)
        return compared(wire, tmp_path / str(marked))

    without, with_marks = talked(False), talked(True)
    promised = line(without, IDEAL).change_usd
    assert promised
    assert promised == pytest.approx(billed(with_marks) - billed(without), rel=0.05)


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_state_costs_what_the_provider_bills_when_it_keeps_the_history(traffic: Wire, tmp_path: Path, api: str) -> None:
    def responses(wire: Traffic, stateful: bool) -> None:
        items: list[Json] = []
        state: Json = {}
        for number in range(8):
            added = {"role": "user", "content": code(f"file {number}", 60)}
            items = [added] if stateful else [*items, added]
            body: dict[str, Any] = {"model": "gpt-4o", "instructions": prose("rules", 1200), "input": items, **state}
            made = wire.post("/v1/responses", body)
            items = [*items, *made["output"]]
            state = {"previous_response_id": made["id"]} if stateful else {}
            wire.wait(20)

    whole, kept = traffic("https://api.openai.com"), traffic("https://api.openai.com")
    if api == "chat":
        chat(whole, "state", 8)
    else:
        responses(whole, stateful=False)
    promised = compared(whole, tmp_path / "whole")
    responses(kept, stateful=True)
    assert usd(promised, STATE) == pytest.approx(billed(compared(kept, tmp_path / "kept")), rel=0.05)


def test_the_last_turns_cost_what_they_cost_when_only_they_are_sent(traffic: Wire, tmp_path: Path) -> None:
    whole, window = traffic("https://api.openai.com"), traffic("https://api.openai.com")
    chat(whole, "window", 12)
    promised = compared(whole, tmp_path / "whole")
    chat(window, "window", 12, keep=OPTIONS.keep)
    realised = billed(compared(window, tmp_path / "window"))
    assert usd(promised, OPTIONS.last_turns) == pytest.approx(realised, rel=0.05)
    assert realised < 0.8 * billed(promised)


def test_trimmed_results_cost_what_they_cost_when_they_are_trimmed(traffic: Wire, tmp_path: Path) -> None:
    whole, trimmed = traffic("https://api.anthropic.com"), traffic("https://api.anthropic.com")
    agent(whole, "trimming", 12)
    promised = compared(whole, tmp_path / "whole")
    assert usd(promised, AS_IT_WAS) == pytest.approx(billed(promised), rel=0.01)
    agent(trimmed, "trimming", 12, trimmed_after=OPTIONS.trim_after)
    realised = billed(compared(trimmed, tmp_path / "trimmed"))
    assert usd(promised, OPTIONS.trimmed) == pytest.approx(realised, rel=0.05)
    # Moving the place of the cut with every turn breaks the cache: it does not pay here, and that is said.
    assert usd(promised, OPTIONS.trimmed) > billed(promised)
