"""Bars stacked by what was bought or sent."""

import pandas as pd
import pytest

from dashboard.charts.bands import MONEY, MOST_NAMES, TOKENS, Measure, by_name, largest, over_time, spoken
from dashboard.palette import CACHE_PATTERN, DARK, LIGHT

COLUMNS = {band.column: 0.0 for measure in (MONEY, TOKENS) for band in measure.bands}


def row(**figures: object) -> dict[str, object]:
    return (
        COLUMNS
        | {
            "cost_usd": 0.0,
            "input_tokens": 0,
            "unpriced": 0,
            "unmetered": 0,
            "bucket": "day",
            "starting": pd.Timestamp("2026-03-01"),
        }
        | figures
    )


DAYS = pd.DataFrame(
    [
        row(cost_usd=10.0, new_usd=4.0, cache_read_usd=1.0, output_usd=5.0),
        row(cost_usd=3.0, new_usd=1.0, starting=pd.Timestamp("2026-03-02")),
    ]
)


def test_a_bar_is_stacked_by_what_the_money_bought_in_colours_of_that_meaning() -> None:
    figure = over_time(DAYS, MONEY, LIGHT)
    bars = {trace.name: (list(trace.y), trace.marker.color) for trace in figure.data}
    assert bars == {
        "new": ([4.0, 1.0], LIGHT["new"]),
        "from cache": ([1.0, 0.0], LIGHT["cache_read"]),
        "output": ([5.0, 0.0], LIGHT["output"]),
        "not divided": ([0.0, 2.0], LIGHT.unknown),
    }
    assert figure.layout.barmode == "stack"


def test_the_bands_come_to_the_whole() -> None:
    figure = over_time(DAYS, MONEY, LIGHT)
    assert sum(sum(trace.y) for trace in figure.data) == pytest.approx(13.0)


def test_axes_say_what_they_count() -> None:
    figure = over_time(DAYS, MONEY, LIGHT)
    assert (figure.layout.yaxis.title.text, figure.layout.xaxis.title.text) == ("USD", "time (UTC), by day")


@pytest.mark.parametrize(("bucket", "width_ms"), [("hour", 3_060_000), ("day", 73_440_000)])
def test_a_bar_alone_is_as_wide_as_its_time_and_stands_in_the_middle(bucket: str, width_ms: int) -> None:
    figure = over_time(pd.DataFrame([row(cost_usd=1.0, new_usd=1.0, bucket=bucket)]), MONEY, LIGHT)
    axis, starting = figure.layout.xaxis, pd.Timestamp("2026-03-01")
    assert figure.data[0].width == width_ms
    assert list(axis.tickvals) == [starting]
    assert starting - axis.range[0] == axis.range[1] - starting
    assert (axis.range[1] - axis.range[0]) / pd.Timedelta(milliseconds=width_ms) > 8


def test_many_bars_fill_their_axis() -> None:
    days = pd.date_range("2026-03-01", periods=30)
    rows = pd.DataFrame([row(cost_usd=1.0, new_usd=1.0, starting=day) for day in days])
    assert over_time(rows, MONEY, LIGHT).layout.xaxis.range is None


def test_rows_of_rounded_sums_leave_no_rest() -> None:
    rows = pd.DataFrame([row(cost_usd=0.1 + 0.2, new_usd=0.3)])
    assert [trace.name for trace in over_time(rows, MONEY, LIGHT).data] == ["new"]


def test_an_unknown_cost_is_said_and_no_bar_of_nothing() -> None:
    priced = row(name="priced", cost_usd=2.0, new_usd=2.0)
    partly = row(name="partly", cost_usd=1.0, new_usd=1.0, unpriced=3)
    rows = pd.DataFrame([priced, partly, row(name="unpriced", cost_usd=None, unpriced=1_200)])
    figure = by_name(rows, MONEY, DARK)
    said = figure.data[-1]
    assert [text.strip() for text in said.text] == ["$2.00", "$1.00 + 3 unknown", "unknown (1,200 calls)"]
    assert (list(said.x), list(said.y)) == ([2.0, 1.0, 0.0], [0, 1, 2])


def test_beside_a_bar_there_is_room_for_what_it_comes_to() -> None:
    figure = by_name(pd.DataFrame([row(name="a", input_tokens=20_000, new_tokens=20_000)]), TOKENS, LIGHT)
    assert figure.data[-1].text[0].strip() == "20.0 k tokens"
    assert figure.layout.xaxis.range[1] > 25_000


def test_what_came_from_the_cache_is_hatched_and_nothing_else() -> None:
    hatched = {trace.name: trace.marker.pattern.shape for trace in over_time(DAYS, MONEY, LIGHT).data}
    assert hatched == {"new": "", "from cache": CACHE_PATTERN, "output": "", "not divided": ""}


def test_names_of_any_width_have_room() -> None:
    wide = row(name="搜索与推荐平台团队", cost_usd=1.0, new_usd=1.0)
    assert by_name(pd.DataFrame([wide]), MONEY, LIGHT).layout.yaxis.automargin


def test_names_are_text_whatever_is_in_them() -> None:
    figure = by_name(pd.DataFrame([row(name="<b>bold</b>\x1b", cost_usd=1.0, new_usd=1.0)]), MONEY, LIGHT)
    (name,) = figure.layout.yaxis.ticktext
    assert name.startswith("&lt;b&gt;bold&lt;/b&gt;")
    assert "\x1b" not in name


def test_what_does_not_fit_is_summed_up() -> None:
    rows = pd.DataFrame([row(name=str(at), cost_usd=float(at), new_usd=float(at)) for at in range(20)])
    shown = largest(rows, MONEY)
    assert len(shown) == MOST_NAMES
    assert list(shown["name"])[:2] == ["19", "18"]
    assert (shown["name"].iloc[-1], shown["cost_usd"].sum()) == ("13 others", rows["cost_usd"].sum())


def test_others_of_unknown_cost_stay_unknown() -> None:
    rows = pd.DataFrame([row(name=str(at), cost_usd=1.0 if at < 7 else None) for at in range(9)])
    assert pd.isna(largest(rows, MONEY)["cost_usd"].iloc[-1])


@pytest.mark.parametrize(
    ("measure", "figures", "said"),
    [
        (MONEY, {"cost_usd": 4.0, "new_usd": 1.0, "output_usd": 3.0}, "in all $4.00: new 25.0%, output 75.0%."),
        (TOKENS, {"input_tokens": 20_000, "resent_tokens": 20_000}, "in all 20.0 k tokens: resent 100.0%."),
        (MONEY, {"cost_usd": None}, "USD are unknown."),
    ],
)
def test_a_chart_is_also_a_sentence(measure: Measure, figures: dict[str, object], said: str) -> None:
    assert spoken(pd.DataFrame([row(**figures)]), measure, "day").endswith(said)
