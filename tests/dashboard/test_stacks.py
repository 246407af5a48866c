"""A call's input as bands."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.stacks import BANDS, condensed, stacked
from tests.dashboard.talks import ambiguous, calls, lighthouse, stateful
from tests.dashboard.traffic import stored

TALKS = {"l1": lighthouse(), "s1": stateful(), "a3": ambiguous()}


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    records = [record for found in TALKS.values() for record in found]
    database = stored(tmp_path_factory.mktemp("talks") / "calls.duckdb", records)
    return {name: stacked(calls(database, name)) for name in TALKS}


@pytest.mark.parametrize("name", TALKS)
def test_the_bands_sum_to_the_reported_input(talks: dict[str, pd.DataFrame], name: str) -> None:
    stack = talks[name].dropna(subset="input_tokens")
    assert not stack.empty
    assert list(stack[list(BANDS)].sum(axis=1)) == list(stack["input_tokens"])


def test_tools_instructions_and_history_are_what_was_resent(talks: dict[str, pd.DataFrame]) -> None:
    stack = talks["l1"].dropna(subset="resent_tokens")
    assert list(stack[["tools", "system", "history"]].sum(axis=1)) == list(stack["resent_tokens"])
    assert (stack["system"] > 0).sum() == 9  # every divided call but the first, whose instructions are new


def test_state_is_remembered(talks: dict[str, pd.DataFrame]) -> None:
    assert list(talks["s1"]["remembered"]) == [0, 56, 89]


def test_a_call_without_a_known_parent_is_not_divided(talks: dict[str, pd.DataFrame]) -> None:
    (row,) = talks["a3"].to_dict("records")
    assert {band: row[band] for band in BANDS if row[band]} == {"undivided": 30}


def test_a_call_without_usage_has_no_bands(talks: dict[str, pd.DataFrame]) -> None:
    failed = talks["l1"].set_index("exchange_id").loc["l2"]
    assert failed[list(BANDS)].isna().all()


def test_a_few_calls_have_a_bar_each(talks: dict[str, pd.DataFrame]) -> None:
    bars = condensed(talks["l1"])
    assert list(bars["first"]) == list(bars["last"]) == list(range(1, 12))


@given(st.integers(1, 900), st.integers(1, 240))
def test_many_calls_are_means_that_leave_none_out(number: int, most: int) -> None:
    columns = {name: [float(at) for at in range(number)] for name in ("new", "input_tokens")}
    nothing = dict.fromkeys((*set(BANDS) - {"new"}, "output_tokens", "cache_read_tokens", "cost_usd"), [0.0] * number)
    bars = condensed(pd.DataFrame({**columns, **nothing, "position": range(1, number + 1)}), most)
    assert len(bars) <= most
    assert bars["calls"].sum() == number
    assert list(bars["first"][1:]) == [last + 1 for last in bars["last"][:-1]]
    assert list(bars[list(BANDS)].sum(axis=1)) == pytest.approx(list(bars["input_tokens"]))


def test_a_mean_is_over_the_calls_where_it_is_known(tmp_path: Path, talks: dict[str, pd.DataFrame]) -> None:
    first = condensed(talks["l1"], most=4).iloc[0]
    assert (first["calls"], first["input_tokens"]) == (3, (120 + 240) / 2)
