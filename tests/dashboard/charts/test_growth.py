"""The chart of growth: what is drawn, and what it says."""

import re
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics.store.database import Database
from dashboard.charts.growth import CLEAR, MARKS, growth
from dashboard.lines import line
from dashboard.palette import CACHE_PATTERN, DARK, LIGHT
from dashboard.sentences import fitted
from dashboard.stacks import BANDS, MOST_BARS, floats
from tests.dashboard.talks import calls, everything, long
from tests.dashboard.traffic import stored


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return stored(tmp_path_factory.mktemp("talks") / "calls.duckdb", [*everything(), *long(12)])


@pytest.fixture(scope="module")
def lighthouse(database: Database) -> pd.DataFrame:
    return line(calls(database, "l1"), "l1")


def traces(figure: go.Figure) -> dict[str, Any]:
    return {trace.name: trace for trace in figure.data if trace.name and trace.y is not None and trace.y[0] is not None}


def bars(figure: go.Figure) -> dict[str, Any]:
    """The bands of the stack, by name."""
    return {trace.name: trace for trace in figure.data if trace.name in BANDS.values()}


def hovers(figure: go.Figure) -> list[str]:
    (trace,) = (trace for trace in figure.data if trace.hovertemplate == "%{text}<extra></extra>")
    return list(trace.text)


def test_the_bars_sum_to_the_input(lighthouse: pd.DataFrame) -> None:
    figure = growth(lighthouse, LIGHT)
    sums = pd.DataFrame({name: list(trace.y) for name, trace in bars(figure).items()}).sum(axis=1)
    assert list(sums) == list(lighthouse["input_tokens"].fillna(0))
    assert figure.layout.barmode == "stack"


def test_the_bands_are_in_the_order_of_the_prompt(lighthouse: pd.DataFrame) -> None:
    wanted = [BANDS[band] for band in ("system", "history", "echoed", "new")]
    assert list(bars(growth(lighthouse, LIGHT))) == wanted


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_colours_are_those_of_the_palette(lighthouse: pd.DataFrame, colours: Any) -> None:
    found = {name: trace.marker.color for name, trace in bars(growth(lighthouse, colours)).items()}
    assert found[BANDS["history"]] == colours["resent"]
    assert found[BANDS["new"]] == colours["new"]


def test_what_was_read_from_a_cache_is_a_pattern_over_the_lower_end(lighthouse: pd.DataFrame) -> None:
    over, legend = (trace for trace in growth(lighthouse, LIGHT).data if trace.name == "of it, read from cache")
    assert list(over.y) == pytest.approx(list(floats(lighthouse["cache_read_tokens"])), nan_ok=True)
    assert (over.base, over.marker.color, over.marker.pattern.shape) == (0, CLEAR, CACHE_PATTERN)
    assert not over.showlegend
    assert legend.marker.pattern.shape == CACHE_PATTERN


@pytest.mark.parametrize(
    ("kind", "conversation", "position"),
    [
        ("failed", "l1", 2),
        ("retry", "l1", 3),
        ("edit", "l1", 8),
        ("truncate", "l1", 10),
        ("state", "s1", 2),
        ("ambiguous", "a3", 1),
    ],
)
def test_what_is_uncommon_has_its_own_mark(database: Database, kind: str, conversation: str, position: int) -> None:
    found = calls(database, conversation)
    name, symbol = MARKS[kind]
    mark = traces(growth(line(found, "l1") if conversation == "l1" else found, LIGHT))[name]
    assert mark.x[0] == position
    assert mark.marker.symbol == symbol


def test_a_fork_is_marked_on_its_own_line(database: Database) -> None:
    found = calls(database, "l1")
    assert "fork" in traces(growth(line(found, "l4-fork"), LIGHT))
    assert "fork" not in traces(growth(line(found, "l1"), LIGHT))


def test_every_mark_has_a_symbol_of_its_own() -> None:
    assert len({symbol for _, symbol in MARKS.values()}) == len(MARKS)


def test_a_window_that_is_near_is_a_line(database: Database) -> None:
    found = calls(database, "g0").assign(context_window=1_500)
    figure = growth(found, LIGHT)
    window = traces(figure)["context window"]
    assert list(window.y) == [1_500.0] * 12
    assert figure.layout.yaxis.range[1] > 1_500


def test_a_window_that_is_far_is_named(database: Database) -> None:
    figure = growth(calls(database, "g0"), LIGHT)
    assert "context window" not in traces(figure)
    assert figure.layout.annotations[0].text == "↑ context window: 128,000 tokens"
    assert figure.layout.yaxis.range[1] < 1_000


def test_a_window_that_nobody_states_is_unknown(database: Database) -> None:
    figure = growth(calls(database, "g0").assign(context_window=None), LIGHT)
    assert figure.layout.annotations[0].text == "context window: unknown"


def test_the_fitted_growth_is_a_line(database: Database) -> None:
    found = calls(database, "g0")
    drawn = traces(growth(found, LIGHT, fitted(found)))["fitted growth"]
    assert list(drawn.y) == pytest.approx([160 + 60 * turn for turn in range(12)])


def test_the_output_is_below_on_its_own_scale(lighthouse: pd.DataFrame) -> None:
    output = traces(growth(lighthouse, LIGHT))["output"]
    assert output.yaxis == "y2"
    assert list(output.y) == pytest.approx([float("nan") if at == 1 else 40 for at in range(10)], nan_ok=True)


def test_the_hover_has_all_figures_of_the_call(lighthouse: pd.DataFrame) -> None:
    said = hovers(growth(lighthouse, LIGHT))[4]  # l4
    for part in (
        "<b>Turn 4</b>",
        "goes on from the call before",
        "<b>input 480</b>",
        "sent again 360, cost $",
        "echoed replies 40, cost $",
        "new 80, cost $",
        "read from cache 240",
        "<b>output 40</b>",
        "<b>cost $0.",
        "context window 0.4% full",
        "first byte 0.2 s, took 0.4 s",
        "idle before 19.6 s",
    ):
        assert part in said, part


def test_estimates_are_marked_and_exact_figures_are_not(lighthouse: pd.DataFrame) -> None:
    exact, estimated = (hovers(growth(lighthouse, LIGHT))[at] for at in (4, 7))
    assert "sent again 360, " in exact
    assert "sent again 677 ≈, " in estimated
    assert "new 17 ≈" in estimated
    # The line between it and the instructions is always one.
    assert re.search(r"history, resent \d+ ≈", exact)


def test_what_is_unknown_is_said_to_be(lighthouse: pd.DataFrame) -> None:
    failed = hovers(growth(lighthouse, LIGHT))[1]
    assert "failed: server_error, status 529" in failed
    assert "<b>input unknown</b>" in failed
    assert "not divided" in failed
    assert "cost cost" not in failed
    assert "<b>cost unknown</b>" in failed


def test_hostile_names_are_text_in_the_hover(database: Database) -> None:
    found = calls(database, "h1").assign(model="<img src=x onerror=alert(1)>", stop_reason="</b><a href='x'>\x1b")
    said = hovers(growth(found, LIGHT))[0]
    assert "<img" not in said
    assert "<a" not in said
    assert "&lt;img" in said


def test_many_calls_are_few_bars_that_keep_their_marks(database: Database) -> None:
    once = calls(database, "l1")
    many = pd.concat([once] * 100, ignore_index=True).assign(position=range(1, 100 * len(once) + 1))
    figure = growth(many, LIGHT)
    assert all(len(trace.x) <= MOST_BARS for trace in figure.data)
    assert hovers(figure)[0].startswith("<b>Calls 1 to 5</b>, on average:")
    assert "is the mean of 5" in figure.layout.xaxis.title.text
    assert len(traces(figure)["edit"].x) == 100


def test_a_range_keeps_the_numbers_of_its_calls(database: Database) -> None:
    figure = growth(calls(database, "g0").iloc[4:9], LIGHT)
    assert list(bars(figure)["new"].x) == [5, 6, 7, 8, 9]
    assert figure.layout.xaxis.title.text == "turn"


def test_one_call_is_a_chart_too(database: Database) -> None:
    assert list(bars(growth(calls(database, "alone"), LIGHT))["new"].y) == [12]
