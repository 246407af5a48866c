"""What became of the first block that differs."""

import re

from hypothesis import given
from hypothesis import strategies as st

from dashboard.differences import LONGEST_LINES, Difference, difference, first_difference


def test_a_block_that_was_changed_is_compared_with_what_it_was() -> None:
    assert first_difference(["x", "c"], ["b", "c"]) == Difference("changed", "x", "b")


def test_a_block_that_was_put_in_before_another_is_told_from_a_change() -> None:
    assert first_difference(["x", "b", "c"], ["b", "c"]) == Difference("inserted", "x", None)


def test_a_block_that_is_gone_is_shown_as_it_was() -> None:
    assert first_difference(["c"], ["b", "c"]) == Difference("removed", None, "b")
    assert first_difference([], ["b"]) == Difference("dropped", None, "b")


def test_blocks_in_another_order_are_the_same_blocks() -> None:
    assert first_difference(["c", "b"], ["b", "c"]) == Difference("moved", "c", "b")


def test_a_changed_word_is_shown_between_the_words_around_it() -> None:
    assert difference("Today is Monday, so rest.", "Today is Tuesday, so rest.") == (
        "Today is [-Monday-]{+Tuesday+}, so rest."
    )


def test_a_long_text_around_a_short_change_is_left_out() -> None:
    said = difference("word " * 5_000 + "old" + " more" * 5_000, "word " * 5_000 + "new" + " more" * 5_000)
    assert "[-old-]{+new+}" in said
    assert said.startswith("… ")
    assert said.endswith(" …")
    assert len(said) < 300


def test_a_long_change_is_shown_line_by_line() -> None:
    old = "\n".join(f"line {at} of the old text, which is long" for at in range(150))
    said = difference(old, old.replace("old text", "new words")).split("\n")
    assert "-line 3 of the old text, which is long" in said
    assert "+line 3 of the new words, which is long" in said


def test_of_very_many_lines_the_first_are_shown_and_it_is_said() -> None:
    said = difference("\n".join(f"a{at} b c d" for at in range(900)), "\n".join(f"x{at} y z w" for at in range(900)))
    assert len(said.split("\n")) < 2 * LONGEST_LINES + 3
    assert said.endswith("that differ")


WORDS = st.lists(st.sampled_from(["a", "bb", "ccc", ".", "\n", "dd ee"]), max_size=30).map(" ".join)


@given(WORDS, WORDS)
def test_the_marks_lead_back_to_both_texts(before: str, now: str) -> None:
    said = difference(before, now).removeprefix("… ")
    old = re.sub(r"\{\+.*?\+\}", "", said, flags=re.DOTALL).replace("[-", "").replace("-]", "").removesuffix(" …")
    new = re.sub(r"\[-.*?-\]", "", said, flags=re.DOTALL).replace("{+", "").replace("+}", "").removesuffix(" …")
    assert before.endswith(old) or old in before
    assert now.endswith(new) or new in now
