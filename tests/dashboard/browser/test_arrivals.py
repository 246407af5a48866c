"""Calls that arrive while one looks."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.analytics.chats import chat
from tests.dashboard.browser.chromium import PATIENCE_MS, View
from tests.dashboard.browser.conftest import viewed
from tests.dashboard.serving import served
from tests.dashboard.traffic import stored


@pytest.fixture
def fresh(browser: Browser, home: Path, request: pytest.FixtureRequest) -> Iterator[View]:
    """A dashboard over nothing yet."""
    with served(home) as port:
        yield from viewed(browser, port, request.node.name)


def arrive(home: Path, number: int) -> None:
    stored(home / "tokenecho.duckdb", [chat(number, started_at=datetime.now(UTC).timestamp())])


def test_an_empty_page_fills_when_the_first_call_arrives(fresh: View, home: Path) -> None:
    fresh.open().title("Waiting for the first call")
    expect(fresh.page.get_by_text("tokenecho run -- python your_app.py")).to_be_visible()
    arrive(home, 1)
    fresh.title("Overview")
    assert fresh.settle().metrics()["Spend"].startswith("$")


def test_a_new_call_appears_on_the_live_page_by_itself(fresh: View, home: Path) -> None:
    arrive(home, 1)
    fresh.open("live").title("Live")
    assert len(fresh.cells()) == 1
    fresh.page.evaluate("window.kept = true")
    arrive(home, 2)
    expect(fresh.page.locator(".stDataFrame").first.locator("tbody tr")).to_have_count(2, timeout=PATIENCE_MS)
    assert fresh.page.evaluate("window.kept")  # the page was not loaded anew
