"""Every page in every state of the database, driven by Streamlit's own test runner."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.record import Who
from analytics.spool import Proxy, Spool
from analytics.store.database import SCHEMA_VERSION, Database
from dashboard.budgets import read_budgets, write_budgets
from tests.analytics.chats import chat
from tests.dashboard.traffic import stored

READING = ("overview", "cache", "teams", "live")
# Parts of pages, by what names them in the URL, that have a chart of their own beside the page's first.
PARTS = [
    *(("overview", {"tab": name}) for name in ("By model", "By app", "By team", "By client")),
    *(("cache", {"part": name}) for name in ("Pauses", "By turn", "By app")),
]
PAGES = (*READING, "help")
HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


def opened(app: AppTest, page: str, **parameters: str | list[str]) -> AppTest:
    """The page as it looks under these parameters of the URL."""
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    if page != "overview":
        app.switch_page(f"app_pages/{page}.py").run()
    assert not app.exception, app.exception[0].stack_trace
    return app


def shown(app: AppTest) -> str:
    """What is said on the page in words and figures."""
    kinds = (app.title, app.subheader, app.caption, app.markdown, app.text, app.info, app.error, app.code)
    said = [str(element.value) for kind in kinds for element in kind]
    return "\n".join([*said, *(f"{metric.label}: {metric.value} {metric.delta}" for metric in app.metric)])


def charts(app: AppTest) -> list[Any]:
    """The charts' protocol messages."""
    return [element.proto for element in app.get("plotly_chart")]


@contextmanager
def held(path: Path) -> Iterator[None]:
    """The file, locked by another process that writes."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            process.communicate()


@pytest.mark.parametrize("page", READING)
def test_without_a_database_a_page_says_how_to_send_the_first_call(app: AppTest, page: str) -> None:
    opened(app, page)
    assert app.title[0].value == "Waiting for the first call"
    assert app.code[0].value == "tokenecho run -- python your_app.py"


@pytest.mark.parametrize("page", READING)
def test_a_database_without_calls_is_waited_for_too(app: AppTest, place: Path, page: str) -> None:
    with Database(place).writing():
        pass
    assert opened(app, page).title[0].value == "Waiting for the first call"


def test_a_page_fills_when_the_first_call_arrives(app: AppTest, place: Path) -> None:
    assert opened(app, "overview").title[0].value == "Waiting for the first call"
    stored(place, [chat(1, started_at=datetime.now(UTC).timestamp())])
    st.cache_data.clear()
    app.run()
    assert (app.title[0].value, app.metric[0].label) == ("Overview", "Spend")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("database")
def test_a_page_shows_what_there_is(app: AppTest, page: str) -> None:
    opened(app, page)
    assert app.title[0].value == page.capitalize()
    assert not app.error
    assert not app.info


@pytest.mark.parametrize("page", READING)
def test_a_locked_database_is_a_message_that_names_its_holder(app: AppTest, database: Database, page: str) -> None:
    with held(database.path):
        said = shown(opened(app, page))
    assert "The database cannot be read now." in said
    assert "in use by" in said


@pytest.mark.parametrize("page", READING)
def test_a_database_of_a_newer_version_is_a_message(app: AppTest, database: Database, page: str) -> None:
    with duckdb.connect(database.path) as connection:
        connection.execute("update meta set value = ? where key = 'schema_version'", [str(SCHEMA_VERSION + 1)])
    assert "written by a newer tokenecho" in shown(opened(app, page))


def test_a_foreign_database_is_a_message(app: AppTest, place: Path) -> None:
    with duckdb.connect(place) as connection:
        connection.execute("create table sales (amount double)")
    assert "not a database of tokenecho's" in shown(opened(app, "overview"))


@pytest.mark.parametrize("page", ["overview", "cache", "live"])
@pytest.mark.usefixtures("database")
def test_filters_that_leave_nothing_say_so_and_can_be_widened(app: AppTest, page: str) -> None:
    opened(app, page, team="nobody", period="7 days")
    assert "No calls in this view" in app.info[0].value
    next(button for button in app.button if button.label == "Show everything").click().run()
    assert not app.info
    assert (app.selectbox(key="period").value, app.multiselect(key="team").value) == ("everything", [])


@pytest.mark.usefixtures("database")
def test_the_help_is_there_without_a_database_too(app: AppTest) -> None:
    assert "Privacy: what is stored where" in [header.value for header in opened(app, "help").header]


@pytest.mark.usefixtures("database")
def test_the_overview_sums_up_the_period_that_was_asked_for(app: AppTest) -> None:
    opened(app, "overview", period="7 days")
    figures = {metric.label: metric.value for metric in app.metric}
    # 4 turns and 3 turns of 1,000 tokens more each, 100 of output each; the hostile call has 20 and 5.
    assert figures["Tokens"] == "16.7 k"
    # 6,000 and 3,000 sent again, 5 replies of 100 echoed, of 16,020.
    assert figures["Echo share"] == "59.3%"
    assert figures["Cache hits"] == "28.1%"
    assert "1 of 9 calls came without token counts" in shown(app)


@pytest.mark.usefixtures("database")
def test_figures_are_compared_with_the_period_before(app: AppTest) -> None:
    opened(app, "overview", period="24 hours")
    assert "Changes are against" in shown(app)
    assert {metric.label: metric.delta for metric in app.metric}["Tokens"] == "-100%"


@pytest.mark.usefixtures("database")
def test_half_a_period_is_not_compared_with(app: AppTest) -> None:
    opened(app, "overview", period="7 days")
    assert "no calls from the whole period before to compare with" in shown(app)
    assert {metric.delta for metric in app.metric} == {""}


def test_one_call_alone_makes_no_empty_chart(app: AppTest, place: Path) -> None:
    stored(place, [chat(1, started_at=datetime.now(UTC).timestamp())])
    assert "Nothing was sent again in this view" in shown(opened(app, "cache", part="Pauses"))
    assert len(charts(app)) == 1


@pytest.mark.usefixtures("database")
def test_a_live_call_leads_to_its_conversation(app: AppTest) -> None:
    opened(app, "live", period="everything", team=["blue"])
    calls = app.dataframe[0].value.set_index("exchange_id")
    assert calls.loc["record-202", "link"] == "conversation?conversation=record-200&exchange=record-202"


@pytest.mark.parametrize(("page", "least"), [("overview", 3), ("cache", 3), ("teams", 1), ("live", 1)])
@pytest.mark.usefixtures("database")
def test_every_figure_can_be_taken_away_with_its_query(app: AppTest, page: str, least: int) -> None:
    opened(app, page)
    files = [button.proto.label for button in app.get("download_button")]
    assert files.count("Rows (CSV)") == files.count("Query (SQL)") >= least
    assert files.count("Chart (HTML)") == len(charts(app))


@pytest.mark.usefixtures("database")
def test_a_shared_url_brings_its_filters_along(app: AppTest) -> None:
    opened(app, "live", period="everything", team=["red"])
    assert set(app.dataframe[0].value["team"]) == {"red"}
    assert len(app.dataframe[0].value) == 7


@pytest.mark.usefixtures("database")
def test_filters_hold_from_page_to_page(app: AppTest) -> None:
    opened(app, "overview", period="everything", team=["blue"])
    app.switch_page("app_pages/live.py").run()
    assert set(app.dataframe[0].value["team"]) == {"blue"}


@pytest.mark.parametrize(("page", "part"), PARTS)
@pytest.mark.usefixtures("database")
def test_every_chart_says_in_a_sentence_what_it_shows(app: AppTest, page: str, part: dict[str, str]) -> None:
    found = charts(opened(app, page, **part))
    assert len(found) == 2
    for chart in found:
        assert len(chart.alt.split()) > 4
        assert chart.alt.endswith(".")


@pytest.mark.parametrize(("page", "part"), [("overview", {"tab": "By app"}), ("cache", {"part": "By app"})])
@pytest.mark.usefixtures("database")
def test_hostile_names_are_text_in_charts(app: AppTest, page: str, part: dict[str, str]) -> None:
    specs = "".join(chart.spec for chart in charts(opened(app, page, **part)))
    assert "&lt;img src=x" in specs
    for live in ("<img", "<b>", "\x1b", "\u202e", "\\u001b", "\\u202e"):
        assert live not in specs


@pytest.mark.parametrize("page", ["overview", "cache", "teams", "live"])
@pytest.mark.usefixtures("database")
def test_hostile_names_reach_no_markdown(app: AppTest, page: str) -> None:
    opened(app, page)
    said = shown(app)
    assert "onerror" not in said
    assert "javascript" not in said


@pytest.mark.usefixtures("database")
def test_tokens_can_be_shown_in_place_of_money(app: AppTest) -> None:
    names = {trace["name"] for trace in orjson.loads(charts(opened(app, "overview", show="tokens"))[0].spec)["data"]}
    assert names == {"new", "resent", "echoed"}


@pytest.mark.usefixtures("database")
def test_the_live_page_tells_of_proxies_and_of_losses(app: AppTest, place: Path) -> None:
    spool = Spool(place.with_name(place.name + ".spool"))
    now = datetime.now(UTC).timestamp()
    spool.report_proxy(Proxy("c", 1, now, now + 30, in_flight=3, captured=12, failures=0))
    spool.close()
    with Database(place).writing() as connection:
        connection.execute("insert into losses values ('s', 'disk_full', current_date, 5)")
    said = shown(opened(app, "live"))
    assert "In flight: 3" in said
    assert "Captured: 12" in said
    assert "Lost or unread: 5" in said
    assert app.dataframe[0].value["remedy"][0] == "The disk was full: make room."


def test_the_live_page_without_a_proxy_says_so(app: AppTest, database: Database) -> None:
    assert "In flight: no proxy" in shown(opened(app, "live"))


def test_budgets_stand_beside_this_months_spending(app: AppTest, place: Path) -> None:
    who = Who("shop", "red", "ada")
    stored(place, [chat(1, started_at=datetime.now(UTC).timestamp(), who=who)])
    write_budgets(place.parent, {("team", "red"): 1e-9, ("team", "green"): 50.0})
    table = opened(app, "teams").dataframe[-1].value.set_index("name")
    assert table.loc["red", "state"] == "over budget"
    assert (table.loc["green", "spent_usd"], table.loc["green", "state"]) == (0.0, "within")
    assert read_budgets(place.parent)["team", "green"] == 50.0


@pytest.mark.usefixtures("database")
def test_budgets_that_cannot_be_read_are_a_message(app: AppTest, place: Path) -> None:
    place.with_name("budgets.toml").write_text("[team]\nred = 'a lot'\n", "utf-8")
    said = shown(opened(app, "teams"))
    assert "The budgets cannot be read." in said
    assert "is no amount of USD" in said
