"""Token counts of blocks: texts by OpenAI's o200k encoding, what has no text by a documented rule of thumb.

The counts are weights: they divide a reported total and never stand for one. They are taken once, when a block is
first read. https://pypi.org/project/toktok-rs/
"""

from collections.abc import Sequence

from toktok import truncate

from analytics.dialects.exchange import Block

ENCODING = "o200k_base"
# A longer text is counted up to here, and the rest taken to be like it.
LONGEST = 2**20
# An image of a megapixel: 765 (https://platform.openai.com/docs/guides/images-vision), about 1,400
# (https://platform.claude.com/docs/en/build-with-claude/vision), 258 to 1,120 (https://ai.google.dev/gemini-api/docs/tokens).
IMAGE = 1000
# 2,000 a page (https://platform.claude.com/docs/en/build-with-claude/pdf-support: 1,500 to 3,000) of 50 kB.
DOCUMENT_BYTES_A_TOKEN = 25
# 32 a second (https://ai.google.dev/gemini-api/docs/tokens) of 32 kB.
AUDIO_BYTES_A_TOKEN = 1000
# Sealed thinking: base64, so four characters for three bytes, and four bytes to a token.
SEALED_CHARACTERS_A_TOKEN = 5


def block_tokens(blocks: Sequence[Block]) -> list[int]:
    """The tokens of each block. Pure: the same block gives the same number."""
    counted = [at for at, block in enumerate(blocks) if _readable(block)]
    counts = dict(zip(counted, text_tokens([blocks[at].content for at in counted]), strict=True))
    return [counts.get(at, 0) + _unread(block) for at, block in enumerate(blocks)]


def text_tokens(texts: Sequence[str]) -> list[int]:
    """The tokens of each text; one that is over LONGEST is extrapolated."""
    return [_text_tokens(text) for text in texts]


def _text_tokens(text: str) -> int:
    head = text[:LONGEST]
    try:
        counted = _count(head)
    except UnicodeEncodeError:  # lone surrogates
        counted = _count(_encodable(head))
    return counted * len(text) // (len(head) or 1)


def _count(text: str) -> int:
    """`truncate` tells the count of the whole text, and needs no threads: `batch_count` takes 30 µs to start them."""
    counted: int = truncate(text, 1, ENCODING)[1]
    return counted


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _readable(block: Block) -> bool:
    """Whether the content is what the model reads, rather than a digest that stands for it.

    Reasoning that comes with its text and a seal is known by the text, whatever the seal's size.
    """
    if block.kind in ("image", "tool_result"):
        return block.kind != "image"
    return block.size is None or 'sha256":' not in block.content


def _unread(block: Block) -> int:
    """The tokens of what the content only stands for."""
    if block.kind == "image":
        return IMAGE
    if block.size is None or (_readable(block) and block.kind != "tool_result"):
        return 0
    decoded = block.size * 3 // 4
    match block.kind:
        case "document":
            return decoded // DOCUMENT_BYTES_A_TOKEN
        case "audio":
            return decoded // AUDIO_BYTES_A_TOKEN
        case "tool_result":
            return block.content.count('"sha256":') * IMAGE
    return block.size // SEALED_CHARACTERS_A_TOKEN
