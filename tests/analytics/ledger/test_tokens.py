"""Token counts of blocks."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toktok import batch_count

from analytics.dialects.canonical import dumps, media_block
from analytics.dialects.exchange import Block
from analytics.ledger.tokens import IMAGE, LONGEST, block_tokens, text_tokens

TEXTS = st.lists(st.text(max_size=200), max_size=5)


@given(TEXTS)
@settings(deadline=None)  # the first count loads the encoding
def test_texts_are_counted_as_openai_counts_them(texts: list[str]) -> None:
    assert text_tokens(texts) == batch_count(texts, "o200k_base")


@given(TEXTS)
@settings(deadline=None)  # the first count loads the encoding
def test_every_block_has_its_own_count_whatever_stands_beside_it(texts: list[str]) -> None:
    blocks = [Block("user", "user", text) for text in texts]
    assert block_tokens(blocks) == [block_tokens([block])[0] for block in blocks]


def test_lone_surrogates_are_counted() -> None:
    assert text_tokens(["a \ud800 b", "hello world"])[1] == 2


def test_an_endless_text_takes_no_endless_time() -> None:
    started = time.perf_counter()
    assert text_tokens(["word " * (4 * LONGEST)]) == [pytest.approx(4 * LONGEST, rel=0.01)]
    assert time.perf_counter() - started < 5


def test_an_image_counts_by_rule_of_thumb_and_not_by_its_digest() -> None:
    small, large = (media_block("user", "image", "image/png", data) for data in ("AAAA", "A" * 100_000))
    assert block_tokens([small, large, Block("user", "image", dumps({"url": "https://a.test/b.png"}))]) == [IMAGE] * 3


def test_documents_and_audio_count_by_their_bytes() -> None:
    page = media_block("user", "document", "application/pdf", "A" * 66_667)
    minute = media_block("user", "audio", "audio/wav", "A" * (60 * 32_000 * 4 // 3))
    assert block_tokens([page, minute]) == [2000, 1920]


def test_a_written_document_counts_as_text() -> None:
    assert block_tokens([Block("user", "document", "hello world")]) == [2]


def test_an_image_inside_a_tool_result_counts_beside_the_texts() -> None:
    content = dumps([{"type": "image", "source": {"data": {"sha256": "ab"}}}, {"type": "text", "text": "hello"}])
    plain = block_tokens([Block("tool", "tool_result", content)])[0]
    assert block_tokens([Block("tool", "tool_result", content, size=90_000)]) == [plain + IMAGE]


def test_sealed_thinking_counts_by_its_seal_and_open_thinking_by_its_text() -> None:
    sealed = media_block("assistant", "thinking", "redacted_thinking", "A" * 5000)
    signed = Block("assistant", "thinking", dumps({"thinking": "", "signature_sha256": "ab"}), size=5000)
    assert block_tokens([sealed, signed]) == [1000, 1000]
    texts = [Block("assistant", "thinking", dumps({"summary": "hello"}), size=size) for size in (500, 5000)]
    assert len(set(block_tokens(texts))) == 1
