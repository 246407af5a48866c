"""A browser and a dashboard for each module, a view for each test.

While a browser is there its driver's event loop runs in this thread, and tests of other modules have their own.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.dashboard.browser.chromium import View, executable, launched
from tests.dashboard.serving import served
from tests.dashboard.talks import everything, long
from tests.dashboard.traffic import stored, traffic


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = executable()
    if path is None:
        pytest.skip("no Chromium here: these tests need one (apt-get install chromium, or TOKENECHO_TEST_BROWSER)")
    with launched(path) as found:
        yield found


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a dashboard over all kinds of conversations."""
    home = tmp_path_factory.mktemp("site")
    stored(home / "tokenecho.duckdb", [*traffic(datetime.now(UTC)), *everything(), *long(12)])
    with served(home) as port:
        yield port


@pytest.fixture
def view(browser: Browser, site: int, request: pytest.FixtureRequest) -> Iterator[View]:
    """An empty window; afterwards nothing may have gone wrong in it."""
    yield from viewed(browser, site, request.node.name)


def viewed(browser: Browser, port: int, name: str, width: int = 1280, *, dark: bool = False) -> Iterator[View]:
    """A window of that width, a picture of how it ends, and what went wrong."""
    with browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    ) as context:
        found = View(context.new_page(), port)
        try:
            yield found
        finally:
            found.picture(name)
        found.check()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder of a test's own."""
    return tmp_path
