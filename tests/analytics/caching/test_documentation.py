"""docs/caching.md holds the table as the package reads it."""

from pathlib import Path

from analytics.caching.documentation import documentation
from analytics.caching.table import rules

PAGE = Path(__file__).parents[3] / "docs" / "caching.md"


def test_the_page_is_current() -> None:
    text = documentation(rules())
    assert text in PAGE.read_text("utf-8"), "put the output of python -m analytics.caching.documentation into the page"


def test_every_rule_and_source_is_in_the_page() -> None:
    text = documentation(rules())
    for line in rules().lines:
        assert f"`{line.rule.name}`" in text
        assert line.rule.source.text in text
