"""What the assistant says in a history: its runs of blocks, by what was said rather than how it was dressed.

Clients drop the thinking, trim white space, and join or split texts when they send a reply back, so a run is known by
its text without white space and by its other blocks (tool calls), whose content is canonical already.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.dialects.exchange import Block
from analytics.hashing import ROOT, Hasher
from analytics.recent import Recent

# A block that is no text (a sealed compaction, an image) is as telling as a long text.
TELLING = 1000


@dataclass(frozen=True, slots=True)
class Speech:
    """A history with its hashes: `prefixes[i]` ends in `blocks[i]`.

    `known` are runs by the prefix that they end: all there is of a run follows from it. `root` is the prefix that the
    first block comes after.
    """

    blocks: Sequence[Block]
    hashes: Sequence[bytes]
    prefixes: Sequence[bytes]
    known: "Recent[bytes, Run]"
    root: bytes = ROOT

    def before(self, start: int) -> bytes:
        """The prefix hash of what comes before that block."""
        return self.prefixes[start - 1] if start else self.root


@dataclass(frozen=True, slots=True)
class Run:
    """One maximal run of the assistant's blocks, `start` to `end` (exclusive).

    `key` is what was said; `node` is that, said after this very history. `weight` is how telling it is, in characters.
    """

    start: int
    end: int
    key: bytes
    node: bytes
    weight: int


def last_runs(hasher: Hasher, speech: Speech, most: int) -> list[Run]:
    """The last runs, the very last first; a run of thinking alone is none."""
    runs: list[Run] = []
    end = len(speech.blocks)
    while end and len(runs) < most:
        start, end = _bounds(speech.blocks, end)
        run = _known_run(hasher, speech, start, end) if start < end else None
        if run:
            runs.append(run)
        end = start
    return runs


def _bounds(blocks: Sequence[Block], end: int) -> tuple[int, int]:
    while end and blocks[end - 1].role != "assistant":
        end -= 1
    return run_start(blocks, end), end


def run_start(blocks: Sequence[Block], end: int) -> int:
    """Where the run of the assistant begins that ends there; that very place where none does."""
    while end and blocks[end - 1].role == "assistant":
        end -= 1
    return end


def _known_run(hasher: Hasher, speech: Speech, start: int, end: int) -> Run | None:
    found = speech.known.get(speech.prefixes[end - 1])
    if found is None:
        found = _run(hasher, speech, start, end)
        if found:
            speech.known.put(speech.prefixes[end - 1], found)
    return found


def _run(hasher: Hasher, speech: Speech, start: int, end: int) -> Run | None:
    texts: list[str] = []
    others: list[bytes] = []
    weight = 0
    for block, digest in zip(speech.blocks[start:end], speech.hashes[start:end], strict=True):
        if block.kind == "assistant":
            texts.append(block.content)
        elif block.kind != "thinking":
            others.append(digest)
            weight += len(block.content) if block.kind == "tool_call" else TELLING
    text = "".join("".join(texts).split())
    if not text and not others:
        return None
    key = hasher.said(text, others)
    return Run(start, end, key, hasher.prefix(speech.before(start), key), weight + len(text))
