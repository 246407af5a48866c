"""Budgets: their file, and where spending is going."""

import stat
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.budgets import FILE, BudgetProblem, Outlook, days_left, outlooks, read_budgets, write_budgets
from tests.dashboard.traffic import HOSTILE

NOW = datetime(2026, 4, 21)  # ten days are left
LONG_AGO = datetime(2026, 1, 1)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def test_without_a_file_there_are_no_budgets(tmp_path: Path) -> None:
    assert read_budgets(tmp_path) == {}


def test_a_file_by_hand_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('[team]\nsupport = 500\n[app]\n"code agent" = 12.5\n', "utf-8")
    assert read_budgets(tmp_path) == {("team", "support"): 500.0, ("app", "code agent"): 12.5}


@given(
    budgets=st.dictionaries(
        st.tuples(st.sampled_from(["team", "app", "user"]), NAMES), st.floats(0, 1e9, allow_nan=False), max_size=6
    )
)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, budgets: dict[tuple[str, str], float]
) -> None:
    folder = tmp_path_factory.mktemp("budgets")
    write_budgets(folder, budgets)
    assert read_budgets(folder) == budgets


def test_a_hostile_name_is_a_name(tmp_path: Path) -> None:
    write_budgets(tmp_path, {("team", HOSTILE): 1.0, ("team", '"]\n[app]\nx = 1'): 2.0})
    assert read_budgets(tmp_path) == {("team", HOSTILE): 1.0, ("team", '"]\n[app]\nx = 1'): 2.0}


def test_the_file_is_its_owners_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_budgets(tmp_path, {("team", "red"): 1.0})
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[team]\nred = 'much'", "is no amount of USD"),
        ("[team]\nred = -1", "is no amount of USD"),
        ("[team]\nred = nan", "is no amount of USD"),
        ("[team]\nred = true", "is no amount of USD"),
        ("[planet]\nmars = 1", "'planet' is none of the tables team, app, user"),
        ("team = 3", "'team' is none of the tables"),
        ("[team", FILE),
    ],
)
def test_a_file_that_makes_no_sense_says_where(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / FILE).write_text(text, "utf-8")
    with pytest.raises(BudgetProblem, match=said):
        read_budgets(tmp_path)


def test_a_folder_that_cannot_be_written_to_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(BudgetProblem, match=FILE):
        write_budgets(tmp_path, {})
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_the_forecast_goes_on_at_the_pace_of_the_last_week() -> None:
    found = outlooks("team", {"red": 100.0}, {"red": 70.0}, {("team", "red"): 150.0}, NOW, LONG_AGO)
    # 10 USD a day, for ten days more.
    assert found == {"red": Outlook(100.0, 200.0, 150.0)}
    assert found["red"].state == "will be over"


def test_a_pace_is_of_the_days_since_capture_began() -> None:
    found = outlooks("team", {"red": 30.0}, {"red": 30.0}, {}, NOW, datetime(2026, 4, 18))
    assert found["red"].forecast == pytest.approx(130.0)


def test_unknown_spending_has_no_forecast_and_no_share() -> None:
    outlook = outlooks("team", {"red": None}, {}, {("team", "red"): 5.0}, NOW, LONG_AGO)["red"]
    assert (outlook.spent, outlook.forecast, outlook.used, outlook.state) == (None, None, None, "unknown")


def test_who_has_a_budget_and_no_calls_has_spent_nothing() -> None:
    found = outlooks("team", {}, {}, {("team", "red"): 5.0, ("app", "shop"): 5.0}, NOW, LONG_AGO)
    assert found == {"red": Outlook(0.0, 0.0, 5.0)}


@pytest.mark.parametrize(
    ("outlook", "state"),
    [
        (Outlook(6.0, 9.0, 5.0), "over budget"),
        (Outlook(4.0, 9.0, 5.0), "will be over"),
        (Outlook(4.0, 4.5, 5.0), "within"),
        (Outlook(4.0, 4.5, None), "no budget"),
    ],
)
def test_a_state_is_in_words(outlook: Outlook, state: str) -> None:
    assert outlook.state == state


@pytest.mark.parametrize(
    ("now", "days"), [(datetime(2026, 12, 31), 1), (datetime(2028, 2, 28), 2), (datetime(2026, 4, 30, 12), 0.5)]
)
def test_days_are_left_until_the_month_ends(now: datetime, days: float) -> None:
    assert days_left(now) == days
