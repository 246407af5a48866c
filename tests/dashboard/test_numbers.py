"""Numbers as people read them."""

import pandas as pd
import pytest

from dashboard.numbers import change, compact, count, dollars, known, milliseconds, share, size


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (950, "950"),
        (9_999, "9,999"),
        (12_345, "12.3 k"),
        (1_234_567, "1.23 M"),
        (987_654_321, "988 M"),
        (1_580_000_000, "1.58 G"),
        (None, "unknown"),
    ],
)
def test_large_counts_are_short(value: float | None, text: str) -> None:
    assert compact(value) == text


@pytest.mark.parametrize("shown", [count, dollars, milliseconds, share, size, compact])
def test_unknown_is_said(shown: object) -> None:
    assert callable(shown)
    assert shown(None) == "unknown"


@pytest.mark.parametrize(
    ("value", "before", "points", "text"),
    [
        (15.0, 10.0, False, "+50%"),
        (5.0, 10.0, False, "-50%"),
        (0.5, 0.25, True, "+25.0 points"),
        (1.0, 0.0, False, None),
        (None, 1.0, False, None),
        (1.0, None, True, None),
    ],
)
def test_a_change_is_said_where_there_is_one_to_say(
    value: float | None, before: float | None, points: bool, text: str | None
) -> None:
    assert change(value, before, points=points) == text


@pytest.mark.parametrize(
    ("cell", "value"), [(3, 3.0), (None, None), (float("nan"), None), (pd.NA, None), (pd.NaT, None), ("2", 2.0)]
)
def test_a_missing_cell_is_no_number(cell: object, value: float | None) -> None:
    assert known(cell) == value
