"""The chart of what a conversation has cost so far."""

import pytest

from dashboard.charts.cumulative import Curve, cumulative, paid
from dashboard.palette import LIGHT


def test_what_was_paid_adds_up() -> None:
    assert list(paid([1, 2, 3], [0.5, 0.25, 0.25]).cumulative_usd) == [0.5, 0.75, 1.0]


def test_an_unknown_cost_adds_nothing_and_is_counted() -> None:
    curve = paid([1, 2, 3], [0.5, None, 0.25])
    assert list(curve.cumulative_usd) == [0.5, 0.5, 0.75]
    assert "1 of 3 calls are of unknown cost" in curve.assumption


def test_every_curve_is_a_line_told_apart_by_colour_and_dash() -> None:
    curves = [paid([1, 2], [1.0, 1.0]), Curve("only the last turns", [1, 2], [1.0, 1.5], "…")]
    first, second = cumulative(curves, LIGHT).data
    assert (list(first.y), list(second.y)) == ([1.0, 2.0], [1.0, 1.5])
    assert first.line.color != second.line.color
    assert first.line.dash != second.line.dash


def test_the_hover_names_the_turn() -> None:
    (trace,) = cumulative([paid([1, 2, 2], [1.0, 1.0, 1.0])], LIGHT).data
    assert list(trace.customdata) == [1, 2, 2]
    assert "turn %{customdata}" in trace.hovertemplate


def test_one_call_is_a_point() -> None:
    (trace,) = cumulative([paid([1], [0.1])], LIGHT).data
    assert trace.mode == "markers"


@pytest.mark.parametrize(("axis", "unit"), [("xaxis", "in order"), ("yaxis", "USD")])
def test_the_axes_have_units(axis: str, unit: str) -> None:
    assert unit in cumulative([paid([1], [0.1])], LIGHT).layout[axis].title.text
