"""Why the cache was missed: as bars, and in figures."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics.store.database import Database
from benchmarks.scenarios.broken_prefix import HITS
from benchmarks.scenarios.examined import collected
from tests.dashboard.test_pages import charts, opened, shown


@pytest.fixture
def broken(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls whose instructions change."""
    monkeypatch.setenv("TOKENECHO_DB", str(collected(HITS[0].calls, place.parent).path))


@pytest.mark.usefixtures("broken")
def test_misses_are_bars_and_lead_to_the_findings(app: AppTest) -> None:
    opened(app, "cache", period="everything")
    assert "most by broken_prefix" in charts(app)[1].alt
    (link,) = (link.proto for link in app.get("page_link"))
    assert (link.page, link.query_string) == ("findings", "lever=caching")
    assert not app.dataframe


@pytest.mark.usefixtures("broken")
def test_their_causes_are_told_in_figures(app: AppTest) -> None:
    opened(app, "cache", period="everything", part="Causes")
    (table,) = app.dataframe
    assert "broken_prefix" in set(table.value["finding"])
    assert table.value["what"].str.len().min() > 10
    assert len(charts(app)) == 1


@pytest.mark.parametrize("part", ["Misses", "Causes"])
def test_without_findings_the_page_says_so(database: Database, app: AppTest, part: str) -> None:
    with database.writing() as connection:
        connection.execute("delete from findings")
    opened(app, "cache", period="everything", part=part)
    assert "No findings about the cache in this view" in shown(app)
