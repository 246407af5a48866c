"""The lines of a conversation."""

from pathlib import Path

import pandas as pd
import pytest

from dashboard.lines import EVERY, line, lines
from tests.dashboard.talks import calls_of, lighthouse


@pytest.fixture(scope="module")
def forked(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return calls_of(tmp_path_factory.mktemp("forked"), lighthouse(), "l1")


def test_the_longest_line_comes_first(forked: pd.DataFrame) -> None:
    found = [(each.branch, each.calls, each.turn, each.relation) for each in lines(forked)]
    assert found == [("l1", 10, None, "new"), ("l4-fork", 5, 4, "fork")]


def test_a_line_has_the_calls_before_its_branch_with_their_retries(forked: pd.DataFrame) -> None:
    found = line(forked, "l4-fork")
    assert list(found["exchange_id"]) == ["l1", "l2", "l2-again", "l3", "l4-fork"]
    assert list(found["position"]) == [1, 2, 3, 4, 5]


def test_a_line_leaves_out_what_went_another_way(forked: pd.DataFrame) -> None:
    assert "l4-fork" not in set(line(forked, "l1")["exchange_id"])


def test_every_call_can_be_shown_in_the_order_of_time(forked: pd.DataFrame) -> None:
    assert list(line(forked, EVERY)["exchange_id"]) == list(forked["exchange_id"])


def test_a_line_is_as_long_as_it_is_said_to_be(forked: pd.DataFrame) -> None:
    assert [len(line(forked, each.branch)) for each in lines(forked)] == [each.calls for each in lines(forked)]


def test_a_branch_that_is_not_there_has_no_calls(forked: pd.DataFrame) -> None:
    assert line(forked, "nowhere").empty


def test_branches_that_go_off_from_each_other_end(tmp_path: Path) -> None:
    rows = [("x", "a", 1, "fork", "y"), ("y", "b", 1, "fork", "x")]
    broken = pd.DataFrame(rows, columns=["exchange_id", "branch", "turn", "relation", "parent_exchange_id"])
    assert len(line(broken, "a")) == 2
