"""What the overview says to do first."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics.store.database import Database
from benchmarks.scenarios.examined import collected
from benchmarks.scenarios.unused_tools import HITS as UNUSED
from dashboard.filters import EVERYTHING
from tests.dashboard.test_pages import opened, shown


@pytest.fixture
def agent(place: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """An agent that calls one of its six tools."""
    database = collected(UNUSED[0].calls, place.parent)
    monkeypatch.setenv("TOKENECHO_DB", str(database.path))
    return database


@pytest.mark.usefixtures("agent")
def test_the_findings_worth_most_are_told_with_their_advice_and_lead_to_all_of_their_kind(app: AppTest) -> None:
    opened(app, "overview", period=EVERYTHING, provider=["openai"])
    assert [mark.value for mark in app.markdown if mark.value.startswith(r"**unused\_tools** · \$")]
    assert "tools were never called" in shown(app)
    links = [link.proto for link in app.get("page_link")]
    assert {link.page for link in links} == {"findings"}
    assert any("finding=unused_tools" in link.query_string for link in links)


def test_a_smaller_history_is_not_in_the_avoidable_money(agent: Database, app: AppTest) -> None:
    with agent.writing() as connection:
        connection.execute("delete from findings where finding <> 'unused_tools'")
    opened(app, "overview", period=EVERYTHING)
    assert {metric.label: metric.value for metric in app.metric}["Avoidable"] == "none"
    assert "A smaller history would have cost up to" in shown(app)
