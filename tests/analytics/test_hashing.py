"""Hashes: the same for the same content after the same history under the same key, and never otherwise."""

from hypothesis import given
from hypothesis import strategies as st

from analytics.dialects.exchange import Block
from analytics.hashing import ROOT, SIZE, Hasher
from tests.analytics.chats import KEY

HASHER = Hasher(KEY)
OTHER = Hasher(bytes(32))
BLOCKS = st.builds(Block, st.sampled_from(["user", "assistant"]), st.sampled_from(["user", "thinking"]), st.text())
DIGESTS = st.binary(min_size=SIZE, max_size=SIZE)


@given(BLOCKS, BLOCKS)
def test_two_blocks_have_one_hash_exactly_if_they_say_the_same(one: Block, other: Block) -> None:
    same = (one.role, one.kind, one.content) == (other.role, other.kind, other.content)
    assert (HASHER.block(one) == HASHER.block(other)) == same


def test_what_is_no_part_of_the_content_does_not_count() -> None:
    block = Block("tool", "tool_result", "42", ref="call_1", size=7)
    assert HASHER.block(block) == HASHER.block(Block("tool", "tool_result", "42", ref="call_2"))


def test_half_a_surrogate_pair_can_be_hashed() -> None:
    assert HASHER.block(Block("user", "user", "\ud83d")) != HASHER.block(Block("user", "user", "\ufffd"))


def test_another_key_gives_other_hashes_of_everything() -> None:
    block = Block("user", "user", "Hello")
    assert HASHER.block(block) != OTHER.block(block)
    assert HASHER.prefix(ROOT, ROOT) != OTHER.prefix(ROOT, ROOT)
    assert HASHER.bag([ROOT]) != OTHER.bag([ROOT])
    assert len({HASHER.key_id(), OTHER.key_id(), Hasher(KEY).key_id()}) == 2


def test_the_key_cannot_be_seen_in_its_name() -> None:
    assert KEY.hex() not in HASHER.key_id()
    assert len(HASHER.key_id()) == 16


def chained(history: list[bytes]) -> list[bytes]:
    parent, prefixes = ROOT, []
    for block in history:
        parent = HASHER.prefix(parent, block)
        prefixes.append(parent)
    return prefixes


@given(st.lists(DIGESTS, max_size=6), st.lists(DIGESTS, max_size=6))
def test_prefixes_agree_exactly_as_far_as_the_histories_do(one: list[bytes], other: list[bytes]) -> None:
    common = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    agreed = [a == b for a, b in zip(chained(one), chained(other), strict=False)]
    assert agreed == [at < common for at in range(min(len(one), len(other)))]


@given(st.lists(DIGESTS, min_size=1, max_size=5))
def test_block_prefix_and_preamble_are_hashed_apart(blocks: list[bytes]) -> None:
    assert HASHER.bag(blocks) not in chained(blocks)
    assert ROOT not in chained(blocks)
