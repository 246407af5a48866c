"""Tools and blocks that were sent again and again: their tokens and what these cost."""

from dataclasses import replace

import pytest

from benchmarks.scenarios.call import Call, Said, Tokens, assistant, tool_call, tool_result, user
from benchmarks.scenarios.examined import Row, examined
from benchmarks.scenarios.unused_tools import HITS

LIST = "".join(f"{number};{number * 37 % 200};{number * 13 % 90}.50\n" for number in range(500))


def found(name: str, calls: tuple[Call, ...]) -> Row:
    [row] = [row for row in examined(calls) if row["finding"] == name]
    return row


def test_unused_tools_are_read_from_the_cache_before_anything_else_is() -> None:
    [loop] = [scenario.calls for scenario in HITS if "anthropic" in scenario.name and "one of six" in scenario.name]
    half = tuple(replace(call, usage=Tokens(4_000, 20, read=3_500 if call.at else 0)) for call in loop)
    row = found("unused_tools", half)
    each = row["evidence"]["tokens_per_call"]
    assert 1_000 < each < 3_500
    # claude-sonnet-4-5: 3 USD for a million tokens, 0.30 where they are read from the cache.
    assert row["usd"] == pytest.approx(each * (3 + 0.3 * (len(loop) - 1)) / 1e6)


def test_what_tools_come_to_is_taken_from_the_call_with_the_least_beside_them() -> None:
    [loop] = [scenario.calls for scenario in HITS if "openai.chat one of six" in scenario.name]
    # The provider counts digits by threes; the last result weighs much less there than it does by the encoding here.
    last = replace(loop[-1], said=(*loop[-1].said, user(LIST)), usage=Tokens(loop[-1].tokens.input + 100))
    before, after = (found("unused_tools", calls)["evidence"] for calls in (loop, (*loop[:-1], last)))
    assert after["tokens_per_call"] == before["tokens_per_call"]


def test_a_block_is_no_heavier_than_what_was_new_in_the_call_that_brought_it() -> None:
    said: tuple[Said, ...] = (
        user("What is on the shelves?"),
        tool_call("stock", "c1"),
        tool_result("stock", "c1", LIST),
    )
    calls = [Call("openai.chat", 0, said[:1], said[1:2], tools={"stock": "The list."}, usage=Tokens(1_000))]
    for turn in range(1, 6):
        # The list is 2,000 tokens by the provider's count, and more by the encoding here.
        used = Tokens(1_000 + 20 + 2_000 + 40 * (turn - 1))
        calls.append(Call("openai.chat", turn * 9.0, said, tools={"stock": "The list."}, usage=used))
        said = (*said, *calls[-1].reply, user(f"And number {turn}?"), assistant("Yes."), user("Good."))
    row = found("heavy_block", tuple(calls))
    assert row["evidence"]["block_tokens"] == 2_000
    assert row["evidence"]["times"] == 4
