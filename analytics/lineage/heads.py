"""Heads: hashes of how a text begins, so that one that was cut or changed further on is still known.

Every head tells its level, how long it is, in its lowest bits: texts that share a head share those of lower levels.
"""

from collections.abc import Iterator, Sequence

from analytics.dialects.exchange import Block
from analytics.hashing import Hasher
from analytics.lineage.speech import Speech

# How many characters, without white space, the heads of what was said take.
SAID = (32, 64, 128, 256, 512, 1024, 2048)
# How many characters the heads of a block take.
WRITTEN = (256, 512, 1024, 2048, 4096)
LEVEL_BITS = 3
# How many of the last blocks of a run may begin a reply: clients add messages of the assistant that nobody said.
MOST_STARTS = 8


def shortest(heads: Sequence[int]) -> list[int]:
    """Those of the lowest level."""
    return [head for head in heads if not head % (1 << LEVEL_BITS)]


def said_heads(hasher: Hasher, before: bytes, blocks: Sequence[Block]) -> tuple[int, ...]:
    """How a reply to this very history begins."""
    text = _text(blocks)
    return tuple(_head(hasher, level, before, text[:size]) for level, size in enumerate(SAID) if size <= len(text))


def run_heads(hasher: Hasher, speech: Speech, start: int, end: int) -> tuple[int, ...]:
    """How whatever may be a reply within this run of the assistant begins, after what comes before it."""
    found: set[int] = set()
    for at in list(_starts(speech.blocks, start, end))[-MOST_STARTS:]:
        found.update(said_heads(hasher, speech.before(at), speech.blocks[at:end]))
    return tuple(sorted(found))


def written_heads(hasher: Hasher, block: Block) -> tuple[int, ...]:
    """How a block begins: the two longest heads, the longer of which is at least half of it, up to a limit."""
    fitting = [(level, size) for level, size in enumerate(WRITTEN) if size <= len(block.content)]
    return tuple(_head(hasher, level, b"", block.content[:size]) for level, size in fitting[-2:])


def _starts(blocks: Sequence[Block], start: int, end: int) -> Iterator[int]:
    """Where a reply may begin: with its thinking, or with its text."""
    thought = False
    for at in range(start, end):
        if not thought and blocks[at].kind in ("assistant", "thinking"):
            yield at
        thought = blocks[at].kind == "thinking"


def _text(blocks: Sequence[Block]) -> str:
    """What is said before anything else is done, without white space, as far as a head may reach."""
    said = ""
    for block in blocks:
        if block.kind == "assistant":
            said += "".join(block.content[: 2 * SAID[-1]].split())
        elif block.kind != "thinking":
            break
        if len(said) >= SAID[-1]:
            break
    return said


def _head(hasher: Hasher, level: int, before: bytes, text: str) -> int:
    return hasher.head(before, text) >> LEVEL_BITS << LEVEL_BITS | level
