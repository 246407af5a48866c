"""Where the browser is, and what a page in it does and says."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Dialog,
    Download,
    Locator,
    Page,
    Request,
    TimeoutError,
    expect,
    sync_playwright,
)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PICTURES = Path(__file__).parents[3] / ".artefacts" / "browser"
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"][data-test-connection-state="CONNECTED"]'
MENU = "button[@data-testid='stPopoverButton']"
# Generous: the machine may have other work.
PATIENCE_MS, TRIES = 60_000, 12
HEAD_PX, ROW_PX = 35, 35


def executable() -> str | None:
    """The browser of this system: `TOKENECHO_TEST_BROWSER`, or one by a usual name."""
    given = os.environ.get("TOKENECHO_TEST_BROWSER")
    return given or next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def launched(path: str) -> Iterator[Browser]:
    """The browser, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        try:
            yield browser
        finally:
            browser.close()


@dataclass  # Playwright keeps something in whose methods it calls
class View:
    """A page of the dashboard in the browser, and what it did that it should not."""

    page: Page
    port: int
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("dialog", self._asked)
        self.page.on("request", self._requested)

    def _said(self, said: ConsoleMessage) -> None:
        """An error on the console."""
        if said.type == "error":
            self.wrong.append(f"console: {said.text} ({said.location.get('url')})")

    def _asked(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _requested(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in ("http", "https", "ws", "wss") and url.hostname != "127.0.0.1":
            self.wrong.append(f"request: {request.url}")

    def open(self, name: str = "", **parameters: str | list[str]) -> "View":
        """The page of that name, settled."""
        query = urlencode(parameters, doseq=True)
        self.page.goto(f"http://127.0.0.1:{self.port}/{name}" + (f"?{query}" if query else ""))
        return self.settle()

    def settle(self) -> "View":
        """Wait until the script has run, and what it sent is drawn."""
        self.page.wait_for_selector(IDLE)
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE_MS)
        for chart in self.page.locator(".stPlotlyChart").all():
            expect(chart.locator(".main-svg").first).to_be_attached(timeout=PATIENCE_MS)
        return self

    def title(self, text: str | re.Pattern[str]) -> None:
        """Wait for that title."""
        expect(self.page.locator("h1")).to_have_text(text, timeout=PATIENCE_MS)

    def metrics(self) -> dict[str, str]:
        """Label and value of each."""
        found = [box.inner_text().split("\n") for box in self.page.get_by_test_id("stMetric").all()]
        return {parts[0]: next(part for part in parts[1:] if part.strip()) for parts in found}

    def cells(self, table: int = 0) -> list[list[str]]:
        """The cells of a table that are in view, by row, as assistive technology reads them."""
        grid = self.page.locator(".stDataFrame").nth(table)
        grid.locator("tbody tr").first.wait_for(state="attached")
        rows: list[list[str]] = grid.locator("tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
        )
        return rows

    def tick(self, row: int, table: int = 0) -> None:
        """Choose a row of a table, as with a mouse."""
        canvas = self.page.locator(".stDataFrame").nth(table).locator("canvas").first
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box
        self.page.mouse.click(box["x"] + 15, box["y"] + HEAD_PX + ROW_PX * row + ROW_PX // 2)

    def download(self, title: str, what: str) -> Download:
        """What the download menu beside that title gives."""
        heading = self.page.get_by_role("heading", name=title)
        heading.locator(f"xpath=ancestor::*[.//{MENU}][1]").locator(f"xpath=.//{MENU}").first.click()
        with self.page.expect_download() as found:
            self.page.get_by_role("button", name=what).click()
        return found.value

    def choose(self, box: Locator, option: str | re.Pattern[str]) -> None:
        """Open a box of options and take one."""
        self.offered(box, option).click()

    def offered(self, box: Locator, option: str | re.Pattern[str]) -> Locator:
        """The option, in the box that was opened; which may be drawn anew just then, and be closed again."""
        found = self.page.get_by_role("option", name=option, exact=isinstance(option, str)).first
        for _ in range(TRIES):
            box.click()
            with suppress(TimeoutError):
                found.wait_for(timeout=PATIENCE_MS / TRIES)
                return found
        raise AssertionError(f"{option} is not offered")

    def charts(self) -> Locator:
        return self.page.locator(".stPlotlyChart")

    def wide(self) -> tuple[int, int]:
        """How wide the page is, and the window."""
        found: list[int] = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        return found[0], found[1]

    def check(self) -> None:
        """Nothing went wrong so far, in the browser or on the page."""
        assert self.wrong == []
        assert self.page.locator(".stException").count() == 0

    def picture(self, name: str) -> None:
        """Keep how it looks."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{re.sub(r'[^A-Za-z0-9_-]+', '-', name)}.png", full_page=True)
