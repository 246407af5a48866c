"""Captured text does nothing to who looks at it."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from dashboard.plain_text import in_chart, in_markdown, one_line, visible
from tests.dashboard.talks import HOSTILE


@given(st.text())
def test_nothing_that_cannot_be_seen_is_left(text: str) -> None:
    left = {unicodedata.category(sign) for sign in visible(text) if sign not in "\n\t\u200c\u200d"}
    assert not left & {"Cc", "Cf", "Co", "Cs", "Cn"}


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_what_can_be_read_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_escapes_and_marks_of_direction_are_named() -> None:
    assert visible("a\x1b[31m\u202eb\r\nc\rd\te") == "a⟨U+001B⟩[31m⟨U+202E⟩b\nc⟨U+000D⟩d\te"


def test_emoji_that_are_joined_stay_joined() -> None:
    assert visible("👩\u200d🚒") == "👩\u200d🚒"


@given(st.text(), st.integers(2, 80))
def test_a_line_is_one_line_and_no_longer_than_it_may_be(text: str, longest: int) -> None:
    line = one_line(text, longest)
    assert len(line) <= longest
    assert "\n" not in line


def test_a_chart_reads_no_html() -> None:
    assert "<" not in in_chart(HOSTILE)
    assert "&lt;script&gt;" in in_chart(HOSTILE)


def test_markdown_reads_no_marks() -> None:
    assert in_markdown("**a** [b](c) $d$ :red[e] <f>") == (r"\*\*a\*\* \[b\]\(c\) \$d\$ \:red\[e\] \<f\>")
