"""What holds for any traffic, whatever is left out of it."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.caching.call import Call, Mark
from analytics.caching.rulers import Rulers
from analytics.caching.simulation import simulate
from analytics.whatif.cuts import Trim, Window, blocks, turn_start
from tests.analytics.caching.conversations import NAMES, Client

TURN = st.sampled_from(
    [
        ["assistant:said:50", "user:asked:70"],
        ["tool_call:read", "tool_result:file:900"],
        ["thinking:thought", "tool_call:read", "tool_call:search", "tool_result:file:900", "tool_result:found:300"],
        ["assistant:done", "user:next:20", "image:seen:600"],
    ]
)


@st.composite
def talk(draw: st.DrawFn) -> list[Call]:
    """A conversation that goes on, with marks at the ends of its requests."""
    client = Client(draw(st.sampled_from(sorted(NAMES))))
    history = ["user:task:500"]
    calls = []
    for number, turn in enumerate(draw(st.lists(TURN, min_size=1, max_size=10))):
        system = ["tools:t", "system:s:1100"]
        more: dict[str, Any] = {"marks": [(2,), (2 + len(history),)], "tokens": 2 * (1200 + sum(map(weight, history)))}
        calls.append(client.call(60.0 * number, history, system, **more))
        history = [*history, *(f"{part.split(':')[0]}:{number} {part.split(':')[1]}:{weight(part)}" for part in turn)]
    return calls


def weight(block: str) -> int:
    parts = block.split(":")
    return int(parts[2]) if len(parts) > 2 else 100


def cut(calls: list[Call], how: Window | Trim) -> list[Call]:
    rulers = Rulers()
    return [how(call, rulers.measure(call)) for call in calls]


@settings(max_examples=60, deadline=None)
@given(talk(), st.integers(1, 12))
def test_a_window_that_holds_everything_changes_no_outcome(calls: list[Call], more: int) -> None:
    made = cut(calls, Window(len(calls) + more))
    assert [call.input_tokens for call in made] == [call.input_tokens for call in calls]
    for before, after in zip(simulate(calls), simulate(made), strict=True):
        assert (before.read, before.writes, before.uncached) == (after.read, after.writes, after.uncached)


@settings(max_examples=60, deadline=None)
@given(talk(), st.integers(1, 4))
def test_the_tokens_are_those_of_the_blocks_that_stay(calls: list[Call], turns: int) -> None:
    for how in (Window(turns), Trim(turns)):
        for before, after in zip(calls, cut(calls, how), strict=True):
            # The tokens were made twice the weights.
            assert abs(after.input_tokens - 2 * after.prompt.weight) <= 4
            assert after.prompt.preamble is before.prompt.preamble


@settings(max_examples=60, deadline=None)
@given(talk(), st.integers(1, 4))
def test_a_window_keeps_its_turns_and_no_result_without_its_call(calls: list[Call], turns: int) -> None:
    for before, after in zip(calls, cut(calls, Window(turns)), strict=True):
        kinds = [block.kind for block in blocks(after.prompt.history)]
        assert kinds[0] == "user"
        assert kinds.count("tool_call") == kinds.count("tool_result")
        least = blocks(before.prompt.history, turn_start(before.prompt.history, turns).depth)
        assert blocks(after.prompt.history)[-len(least) :] == least


@settings(max_examples=60, deadline=None)
@given(talk(), st.integers(1, 4))
def test_marks_stay_behind_the_blocks_they_were_behind(calls: list[Call], turns: int) -> None:
    for how in (Window(turns), Trim(turns)):
        for before, after in zip(calls, cut(calls, how), strict=True):
            assert after.marks[-1].position == after.prompt.depth
            assert after.marks[0] == Mark(before.prompt.preamble.depth)


def test_only_results_older_than_the_last_turns_are_short() -> None:
    client = Client()
    history = ["user:task", "tool_call:a", "tool_result:a:900", "tool_call:b", "tool_result:b:900"]
    call = client.call(0.0, history, ["system:s:1000"])
    [made] = cut([call], Trim(1))
    assert [block.tokens for block in blocks(made.prompt.history)] == [100, 100, 12, 100, 900]
    assert made.input_tokens == call.input_tokens - 888
