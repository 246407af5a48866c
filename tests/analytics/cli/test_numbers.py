"""Numbers as people read them."""

import pytest

from analytics.cli.numbers import count, dollars, milliseconds, size


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0, "$0.00"),
        (12.345, "$12.35"),
        (0.5, "$0.5000"),
        (0.00012, "$0.00012"),
        (0.0000667, "$0.000067"),
        (1234, "$1,234.00"),
    ],
)
def test_dollars_show_what_there_is_to_see(value: float | None, text: str) -> None:
    assert dollars(value) == text


def test_unknown_is_never_zero() -> None:
    assert {count(None), dollars(None), milliseconds(None), size(None)} == {"–"}
    assert "–" not in {count(0), dollars(0), milliseconds(0), size(0)}


def test_units_are_named() -> None:
    assert count(1234567) == "1,234,567"
    assert milliseconds(1500) == "1,500 ms"
    assert milliseconds(15_000) == "15.0 s"
    assert [size(n) for n in (999, 1_500, 2_000_000, 3_000_000_000)] == ["999 B", "1.5 kB", "2.0 MB", "3.0 GB"]
