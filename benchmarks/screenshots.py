"""Pictures of every page, for the docs: `make screenshots`.

They are of the demo's calls, 1280 pixels wide, in docs/images/.
"""

import re
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from analytics.cli.demo import fill
from analytics.launch.places import Places
from analytics.store.database import Database
from tests.dashboard.browser.chromium import View, executable, launched
from tests.dashboard.serving import served

IMAGES = Path(__file__).parents[1] / "docs" / "images"
WIDTH, HEIGHT, TALLEST = 1280, 800, 1280
PAGES = ("overview", "conversations", "conversation", "findings", "cache", "teams", "live", "help")
# The conversation that shows most: many turns, and more than one line.
RICHEST = "select conversation_id from conversations order by turns * least(branches, 3) desc, conversation_id limit 1"
WORTH_MOST = "select finding_id from findings order by usd desc nulls last, finding_id limit 1"


def main() -> None:
    path = executable()
    if path is None:
        raise SystemExit("There is no Chromium here; the pictures need one.")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        at = Places(Path(place) / "tokenecho.duckdb", Path(place))
        fill(at)
        with Database(at.database).reading() as connection:
            conversation, finding = (str(connection.execute(q).fetchall()[0][0]) for q in (RICHEST, WORTH_MOST))
        with served(at.home) as port, launched(path) as browser:
            for page in PAGES:
                take(browser, port, page, conversation=conversation, found=finding)
            take(browser, port, "overview", dark=True)


def take(browser: Browser, port: int, page: str, *, dark: bool = False, **asked: str) -> None:
    """A picture of the page, from its top as far as it goes, but not for ever."""
    with browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="dark" if dark else "light"
    ) as context:
        view = View(context.new_page(), port)
        view.open("" if page == "overview" else page, period="everything", compare="true", **asked)
        # Streamlit scrolls a box of its own: the window is made as high as what is in it.
        tall: int = view.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        view.page.set_viewport_size({"width": WIDTH, "height": max(HEIGHT, min(tall, TALLEST))})
        view.settle().page.wait_for_timeout(1_000)  # charts take their new size
        view.check()
        name = re.sub(r"\W", "-", page) + ("-dark" if dark else "")
        view.page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
