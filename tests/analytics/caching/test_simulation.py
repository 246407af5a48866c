"""Hits of every family, and near misses at each boundary, with the reason that is given for them."""

from typing import Any

import pytest

from analytics.caching.call import Outcome, Policy
from analytics.caching.simulation import Simulation, simulate
from tests.analytics.caching.conversations import Client, block, words

SYSTEM = ["tools:t1:600", "tools:t2:600", "system:s:600"]


def reason(outcome: Outcome) -> str | None:
    return outcome.miss.reason if outcome.miss else None


def run(provider: str, *calls: dict[str, Any]) -> list[Outcome]:
    """The outcomes of one conversation; each call is `at`, `history`, and what else `Client.call` takes."""
    client = Client(provider)
    made = [client.call(**({"parent_id": f"call-{number}"} | call)) for number, call in enumerate(calls)]
    return simulate(made)


def pair(provider: str, first: dict[str, Any], second: dict[str, Any]) -> Outcome:
    return run(provider, first, second)[1]


# --- automatic, any beginning ---------------------------------------------------------------------------------------


def test_an_automatic_cache_reads_the_earlier_request_in_steps() -> None:
    outcome = pair("openai", {"at": 0, "history": words(11)}, {"at": 60, "history": words(13)})
    assert (outcome.read, outcome.written, outcome.uncached) == (1024, 0, 276)
    assert outcome.miss is None


@pytest.mark.parametrize(("tokens", "read"), [(1023, 0), (1024, 1024), (1151, 1024), (1152, 1152)])
def test_an_automatic_cache_reads_nothing_below_the_minimum(tokens: int, read: int) -> None:
    history = [f"user:long:{tokens}"]
    outcome = pair("openai", {"at": 0, "history": history}, {"at": 1, "history": [*history, "user:more"]})
    assert outcome.read == read
    assert reason(outcome) == (None if read else "short")


@pytest.mark.parametrize(("provider", "seconds"), [("openai", 300), ("groq", 7200), ("openai-24h", 86400)])
def test_an_automatic_cache_forgets_a_second_after_its_lifetime(provider: str, seconds: int) -> None:
    first = {"at": 0, "history": words(20)}
    in_time = pair(provider, first, {"at": seconds, "history": words(22)})
    late = pair(provider, first, {"at": seconds + 1, "history": words(22)})
    assert in_time.read >= 1920
    assert late.read == 0
    assert late.miss
    assert (late.miss.reason, late.miss.seconds, late.miss.ttl_s) == ("expired", seconds + 1, seconds)


def test_a_retention_that_is_asked_for_shortens_the_default() -> None:
    kept = {"parameters": {"prompt_cache_retention": "in_memory"}}
    first, second = {"at": 0, "history": words(20)}, {"at": 301, "history": words(22)}
    assert pair("openai-24h", first, second).read == 1920
    assert pair("openai-24h", first | kept, second | kept).read == 0


def test_using_a_longer_history_keeps_its_beginning_alive() -> None:
    client = Client("openai")
    times = [(0, 12), (200, 14), (400, 16), (600, 18)]
    calls = [client.call(at, words(count)) for at, count in times]
    fork = client.call(890, [*words(12), "user:other"])
    assert [outcome.read for outcome in simulate([*calls, fork])] == [0, 1152, 1280, 1536, 1152]


def test_a_branch_that_nobody_used_expires_while_its_stem_lives() -> None:
    client = Client("openai")
    stem = words(12)
    calls = [
        client.call(0, stem),
        client.call(10, [*stem, *words(6, 100)]),
        client.call(250, [*stem, "user:b"]),
        client.call(500, [*stem, *words(7, 100)]),
    ]
    last = simulate(calls)[-1]
    assert last.read == 1152
    assert reason(last) == "expired"


def test_another_conversation_reads_the_instructions_they_share() -> None:
    client = Client("openai")
    calls = [client.call(0, ["user:a"], SYSTEM), client.call(1, ["user:b"], SYSTEM)]
    second = simulate(calls)[1]
    assert second.read == 1792
    assert second.miss is None


def test_reordered_tools_break_everything_behind_them() -> None:
    first = {"at": 0, "history": words(9), "system": SYSTEM}
    second = {"at": 1, "history": words(11), "system": [SYSTEM[1], SYSTEM[0], SYSTEM[2]]}
    outcome = pair("openai", first, second)
    assert outcome.read == 0
    assert outcome.miss
    assert (outcome.miss.reason, outcome.miss.position, outcome.miss.tokens) == ("broken", 1, 2700)


def test_an_edited_message_breaks_what_comes_after_it_only() -> None:
    edited = words(20)
    edited[14] = "user:edited"
    outcome = pair("openai", {"at": 0, "history": words(20)}, {"at": 1, "history": edited})
    assert outcome.read == 1280
    assert outcome.miss
    assert (outcome.miss.reason, outcome.miss.position, outcome.miss.tokens) == ("broken", 15, 600)


def test_a_call_made_before_the_first_answer_cannot_read_it() -> None:
    first = {"at": 0, "history": words(20), "ready_at": 5}
    assert reason(pair("openai", first, {"at": 4, "history": words(22)})) == "unready"
    assert pair("openai", first, {"at": 5, "history": words(22)}).read == 1920


@pytest.mark.parametrize("provider", ["openai", "openai-5.6"])
def test_another_key_or_model_or_parameter_has_another_cache(provider: str) -> None:
    first = {"at": 0, "history": words(20), "cache_key": "a"}
    later: dict[str, Any] = {"at": 1, "history": words(22), "cache_key": "a"}
    same = pair(provider, first, later)
    assert same.read >= 1900
    other_key = pair(provider, first, later | {"cache_key": "b"})
    assert (other_key.read, reason(other_key)) == (0, "other_key")
    other_model = pair(provider, first, later | {"model": "gpt-4o-mini" if provider == "openai" else "gpt-5.6-luna"})
    assert (other_model.read, reason(other_model)) == (0, "other_model")
    parameters = {"service_tier": "flex"}
    other = pair(provider, first, later | {"parameters": parameters})
    assert (other.read, reason(other)) == (0, "parameter")
    assert other.miss
    assert other.miss.detail == "service_tier"


@pytest.mark.parametrize("provider", ["openai", "openai-5.6", "anthropic", "deepseek"])
def test_what_is_read_does_not_depend_on_whether_it_is_explained(provider: str) -> None:
    client = Client(provider)
    calls = [client.call(at * 200, words(20 + at), SYSTEM, marks=[2, 20 + at]) for at in range(6)]
    plain, explained = Simulation(explained=False), Simulation()
    for call in calls:
        bare, full = plain.next(call), explained.next(call)
        assert (bare.read, bare.writes, bare.uncached) == (full.read, full.writes, full.uncached)
        assert (bare.reusable, bare.miss) == (0, None)


def test_a_first_call_is_cold_and_a_model_without_a_cache_has_no_reason() -> None:
    assert reason(run("openai", {"at": 0, "history": words(20)})[0]) == "cold"
    without = pair("none", {"at": 0, "history": words(20)}, {"at": 1, "history": words(22)})
    assert (without.read, without.uncached, without.miss) == (0, 2200, None)


# --- automatic, whole requests --------------------------------------------------------------------------------------


def test_units_are_read_whole_or_not_at_all() -> None:
    client = Client("deepseek")
    head = words(12)
    calls = [client.call(i, [*head, f"user:q{i}"]) for i in range(3)]
    outcomes = simulate(calls)
    assert [outcome.read for outcome in outcomes] == [0, 0, 1200]
    assert reason(outcomes[1]) == "unmarked"


def test_units_hold_the_reply_as_well() -> None:
    client = Client("deepseek")
    first, second = words(13), words(15)
    answered = client.prompts.prompt((), map(block, words(14)))
    calls = [client.call(0, first, answered=answered), client.call(9, second)]
    assert simulate(calls)[1].read == 1400


# --- breakpoints ----------------------------------------------------------------------------------------------------


def test_a_mark_writes_and_a_later_mark_reads_and_writes_the_rest() -> None:
    first, second = {"at": 0, "history": words(11), "marks": [11]}, {"at": 60, "history": words(13), "marks": [13]}
    outcomes = run("anthropic", first, second)
    assert [(o.read, o.writes, o.uncached) for o in outcomes] == [(0, (("5m", 1100),), 0), (1100, (("5m", 200),), 0)]
    assert outcomes[1].miss is None


@pytest.mark.parametrize(("tokens", "written"), [(1023, 0), (1024, 1024)])
def test_nothing_below_the_minimum_is_written(tokens: int, written: int) -> None:
    outcomes = run("anthropic", *[{"at": at, "history": [f"user:x:{tokens}"], "marks": [1]} for at in (0, 1)])
    assert [(o.written, o.read) for o in outcomes] == [(written, 0), (0, written)]
    assert reason(outcomes[1]) == (None if written else "short")


@pytest.mark.parametrize(("ttl", "seconds"), [(None, 300), ("1h", 3600)])
def test_an_entry_lives_as_long_as_was_asked_for(ttl: str | None, seconds: int) -> None:
    first = {"at": 0, "history": words(20), "marks": [(20, ttl)]}
    later = {"history": words(22), "marks": [(22, ttl)]}
    assert pair("anthropic", first, later | {"at": seconds}).read == 2000
    late = pair("anthropic", first, later | {"at": seconds + 1})
    assert late.read == 0
    assert late.miss
    assert (late.miss.reason, late.miss.seconds, late.miss.ttl_s) == ("expired", seconds + 1, seconds)


def test_reads_refresh_an_entry() -> None:
    calls = [{"at": at, "history": words(20), "marks": [20]} for at in (0, 299, 598, 897)]
    assert [outcome.read for outcome in run("anthropic", *calls)] == [0, 2000, 2000, 2000]


@pytest.mark.parametrize(("added", "read", "why"), [(19, 2000, None), (20, 0, "lookback")])
def test_a_breakpoint_looks_back_over_twenty_positions_itself_included(added: int, read: int, why: str | None) -> None:
    first = {"at": 0, "history": words(20), "marks": [20]}
    outcome = pair("anthropic", first, {"at": 1, "history": words(20 + added), "marks": [20 + added]})
    assert (outcome.read, reason(outcome)) == (read, why)


def test_a_run_of_tool_results_is_one_position() -> None:
    results = [*(f"tool_call:c{i}" for i in range(15)), *(f"tool_result:r{i}" for i in range(15))]
    first = {"at": 0, "history": words(20), "marks": [20]}
    outcome = pair("anthropic", first, {"at": 1, "history": [*words(20), *results], "marks": [50]})
    assert outcome.read == 2000


def test_an_earlier_breakpoint_has_a_lookback_of_its_own() -> None:
    first = {"at": 0, "history": words(20), "marks": [20]}
    outcome = pair("anthropic", first, {"at": 1, "history": words(60), "marks": [25, 60]})
    assert (outcome.read, outcome.written) == (2000, 4000)


@pytest.mark.parametrize(("added", "read"), [(19, 3100), (59, 3100), (60, 1100)])
def test_automatic_marks_reach_back_as_far_as_four_of_them_can(added: int, read: int) -> None:
    client = Client()
    calls = [client.call(at, words(count), ["system:s:1100"]) for at, count in ((0, 20), (1, 20 + added))]
    assert simulate(calls, Policy("automatic"))[1].read == read


def test_a_moved_mark_breaks_nothing_and_a_missing_one_reads_nothing() -> None:
    first = {"at": 0, "history": words(20), "marks": [20]}
    moved = pair("anthropic", first, {"at": 1, "history": words(22), "marks": [22]})
    assert moved.read == 2000
    without = pair("anthropic", first, {"at": 1, "history": words(22)})
    assert (without.read, without.written, without.uncached, reason(without)) == (0, 0, 2200, "unmarked")


def test_a_mark_before_the_written_one_reads_nothing() -> None:
    first = {"at": 0, "history": words(20), "marks": [20]}
    outcome = pair("anthropic", first, {"at": 1, "history": words(22), "marks": [19]})
    assert (outcome.read, outcome.written) == (0, 1900)


def test_what_changes_behind_the_tools_leaves_them_cached() -> None:
    marks = [2, 3, 12]
    first = {"at": 0, "history": words(9), "system": SYSTEM, "marks": marks}
    changed = pair("anthropic", first, first | {"at": 1, "system": [*SYSTEM[:2], "system:other:600"]})
    assert (changed.read, changed.written) == (1200, 1500)
    assert changed.miss
    assert (changed.miss.reason, changed.miss.position) == ("broken", 3)


@pytest.mark.parametrize(
    ("parameters", "read"),
    [({"tool_choice": {"type": "none"}}, 1800), ({"thinking": {"type": "enabled"}}, 1800), ({"speed": "fast"}, 1200)],
)
def test_parameters_part_the_cache_from_their_level_on(parameters: dict[str, object], read: int) -> None:
    first = {"at": 0, "history": words(9), "system": SYSTEM, "marks": [2, 3, 12]}
    outcome = pair("anthropic", first, first | {"at": 1, "parameters": parameters})
    assert (outcome.read, reason(outcome)) == (read, "parameter")
    assert outcome.miss
    assert [outcome.miss.detail] == list(parameters)


def test_lifetimes_are_billed_apart() -> None:
    call = {"at": 0, "history": words(9), "system": SYSTEM, "marks": [(3, "1h"), (12, "5m")]}
    outcomes = run("anthropic", call, call | {"at": 301})
    assert outcomes[0].writes == (("1h", 1800), ("5m", 900))
    assert (outcomes[1].read, outcomes[1].writes) == (1800, (("5m", 900),))


def test_parallel_calls_each_pay_for_their_write() -> None:
    call = {"at": 0, "history": words(20), "marks": [20], "ready_at": 3}
    outcomes = run("anthropic", call, call | {"at": 1, "ready_at": 4}, call | {"at": 5, "ready_at": 6})
    assert [(o.read, o.written) for o in outcomes] == [(0, 2000), (0, 2000), (2000, 0)]
    assert reason(outcomes[1]) == "unready"


# --- breakpoints, one of which the provider sets --------------------------------------------------------------------


def test_the_implicit_breakpoint_stands_on_the_latest_user_or_tool_message() -> None:
    outcomes = run("openai-5.6", *[{"at": at, "history": words(count)} for at, count in ((0, 12), (1, 13))])
    assert outcomes[0].writes == (("30m", 1100),)
    assert (outcomes[1].read, outcomes[1].writes) == (1100, (("30m", 200),))


def test_explicit_mode_without_breakpoints_uses_no_cache() -> None:
    parameters = {"prompt_cache_options": {"mode": "explicit"}}
    call = {"at": 0, "history": words(21), "parameters": parameters}
    outcome = pair("openai-5.6", call, call | {"at": 1})
    assert (outcome.read, outcome.written, reason(outcome)) == (0, 0, "unmarked")


def test_implicit_mode_writes_the_latest_three_explicit_breakpoints() -> None:
    call = {"at": 0, "history": words(61), "marks": [12, 20, 30, 40]}
    other = {"at": 1, "history": [*words(12), "user:other"], "marks": [12]}
    assert pair("openai-5.6", call, other).read == 0
    other["history"] = [*words(20), "user:other"]
    assert pair("openai-5.6", call, other | {"marks": [20]}).read == 2000


@pytest.mark.parametrize(("ttl", "seconds"), [(None, 1800), ("12h", 43200)])
def test_the_requests_lifetime_holds_for_the_implicit_breakpoint(ttl: str | None, seconds: int) -> None:
    parameters = {"prompt_cache_options": {"ttl": ttl}} if ttl else {}
    first = {"at": 0, "history": words(21), "parameters": parameters}
    later = {"history": words(23), "parameters": parameters}
    assert pair("openai-5.6", first, later | {"at": seconds}).read == 2100
    assert reason(pair("openai-5.6", first, later | {"at": seconds + 1})) == "expired"


@pytest.mark.parametrize(("added", "read"), [(158, 2100), (160, 0)])
def test_no_more_than_eighty_breakpoints_are_looked_at(added: int, read: int) -> None:
    first = {"at": 0, "history": words(21)}
    outcome = pair("openai-5.6", first, {"at": 1, "history": words(21 + added)})
    assert (outcome.read, reason(outcome)) == (read, None if read else "lookback")
