"""The list of conversations: searched, sorted, a page at a time."""

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from analytics.store.database import Database
from dashboard.data import rows
from dashboard.filters import EVERYTHING, Filters
from tests.analytics.chats import chat, said
from tests.dashboard.talks import HOSTILE, everything, long
from tests.dashboard.test_pages import opened, shown
from tests.dashboard.traffic import stored

ASKED: dict[str, Any] = {
    "words": None, "texts": False, "ordering": "latest", "descending": True, "most": 50, "skipped": 0,
}  # fmt: skip


@pytest.fixture
def talks(place: Path) -> Database:
    return stored(place, [*everything(), *long(12)])


def found(filters: Filters | None = None, **asked: Any) -> list[str]:
    """The ids of a page."""
    page = rows("dashboard_conversation_page", filters or Filters(EVERYTHING), **(ASKED | asked)).rows
    return list(page["conversation_id"])


def table(app: AppTest) -> pd.DataFrame:
    rows: pd.DataFrame = app.dataframe[0].value
    return rows


def listed(app: AppTest, **parameters: str | list[str]) -> AppTest:
    return opened(app, "conversations", **({"period": EVERYTHING} | parameters))


def test_a_row_has_the_totals_and_the_growth_of_its_conversation(talks: Database, app: AppTest) -> None:
    shown_rows = table(listed(app)).set_index("conversation_id")
    assert set(shown_rows.index) == {"l1", "s1", "h1", "t1", "a1", "a2", "a3", "alone", "g0"}
    row = shown_rows.loc["l1"]
    assert (row["turns"], row["exchanges"], row["branches"], row["errors"]) == (9, 11, 2, 1)
    assert list(row["growth"]) == [120, 240, 360, 480, 600, 720, 700, 760, 500]
    assert row["opening"].startswith("Tell me about lighthouses")


def test_a_sparkline_has_no_more_points_than_it_can_show(place: Path) -> None:
    stored(place, long(130))
    row = rows("dashboard_conversation_rows", ids=("g0",), points=40, texts=False).rows.iloc[0]
    assert len(row["growth"]) == 40
    assert row["growth"][-1] == 160 + 60 * 129


@pytest.mark.parametrize(
    ("ordering", "first"), [("latest", "alone"), ("input", "g0"), ("turns", "g0"), ("errors", "l1"), ("growth", "h1")]
)
def test_the_whole_list_is_sorted(talks: Database, ordering: str, first: str) -> None:
    assert found(ordering=ordering)[0] == first


def test_the_order_can_be_turned_round_and_the_unknown_stays_last(talks: Database) -> None:
    up, down = found(ordering="growth", descending=False), found(ordering="growth")
    known = [each for each in down if each in ("l1", "s1", "h1", "t1", "g0")]
    assert up[: len(known)] == known[::-1]
    assert set(up[len(known) :]) == {"a1", "a2", "a3", "alone"}


def test_pages_follow_each_other_and_none_is_read_whole(talks: Database) -> None:
    whole = found()
    assert [found(most=4, skipped=at) for at in (0, 4, 8)] == [whole[:4], whole[4:8], whole[8:]]


def test_every_word_must_be_found_in_the_names_of_a_call(talks: Database) -> None:
    assert found(words=("person", "1")) == ["a1"]
    assert found(words=("gpt", "l4-fork")) == ["l1"]
    assert found(words=("gpt", "nobody")) == []


def test_a_search_is_no_pattern_and_no_sql(place: Path) -> None:
    stored(place, [chat(1, said("100% sure; it's"), usage=None)])
    assert found(words=("%",)) == []
    assert found(words=("it's",), texts=True) == ["record-1"]


def test_first_messages_are_searched_only_when_asked_for(talks: Database) -> None:
    assert found(words=("lighthouses",)) == []
    assert found(words=("lighthouses", "length"), texts=True) == ["l1"]


def test_filters_leave_whole_conversations(talks: Database) -> None:
    assert found(Filters(EVERYTHING, app=("nobody's",))) == []
    assert found(Filters(EVERYTHING, provider=("openai",))) == found()
    assert found(Filters("24 hours")) == []


def test_the_search_of_a_shared_link_is_carried_out(talks: Database, app: AppTest) -> None:
    listed(app, search="person 2")
    assert list(table(app)["conversation_id"]) == ["a2"]


def test_a_search_that_finds_nothing_says_so(talks: Database, app: AppTest) -> None:
    assert "No conversation has all of these words." in shown(listed(app, search="nobody"))


def test_a_page_beyond_the_last_is_the_first(talks: Database, app: AppTest) -> None:
    app.query_params["page"] = "77"
    assert len(table(listed(app))) == 9


def test_a_row_that_is_chosen_opens(talks: Database, app: AppTest) -> None:
    listed(app)
    at = list(table(app)["conversation_id"]).index("l1")
    app.session_state["table-conversations"] = {"selection": {"rows": [at], "columns": [], "cells": []}}
    app.run()
    assert app.title[0].value == "Conversation of 9 turns"
    assert app.query_params["conversation"] in ("l1", ["l1"])


def test_hostile_openings_are_one_line_of_text(talks: Database, app: AppTest) -> None:
    row = table(listed(app)).set_index("conversation_id").loc["h1"]
    assert row["opening"].startswith("<script>")
    assert not {"\x1b", "\n", "\u202e"} & set(row["opening"])
    assert row["user_name"] == HOSTILE  # a cell's text is text


def test_a_viewer_sees_and_searches_no_texts(talks: Database, viewer: AppTest) -> None:
    listed(viewer, texts="true", search="lighthouses")
    assert not viewer.dataframe
    viewer.text_input[0].set_value("").run()
    assert table(viewer)["opening"].isna().all()
    assert not [toggle for toggle in viewer.toggle if "first messages" in toggle.label]


def test_an_admin_searches_texts(talks: Database, admin: AppTest) -> None:
    listed(admin, texts="true", search="lighthouses")
    assert set(table(admin)["conversation_id"]) == {"l1"}


def test_an_empty_view_says_so(talks: Database, app: AppTest) -> None:
    assert "No calls in this view" in shown(opened(app, "conversations", period="24 hours"))


def test_the_sql_behind_the_tables_gives_their_rows(talks: Database) -> None:
    results = [
        rows("dashboard_conversation_page", Filters(EVERYTHING), **(ASKED | {"words": ("it's", "gpt"), "texts": True})),
        rows("dashboard_conversation_page", Filters(EVERYTHING), **ASKED),
        rows("dashboard_conversation_rows", ids=("l1", "h1"), points=40, texts=True),
        rows("dashboard_conversation_turns", conversation="l1"),
    ]
    with duckdb.connect(talks.path, read_only=True) as connection:
        for result in results:
            pd.testing.assert_frame_equal(connection.execute(result.sql).df(), result.rows)
