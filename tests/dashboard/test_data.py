"""Queries for the pages: what they read, what they leave free, and how anybody can run them."""

import threading
from importlib.resources import files
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from analytics.store.database import Database
from dashboard.data import NoData, rows
from dashboard.filters import EVERYTHING, NOT_SET, Filters

ALL = Filters(EVERYTHING)
HARD = Filters(EVERYTHING, team=("it's", "red", NOT_SET))
QUERIES = (
    "dashboard_totals",
    "dashboard_over_time",
    "dashboard_groups",
    "dashboard_avoidable",
    "dashboard_cache_totals",
    "dashboard_cache_turns",
    "dashboard_cache_pauses",
    "dashboard_cache_findings",
    "dashboard_owners",
    "dashboard_spent",
)
# With a parameter: how many rows at most.
LISTS = ("dashboard_top_findings", "dashboard_exchanges")


@pytest.mark.parametrize("query", [*QUERIES, *LISTS])
@pytest.mark.parametrize("filters", [ALL, HARD, Filters("24 hours")])
def test_the_sql_behind_a_figure_gives_its_rows(database: Database, query: str, filters: Filters) -> None:
    found = rows(query, filters, most=5) if query in LISTS else rows(query, filters)
    with duckdb.connect(database.path, read_only=True) as connection:
        pd.testing.assert_frame_equal(connection.execute(found.sql).df(), found.rows)


def test_a_filter_leaves_only_what_it_names(database: Database) -> None:
    assert set(rows("dashboard_exchanges", Filters(EVERYTHING, team=("red",)), most=99).rows["team"]) == {"red"}
    calls = rows("dashboard_totals", Filters(EVERYTHING, team=("red",))).rows["calls"]
    assert list(calls) == [7]


def test_sums_by_hour_and_calls_are_filtered_alike(database: Database) -> None:
    for filters in (ALL, HARD, Filters(EVERYTHING, model=("gpt-4o-mini-2024-07-18",)), Filters("7 days")):
        summed = rows("dashboard_totals", filters).rows
        listed = rows("dashboard_exchanges", filters, most=999).rows
        assert int(summed[summed["current"]]["calls"].sum()) == len(listed)


def test_money_by_what_it_bought_sums_to_the_cost(database: Database) -> None:
    found = rows("dashboard_over_time", ALL).rows
    parts = found[["new_usd", "again_usd", "cache_read_usd", "cache_write_usd", "output_usd"]].sum().sum()
    assert parts == pytest.approx(found["cost_usd"].sum())
    assert found["again_usd"].sum() > 0


def test_a_query_leaves_the_database_to_the_collector(database: Database) -> None:
    rows("dashboard_totals", ALL)
    with database.writing(timeout=0.5) as connection:
        connection.execute("delete from losses")


def test_viewers_who_come_together_are_all_served(database: Database) -> None:
    served: list[int] = []
    viewers = [
        threading.Thread(target=lambda at=at: served.append(len(rows("dashboard_exchanges", ALL, most=at).rows)))
        for at in range(1, 9)
    ]
    for viewer in viewers:
        viewer.start()
    for viewer in viewers:
        viewer.join()
    assert sorted(served) == list(range(1, 9))


def test_no_database_is_told_apart_from_one_that_cannot_be_read(place: Path) -> None:
    with pytest.raises(NoData, match="no database there yet"):
        rows("dashboard_totals", ALL)


def test_every_query_of_the_pages_says_what_it_is_for() -> None:
    queries = [file for file in files("analytics").joinpath("sql").iterdir() if file.name.startswith("dashboard_")]
    assert len(queries) > 10
    assert [file.name for file in queries if not file.read_text("utf-8").startswith("-- ")] == []
