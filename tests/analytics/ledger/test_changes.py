"""What changed between two lists of blocks."""

import time
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from analytics.ledger.changes import Piece, change, counted, rewritten, shared_ends
from tests.analytics.ledger.figures import counts

BLOCKS = st.lists(st.sampled_from([b"a", b"b", b"c", b"d"]), max_size=8)
TEXT = st.text("ab", max_size=12)


@given(BLOCKS, BLOCKS)
def test_what_is_fresh_and_what_stayed_make_the_later_list(later: list[bytes], earlier: list[bytes]) -> None:
    made = change(later, earlier)
    assert Counter(later) - Counter(earlier) == Counter(made.fresh)
    assert Counter(earlier) - Counter(later) == Counter(made.dropped)
    assert change(later, later) == change([], [])
    assert change(later, []).fresh == tuple(later)


def test_returned_blocks_are_not_fresh() -> None:
    assert change([b"a", b"b", b"a"], []).without([b"a"]).fresh == (b"b", b"a")


@given(TEXT, TEXT, TEXT)
def test_shared_ends_never_overlap(start: str, middle: str, end: str) -> None:
    a, b = start + middle + end, start + end
    assert len(start + end) <= shared_ends(a, b) <= min(len(a), len(b))
    assert shared_ends(a, a) == len(a)
    assert shared_ends(a, b) == shared_ends(b, a)


def test_long_texts_are_compared_at_once() -> None:
    text = "slugs and snails " * 200_000
    started = time.perf_counter()
    assert shared_ends(text + "x" + text, text + "y" + text) == 2 * len(text)
    assert time.perf_counter() - started < 1


def test_of_a_rewritten_block_the_text_that_stayed_is_old() -> None:
    before = "Today is Monday. " + "Be brief and kind. " * 10
    now = before.replace("Monday", "Friday")
    pieces = {b"a": Piece("system", 100, now), b"b": Piece("system", 100, before), b"c": Piece("user", 9, before)}
    (old,) = [tokens for tokens in rewritten(change([b"a"], [b"b"]), pieces) if tokens]
    assert 90 < old < 100
    assert rewritten(change([b"a"], [b"c"]), pieces) == counts()


def test_another_text_that_begins_alike_is_not_the_same_rewritten() -> None:
    pieces = {b"a": Piece("user", 20, "Please tell me about slugs."), b"b": Piece("user", 20, "Please sing for us!")}
    assert rewritten(change([b"a"], [b"b"]), pieces) == counts()


def test_blocks_without_texts_or_unknown_ones_are_not_compared() -> None:
    pieces = {b"a": Piece("user", 20), b"b": Piece("user", 20, "Please")}
    assert rewritten(change([b"a", b"x"], [b"b", b"y"]), pieces) == counts()
    assert counted([b"a", b"x"], pieces) == counts(user=20)
