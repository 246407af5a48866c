"""What a conversation's figures say in words."""

import pandas as pd
import pytest

from analytics.store.database import Database
from dashboard.lines import line
from dashboard.sentences import endings, fitted, growth_sentence, trend_sentence
from tests.dashboard.talks import calls, everything, long
from tests.dashboard.traffic import stored


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return stored(tmp_path_factory.mktemp("talks") / "calls.duckdb", [*everything(), *long(12)])


def trended(found: pd.DataFrame) -> str:
    return trend_sentence(found, fitted(found))


def test_the_growth_is_told_with_shares_and_marks(database: Database) -> None:
    said = growth_sentence(line(calls(database, "l1"), "l1"))
    assert said.startswith("Input of 10 calls, from 120 to 500 tokens; 89.3% of it")
    assert "was read from a cache" in said
    assert said.endswith("Marked: 1 × retry, 1 × edit, 1 × truncation, 1 × failed call.")


def test_without_usage_there_are_no_tokens_to_tell_of(database: Database) -> None:
    found = calls(database, "g0").assign(input_tokens=None)
    assert growth_sentence(found) == "Input of 12 calls: the provider reported no token counts."


def test_growth_is_told_with_the_turn_at_which_the_window_is_full(database: Database) -> None:
    found = calls(database, "g0").assign(context_window=1_000)
    said = trended(found)
    assert "**60 tokens per turn** (least squares over 12 turns, r² 1.00)" in said
    assert "context window of 1,000 tokens at **turn 16**, 4 from here" in said  # 100 + 60 × 16 = 1,060


def test_growth_since_the_history_was_cut_is_unknown_at_first(database: Database) -> None:
    assert trended(line(calls(database, "l1"), "l1")).startswith("Growth per turn: unknown")


def test_a_failed_call_and_what_was_retried_do_not_count(database: Database) -> None:
    found = fitted(line(calls(database, "l1"), "l1").iloc[:7])
    assert found is not None
    assert found.points == 6
    assert found.slope == pytest.approx(120)


def test_shrinking_input_fills_no_window(database: Database) -> None:
    found = calls(database, "g0")
    assert "none over the last 12 turns" in trended(found.assign(input_tokens=list(found["input_tokens"])[::-1]))


def test_an_unknown_window_is_said_to_be_unknown(database: Database) -> None:
    assert "is full is unknown" in trended(calls(database, "g0").assign(context_window=None))


def test_endings_are_counted_and_failures_named(database: Database) -> None:
    assert endings(line(calls(database, "l1"), "l1")) == [("stop", 9), ("failed: server_error", 1)]
