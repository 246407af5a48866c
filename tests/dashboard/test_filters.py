"""What a choice of filters means in time."""

from datetime import date, datetime

import pytest

from dashboard.filters import DAYS, EVERYTHING, MONTH, PERIODS, Filters, Span

NOW = datetime(2026, 3, 14, 15, 9, 26)


@pytest.mark.parametrize(
    ("filters", "span"),
    [
        (
            Filters("24 hours"),
            Span(datetime(2026, 3, 13, 15), None, datetime(2026, 3, 12, 15), datetime(2026, 3, 13, 15)),
        ),
        (Filters("7 days"), Span(datetime(2026, 3, 7, 15), None, datetime(2026, 2, 28, 15), datetime(2026, 3, 7, 15))),
        # The month so far, beside as much of the month before.
        (Filters(MONTH), Span(datetime(2026, 3, 1), None, datetime(2026, 2, 1), datetime(2026, 2, 14, 15))),
        (Filters(EVERYTHING), Span(datetime(1, 1, 1), None, None, None)),
        # Both days whole.
        (
            Filters(DAYS, date(2026, 3, 2), date(2026, 3, 3)),
            Span(datetime(2026, 3, 2), datetime(2026, 3, 4), datetime(2026, 2, 28), datetime(2026, 3, 2)),
        ),
        # Until days are given: today.
        (
            Filters(DAYS),
            Span(datetime(2026, 3, 14), datetime(2026, 3, 15), datetime(2026, 3, 13), datetime(2026, 3, 14)),
        ),
    ],
)
def test_a_period_has_a_beginning_an_end_and_one_to_compare_with(filters: Filters, span: Span) -> None:
    assert filters.span(NOW) == span


def test_a_month_is_not_compared_beyond_its_own_beginning() -> None:
    span = Filters(MONTH).span(datetime(2026, 3, 31, 12))
    assert span.compared == span.since == datetime(2026, 3, 1)


@pytest.mark.parametrize("period", PERIODS)
def test_every_period_that_is_offered_has_a_span(period: str) -> None:
    assert Filters(period).span(NOW).since <= NOW


def test_what_is_not_chosen_is_null_to_the_queries() -> None:
    variables = Filters(team=("red", "blue")).variables(NOW)
    assert (variables["team"], variables["model"]) == (["red", "blue"], None)
