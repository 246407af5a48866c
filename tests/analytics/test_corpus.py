"""The whole reading path over the recorded traffic: nothing raises, and usage is what an independent reading says."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from analytics.dialects.exchange import Usage
from benchmarks.corpus import Outcome, main, recognised, walk
from benchmarks.differences import RULES, Comparison, explanation
from benchmarks.independent import usage_said
from benchmarks.threads import steps
from tests.recordings import PATH, recorded, recordings

pytestmark = pytest.mark.skipif(not PATH.exists(), reason="the recorded traffic is not on this machine")


@cache
def outcomes() -> tuple[Outcome, ...]:
    return tuple(walk(recordings()))


def generations() -> list[Outcome]:
    return [one for one in outcomes() if one.recording.source["endpoint_class"] == "generation"]


def test_every_generation_becomes_an_exchange() -> None:
    answered = [one for one in generations() if one.recording.answered]
    assert len(answered) == 3564
    assert [one.recording.name for one in answered if one.row is None or one.row["reading"] != "read"] == []


def test_every_error_becomes_an_exchange_with_its_code_or_its_message() -> None:
    failed = [one for one in generations() if not one.recording.answered]
    assert len(failed) == 70
    assert [one.recording.name for one in failed if one.row is None or not recognised(one.row)] == []


def test_errors_inside_a_success_are_recognised_too() -> None:
    inside = [one.row for one in outcomes() if one.recording.answered and one.row and recognised(one.row)]
    assert len(inside) == 3


def test_usage_is_what_an_independent_reading_says_or_a_rule_explains_why_not() -> None:
    assert [(one.recording.name, one.problem) for one in outcomes() if one.problem] == []
    assert sum(one.equal and not one.silent for one in outcomes()) >= 3614
    assert sum(one.rule is not None for one in outcomes()) <= 23


def test_every_rule_explains_something() -> None:
    assert set(Counter(one.rule for one in outcomes() if one.rule)) == set(RULES)


def test_no_rule_explains_a_count_that_is_off_by_one() -> None:
    for one in outcomes():
        said = usage_said(one.recording.record)
        if one.row and said:
            counts = {"input_tokens": said.input_tokens + 1, "output_tokens": said.output_tokens}
            assert explanation(comparison := _of(one, counts)) is None, (one.recording.name, comparison)


def _of(one: Outcome, counts: dict[str, int]) -> Comparison:
    return Comparison(one.recording.record, Usage(**counts), usage_said(one.recording.record))


def test_the_recordings_of_several_turns_thread_as_recorded(tmp_path: Path) -> None:
    """All but those whose client sent another reply than the one it got, or put the same question several times."""
    turns = [turn for turn in recorded("") if turn.recording.source["endpoint_class"] == "generation"]
    found = list(steps(turns, tmp_path))
    assert len({step.after.recording.conversation for step in found}) >= 517
    assert [
        step.after.recording.name for step in found if step.echoed and not step.threaded and not step.ambiguous
    ] == []
    assert sum(step.threaded for step in found) >= 749


def test_the_benchmark_prints_its_table_and_finds_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    printed = capsys.readouterr().out
    assert "| anthropic.messages" in printed
    assert "0 problems" in printed
