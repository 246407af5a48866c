"""How a conversation grows, and when it no longer fits."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.trends import Trend, trend


def fitted(turns: list[int], tokens: list[float], window: float | None = None) -> Trend:
    found = trend(turns, tokens, window)
    assert found is not None
    return found


def test_two_turns_say_nothing() -> None:
    assert trend([1, 2], [10, 20], 100) is None


def test_three_calls_of_two_turns_say_nothing() -> None:
    assert trend([1, 2, 2], [10, 20, 25], 100) is None


@given(st.integers(-500, 500), st.integers(0, 10_000), st.integers(3, 50))
def test_a_straight_line_is_found(slope: int, start: int, number: int) -> None:
    turns = list(range(1, number + 1))
    found = fitted(turns, [start + slope * turn for turn in turns])
    assert isclose(found.slope, slope, abs_tol=1e-6)
    assert isclose(found.start, start, abs_tol=1e-4)
    assert isclose(found.fit, 1, abs_tol=1e-6)


@given(st.integers(1, 500), st.integers(0, 5_000), st.integers(3, 30), st.integers(20_000, 200_000))
def test_the_window_is_full_at_the_first_turn_that_is_above_it(
    slope: int, start: int, number: int, window: int
) -> None:
    turns = list(range(1, number + 1))
    full = fitted(turns, [start + slope * turn for turn in turns], window).full_at
    assert full is not None
    assert start + slope * full > window - 1e-3
    assert start + slope * (full - 1) <= window + 1e-3


def test_what_is_full_already_is_full_at_the_next_turn() -> None:
    assert fitted([1, 2, 3], [100, 200, 300], 150).full_at == 4


@pytest.mark.parametrize(("tokens", "window"), [([30, 20, 10], 100), ([20, 20, 20], 100), ([10, 20, 30], None)])
def test_without_growth_or_a_known_window_nobody_knows_when(tokens: list[float], window: float | None) -> None:
    assert fitted([1, 2, 3], tokens, window).full_at is None


def test_the_fit_says_how_straight_the_growth_is() -> None:
    assert fitted([1, 2, 3, 4], [10, 90, 20, 100]).fit < 0.6
