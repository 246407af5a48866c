"""What one does with the pages: filter, open, hover, download, share."""

import csv
import io
import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.dashboard.browser.chromium import PATIENCE_MS, View


def content(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8"))))


def test_the_overview_opens_with_figures_and_charts(view: View) -> None:
    view.open(period="everything").title("Overview")
    figures = view.metrics()
    assert set(figures) >= {"Spend", "Tokens", "Echo share", "Cache hits"}
    assert figures["Spend"].startswith("$")
    assert view.charts().count() == 1


def test_a_part_of_a_page_opens_with_a_click_and_stands_in_the_url(view: View, browser: Browser, site: int) -> None:
    view.open(period="everything")
    view.page.get_by_role("tab", name="By team").click()
    expect(view.page.get_by_role("heading", name="By team")).to_be_visible(timeout=PATIENCE_MS)
    expect(view.page).to_have_url(re.compile("tab=By"), timeout=PATIENCE_MS)
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        other = View(context.new_page(), site)
        other.page.goto(view.page.url)
        expect(other.settle().page.get_by_role("heading", name="By team")).to_be_visible(timeout=PATIENCE_MS)
        other.check()


def test_a_filter_narrows_the_figures_and_stands_in_the_url(view: View) -> None:
    view.open(period="everything")
    before = view.metrics()["Tokens"]
    view.choose(view.page.get_by_test_id("stSidebar").get_by_label("Team"), "blue")
    expect(view.page).to_have_url(re.compile("team=blue"), timeout=PATIENCE_MS)
    expect(view.page.get_by_test_id("stMetric").nth(1)).not_to_contain_text(before, timeout=PATIENCE_MS)
    # Three turns of 1,000 tokens more each, 100 of output each; of the fourth call the tokens are unknown.
    assert view.settle().metrics()["Tokens"] == "6,300"


def test_filters_go_along_from_page_to_page(view: View) -> None:
    view.open(period="everything", team="blue")
    view.page.get_by_test_id("stSidebarNav").get_by_text("Live").click()
    view.title("Live")
    expect(view.page).to_have_url(re.compile(r"/live\?.*team=blue"), timeout=PATIENCE_MS)
    view.settle()
    assert len(view.cells()) == 4


def test_a_click_opens_a_conversation(view: View) -> None:
    view.open("conversations", period="everything", search="gpt", sort="Turns")
    first = view.cells()[0]
    assert first[2] == "12"
    view.tick(0)
    view.title("Conversation of 12 turns")
    expect(view.page).to_have_url(re.compile("conversation=g0"), timeout=PATIENCE_MS)
    view.settle()
    expect(view.charts().first).to_have_attribute("aria-label", re.compile(r"^Input of 12 calls.*\.$"))


def test_pointing_at_a_bar_says_what_it_is(view: View) -> None:
    view.open("conversation", conversation="g0")
    chart = view.charts().first
    box = chart.bounding_box()
    assert box
    view.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.3)
    view.page.mouse.move(box["x"] + box["width"] * 0.5 + 3, box["y"] + box["height"] * 0.5, steps=5)
    tip = chart.locator(".hoverlayer .hovertext").first
    expect(tip).to_be_visible(timeout=PATIENCE_MS)
    assert re.search(r"[Tt]urn \d", tip.text_content() or "")


def test_figures_are_taken_away_as_csv_sql_and_html(view: View, tmp_path: Path) -> None:
    view.open("cache", period="everything")
    for what, name in (("Rows (CSV)", "a.csv"), ("Query (SQL)", "a.sql"), ("Chart (HTML)", "a.html")):
        view.download("Cache hits over time", what).save_as(tmp_path / name)
        view.page.keyboard.press("Escape")
    rows = content(tmp_path / "a.csv")
    assert "cache_hit_share" in rows[0]
    assert len(rows) > 2
    assert "from shown_hours" in (tmp_path / "a.sql").read_text("utf-8")
    assert "Plotly.newPlot" in (tmp_path / "a.html").read_text("utf-8")


def test_a_shared_url_is_the_same_view_elsewhere(view: View, browser: Browser, site: int) -> None:
    view.open("conversations", period="everything", sort="Input tokens", search="red")
    mine, address = view.cells(), view.page.url
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        other = View(context.new_page(), site)
        other.page.goto(address)
        assert other.settle().cells() == mine
        other.check()
    assert mine


def test_messages_of_another_call_are_shown_when_it_is_chosen(view: View) -> None:
    view.open("conversation", conversation="l1", exchange="l8")
    expect(view.page.get_by_text("[-Monday-]{+Tuesday+}")).to_be_visible(timeout=PATIENCE_MS)
    view.choose(view.page.get_by_label("Call", exact=True), re.compile("^Turn 1 "))
    expect(view.page).to_have_url(re.compile("exchange=l1"), timeout=PATIENCE_MS)
    expect(view.page.get_by_text("Tell me about lighthouses").last).to_be_visible(timeout=PATIENCE_MS)


def test_the_keyboard_reaches_pages_and_filters(view: View) -> None:
    view.open(period="everything")
    reached = []
    for _ in range(40):
        view.page.keyboard.press("Tab")
        reached.append(view.page.evaluate("document.activeElement.textContent + document.activeElement.ariaLabel"))
    assert [
        name for name in ("Overview", "Teams", "Provider", "Team") if not any(name in each for each in reached)
    ] == []
