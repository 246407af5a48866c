"""Every page, as it is, in the dark, and at several widths."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.dashboard.browser.chromium import View
from tests.dashboard.browser.conftest import viewed

PAGES = ("", "conversations", "findings", "cache", "teams", "live", "help", "conversation")
# Of the page of one conversation.
ASKED = {"period": "everything", "conversation": "l1", "exchange": "l8"}
# Light on dark, as the theme has it.
DARK = "rgb(15, 20, 25)"


@pytest.fixture(params=[1280, 1920, 390])
def window(browser: Browser, site: int, request: pytest.FixtureRequest) -> Iterator[View]:
    yield from viewed(browser, site, request.node.name, width=request.param)


@pytest.fixture
def night(browser: Browser, site: int, request: pytest.FixtureRequest) -> Iterator[View]:
    yield from viewed(browser, site, request.node.name, dark=True)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_window(window: View, name: str) -> None:
    window.open(name, **ASKED)
    assert window.page.locator("h1").count() == 1
    page, shown = window.wide()
    assert page <= shown
    window.check()


@pytest.mark.parametrize("name", ["", "conversation", "findings"])
def test_a_page_is_dark_where_the_system_is(night: View, name: str) -> None:
    night.open(name, **ASKED)
    colour = night.page.get_by_test_id("stApp").evaluate("app => getComputedStyle(app).backgroundColor")
    assert colour == DARK
    for chart in night.charts().all():
        paper = chart.locator(".main-svg").first.evaluate("svg => getComputedStyle(svg).backgroundColor")
        assert paper in (DARK, "rgba(0, 0, 0, 0)")
