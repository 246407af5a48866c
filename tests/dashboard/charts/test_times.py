"""The chart of how long calls took."""

from pathlib import Path

import pytest

from dashboard.charts.times import MANY, times
from dashboard.palette import LIGHT
from tests.dashboard.talks import calls_of, long


def test_times_are_seconds(tmp_path: Path) -> None:
    figure = times(calls_of(tmp_path, long(3), "g0"), LIGHT)
    found = {trace.name: list(trace.y) for trace in figure.data}
    assert found["whole call"] == pytest.approx([0.4] * 3)
    assert found["first byte"] == pytest.approx([0.2] * 3)
    assert found["idle before the call"][1:] == pytest.approx([19.6] * 2)
    assert figure.layout.yaxis.type == "log"


def test_what_is_unknown_or_none_has_no_mark(tmp_path: Path) -> None:
    found = calls_of(tmp_path, long(3), "g0").assign(ttft_ms=None, duration_ms=[100.0, 0.0, 300.0])
    figure = times(found, LIGHT)
    assert "first byte" not in {trace.name for trace in figure.data}
    whole = next(trace for trace in figure.data if trace.name == "whole call")
    assert list(whole.y) == pytest.approx([0.1, float("nan"), 0.3], nan_ok=True)


def test_very_many_marks_are_drawn_by_the_graphics_card(tmp_path: Path) -> None:
    found = calls_of(tmp_path, long(2), "g0")
    repeated = found.loc[found.index.repeat(MANY)].assign(position=range(1, 2 * MANY + 1))
    assert {trace.type for trace in times(found, LIGHT).data} == {"scatter"}
    assert {trace.type for trace in times(repeated, LIGHT).data} == {"scattergl"}
