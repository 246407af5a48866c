"""Charts of the prompt cache."""

import pandas as pd

from dashboard.charts.caching import IN_VAIN, causes, pauses, share_by_name, share_by_turn, share_over_time
from dashboard.palette import LIGHT


def test_the_line_breaks_where_no_call_reports_cache_reads() -> None:
    times = pd.to_datetime(["2026-03-01", "2026-03-02", "2026-03-03"])
    rows = pd.DataFrame({"starting": times, "bucket": "day", "cache_hit_share": [0.5, None, 0.75]})
    (line,) = share_over_time(rows, LIGHT).data
    assert pd.isna(line.y[1])
    assert not line.connectgaps
    assert line.line.color == LIGHT["cache_read"]


def test_shares_are_on_an_axis_from_nothing_to_all() -> None:
    rows = pd.DataFrame({"turn": ["1", "2"], "cache_hit_share": [0.0, 0.9], "calls": [3, 2]})
    figure = share_by_turn(rows, LIGHT)
    assert (list(figure.layout.yaxis.range), figure.layout.yaxis.tickformat) == ([0, 1.02], ".0%")
    assert list(figure.data[0].y) == [0.0, 0.9]


def test_an_app_that_reports_no_reads_is_unknown() -> None:
    rows = pd.DataFrame({"name": ["a", "<i>b</i>"], "input_tokens": [5, 9], "cache_hit_share": [0.25, None]})
    figure = share_by_name(rows, LIGHT)
    # The one with more input comes first.
    assert list(figure.layout.yaxis.ticktext) == ["&lt;i&gt;b&lt;/i&gt;", "a"]
    assert [(note.text, note.y) for note in figure.layout.annotations] == [("unknown", 0), ("25.0%", 1)]


def test_pauses_are_stacked_and_the_lifetimes_of_caches_are_marked() -> None:
    rows = pd.DataFrame({"pause": ["up to 10 s", "1 to 5 min"], "cached_tokens": [70, 20], "missed_tokens": [0, 5]})
    figure = pauses(rows, LIGHT)
    assert {trace.name: list(trace.y) for trace in figure.data} == {"from cache": [70, 20], "not from cache": [0, 5]}
    assert [note.text for note in figure.layout.annotations] == ["5 min", "1 h", "24 h"]
    assert figure.data[0].marker.pattern.shape
    assert not figure.data[1].marker.pattern.shape


def test_causes_say_what_could_be_saved_and_writes_in_vain_have_their_own_colour() -> None:
    rows = pd.DataFrame(
        {
            "finding": ["broken_prefix", "expired_cache", IN_VAIN],
            "tokens": [2_000_000, None, 3_000],
            "usd": [3.5, None, 0.0],
        }
    )
    figure = causes(rows, LIGHT)
    (bar,) = figure.data
    assert list(bar.marker.color) == [LIGHT["resent"], LIGHT["resent"], LIGHT["cache_write"]]
    said = [(note.text, note.x) for note in figure.layout.annotations]
    assert said == [("$3.50 avoidable", 2_000_000), ("saving unknown", 0), ("$0.00 avoidable", 3_000)]
    assert list(figure.layout.yaxis.ticktext) == ["broken_prefix", "expired_cache", IN_VAIN]
    assert figure.layout.xaxis.title.text == "tokens missed, or written in vain"
