"""What a request is made of."""

from hypothesis import given
from hypothesis import strategies as st

from analytics.ledger.apportionment import apportioned
from analytics.ledger.composition import KINDS, composition, counts_of, less, plus
from tests.analytics.ledger.figures import COUNTS, TOKENS, counts

WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=9)


@given(st.integers(0, 10**12), WEIGHTS)
def test_apportioned_parts_add_up_and_follow_their_weights(total: int, weights: list[int]) -> None:
    parts = apportioned(total, weights)
    assert sum(parts) == total
    assert min(parts) >= 0
    for part, weight in zip(parts, weights, strict=True):
        if sum(weights):
            assert abs(part - total * weight / sum(weights)) <= 1 + total * 1e-9
    assert not sum(weights) or all(part == 0 for part, weight in zip(parts, weights, strict=True) if not weight)


@given(st.lists(st.tuples(TOKENS, COUNTS), max_size=3))
def test_the_composition_sums_to_the_parts(parts: list[tuple[int, tuple[int, ...]]]) -> None:
    assert sum(composition(parts)) == sum(tokens for tokens, _ in parts)


@given(COUNTS, COUNTS)
def test_what_is_left_and_what_was_taken_make_the_whole(left: tuple[int, ...], taken: tuple[int, ...]) -> None:
    assert less(plus(left, taken), taken) == left
    assert min(less(left, taken)) >= 0


def test_every_part_is_divided_like_its_own_blocks() -> None:
    parts = [(1000, counts(tools=30, system=10)), (100, counts(tool_result=7))]
    assert composition(parts) == counts(tools=750, system=250, tool_result=100)


def test_tokens_without_a_block_to_name_are_other() -> None:
    assert composition([(40, counts())]) == counts(other=40)


def test_images_documents_and_audio_are_media_and_unheard_of_kinds_are_other() -> None:
    blocks = [("image", 1), ("document", 2), ("audio", 4), ("user", 8), ("other", 16), ("hologram", 32)]
    assert counts_of(blocks) == counts(media=7, user=8, other=48)
    assert len(KINDS) == 9
