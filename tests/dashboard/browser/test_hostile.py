"""What was captured does nothing in the browser: no element, no dialog, no request, no title of its own."""

import pytest

from tests.dashboard.browser.chromium import View
from tests.dashboard.talks import HOSTILE

PAGES = {
    "": {"period": "everything"},
    "conversations": {"period": "everything", "texts": "true", "search": "owned"},
    "conversation": {"conversation": "h1", "exchange": "h2"},
    "findings": {"period": "everything"},
    "cache": {"period": "everything"},
    "teams": {"period": "everything"},
    "live": {"period": "everything"},
}
# Of all that HOSTILE could become; what the pages are made of has none of these.
MADE = "img[src='x'], script:not([src]):not([type]), a[href^='javascript'], .stMarkdown h1, .katex"


@pytest.mark.parametrize("name", PAGES)
def test_captured_text_makes_nothing_on_a_page(view: View, name: str) -> None:
    view.open(name, **PAGES[name])
    assert view.page.title() == "tokenecho"
    made = view.page.evaluate("made => [...document.body.querySelectorAll(made)].map(each => each.outerHTML)", MADE)
    assert [each for each in made if "alert" in each or "owned" in each or "img" in each] == []
    view.check()


def test_a_captured_text_can_be_read_as_it_is(view: View) -> None:
    view.open("conversation", conversation="h1", exchange="h2")
    said = view.page.locator(".stMain").inner_text()
    assert "<script>document.title='owned'</script>" in said
    assert "**bold**" in said
    assert "[link](javascript:alert(1))" in said
    assert "⟨U+202E⟩" in said
    assert not {"\x1b", "\u202e", "\x07"} & set(said)


def test_what_the_url_says_is_text_too(view: View) -> None:
    view.open("conversation", conversation=HOSTILE.replace("\x00", ""))
    assert "There is no conversation with this id" in view.page.locator(".stMain").inner_text()
    view.open("conversations", period="everything", search="<img src=x onerror=alert(2)>", team="<b>bold</b>")
    assert view.page.locator("img[src='x'], .stMain b").count() == 0
