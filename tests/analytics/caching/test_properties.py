"""What holds for any traffic under any rule."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.caching.call import Call, Outcome, Policy
from analytics.caching.simulation import simulate
from tests.analytics.caching.conversations import NAMES, Client

ADDED = st.lists(
    st.sampled_from(["user:a", "user:b:900", "assistant:c", "tool_call:d", "tool_result:e:2000"]), max_size=9
)


@st.composite
def traffic(draw: st.DrawFn) -> list[Call]:
    """Calls of some conversations that go on, fork, restart and change their instructions."""
    client = Client(draw(st.sampled_from(sorted(NAMES))))
    histories: list[list[str]] = [["user:start:1500"]]
    calls, at = [], 0.0
    for _ in range(draw(st.integers(1, 12))):
        at += draw(st.sampled_from([0, 1, 100, 299, 301, 1000, 4000]))
        history = [*draw(st.sampled_from(histories)), *draw(ADDED)]
        histories.append(history)
        system = draw(st.sampled_from([[], ["tools:t", "system:s:1100"], ["tools:t", "system:changed:1100"]]))
        calls.append(client.call(at, history, system, **_details(draw, len(history) + len(system), at)))
    return calls


def _details(draw: st.DrawFn, blocks: int, at: float) -> dict[str, Any]:
    marks = draw(st.lists(st.tuples(st.integers(1, blocks), st.sampled_from([None, "5m"])), max_size=4, unique=True))
    tokens = draw(st.one_of(st.none(), st.integers(0, 9000)))
    more: dict[str, Any] = {} if tokens is None else {"tokens": tokens}
    return more | {
        "marks": sorted(marks, key=lambda mark: mark[0]),
        "ready_at": at + draw(st.sampled_from([0, 2, 120])),
    }


def alive(calls: list[Call], outcomes: list[Outcome]) -> list[int]:
    """For each call the most that any cache could hold for it: the longest beginning that came within the lifetime."""
    found = []
    for number, call in enumerate(calls):
        longest = max((call.rule.ttls.values()), default=float("inf"))
        earlier = [other for other in calls[:number] if call.started_at - other.started_at <= longest]
        shared = [call.prompt.shared(other.prompt).weight for other in earlier]
        found.append(max(shared, default=0))
    return found


@settings(max_examples=80, deadline=None)
@given(traffic())
def test_the_classes_sum_to_the_input_and_none_is_negative(calls: list[Call]) -> None:
    for call, outcome in zip(calls, simulate(calls), strict=True):
        assert outcome.read + outcome.written + outcome.uncached == call.input_tokens
        assert min(outcome.read, outcome.uncached, *(tokens for _, tokens in outcome.writes), 0) == 0
        assert outcome.miss is None or outcome.miss.tokens >= 0


@settings(max_examples=80, deadline=None)
@given(traffic())
def test_nothing_is_read_that_was_not_sent_before(calls: list[Call]) -> None:
    plain = [call for call in calls if call.input_tokens == call.prompt.weight]
    outcomes = simulate(plain)
    for outcome, most in zip(outcomes, alive(plain, outcomes), strict=True):
        assert outcome.read <= outcome.reusable
        assert outcome.read <= most


@settings(max_examples=80, deadline=None)
@given(traffic())
def test_a_longer_lifetime_reads_no_less(calls: list[Call]) -> None:
    longest = Policy(ttl=max(calls[0].rule.ttls, key=calls[0].rule.ttls.__getitem__, default=None))
    for short, long in zip(simulate(calls), simulate(calls, longest), strict=True):
        assert long.read >= short.read


@settings(max_examples=50, deadline=None)
@given(traffic())
def test_without_breakpoints_nothing_is_written(calls: list[Call]) -> None:
    for call, outcome in zip(calls, simulate(calls, Policy("none")), strict=True):
        assert not outcome.writes
        assert not (call.rule.explicit and outcome.read)
