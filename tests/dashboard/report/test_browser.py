"""The report in a browser: from a file, on light and on dark, on a narrow screen and on paper."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from analytics.record import Who
from analytics.reporting import Selection
from dashboard.palette import DARK, LIGHT
from dashboard.report.material import load
from dashboard.report.page import page
from tests.dashboard.browser.chromium import executable, launched
from tests.dashboard.talks import everything, long
from tests.dashboard.traffic import HOSTILE, conversation, stored

PAPER_WIDTH = 680


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = executable()
    if path is None:
        pytest.skip("no Chromium here: these tests need one (apt-get install chromium, or TOKENECHO_TEST_BROWSER)")
    with launched(path) as found:
        yield found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page over conversations of which some mean harm."""
    folder = tmp_path_factory.mktemp("report")
    hostile = conversation(700, 3, 9_000.0, Who(HOSTILE, HOSTILE, HOSTILE))
    database = stored(folder / "calls.duckdb", [*everything(), *long(12), *hostile])
    (folder / "report.html").write_text(page(load(database.path, Selection(), [])), "utf-8")
    return folder / "report.html"


@pytest.fixture
def opened(browser: Browser, report: Path) -> Iterator[Page]:
    """The page, with its charts drawn; afterwards it must have asked for nothing and complained of nothing."""
    asked: list[str] = []
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        found = context.new_page()
        found.on("request", lambda request: asked.append(request.url))
        found.on("console", lambda said: asked.append(said.text))
        found.on("pageerror", lambda error: asked.append(str(error)))
        found.on("dialog", lambda dialog: asked.append(dialog.message))
        found.goto(report.as_uri())
        yield found
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [report.as_uri()]


def colour(code: str) -> str:
    """As browsers write it."""
    return f"rgb({', '.join(str(int(code[at : at + 2], 16)) for at in (1, 3, 5))})"


def chart(shown: Page) -> Locator:
    """The first layer of the first chart, which has its background and its width."""
    return shown.locator("figure .main-svg").first


def test_it_opens_from_a_file_and_asks_nobody_for_anything(opened: Page) -> None:
    expect(chart(opened)).to_have_css("background-color", colour(LIGHT.background))
    expect(opened).to_have_title("tokenecho report")


def test_it_is_dark_where_dark_is_wanted_and_light_on_paper(opened: Page) -> None:
    opened.emulate_media(color_scheme="dark")
    for shown in (chart(opened), opened.locator("body")):
        expect(shown).to_have_css("background-color", colour(DARK.background))
    opened.emulate_media(media="print", color_scheme="dark")
    for shown in (chart(opened), opened.locator("body")):
        expect(shown).to_have_css("background-color", colour(LIGHT.background))
    expect(chart(opened)).to_have_attribute("width", str(PAPER_WIDTH))


def test_it_fits_a_narrow_screen(opened: Page) -> None:
    opened.set_viewport_size({"width": 390, "height": 800})
    expect(chart(opened)).to_have_attribute("width", "358")
    assert opened.evaluate("document.documentElement.scrollWidth") == 390
