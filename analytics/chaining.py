"""Chaining: the blocks of a call hashed and chained, with a memory of what came lately.

A request repeats most of the one before it, so most blocks and most steps of a chain are looked up, not hashed again:
first its longest beginning that came as a whole, then what follows block by block. The memory is bounded and is only
that: without it the same hashes come out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice
from typing import NamedTuple

from analytics.dialects.exchange import Block, RequestReading, ResponseReading
from analytics.hashing import ROOT, Hasher
from analytics.ledger.composition import NO_COUNTS, Counts, counts_of, plus
from analytics.ledger.tokens import block_tokens
from analytics.lineage.facts import Spoken
from analytics.lineage.speech import Run, Speech
from analytics.lineage.spoken import spoken
from analytics.recent import Recent

MEMORY_TEXT = 16 * 2**20
MEMORY_STARTS = 24 * 2**20  # of texts, most of which are remembered elsewhere too
MEMORY_TOKENS = 50_000
MEMORY_RUNS = 10_000
SMALLEST = 100  # what a remembered block takes beside its content


class Measured(NamedTuple):
    """A block with its hash, its bytes on the wire and its tokens."""

    block: Block
    digest: bytes
    size: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Blocks in a row with what follows from each: its hash, its bytes on the wire, its tokens.

    `bytes` and `counts` (tokens by kind) are those of all of them.
    """

    blocks: tuple[Block, ...] = ()
    digests: tuple[bytes, ...] = ()
    sizes: tuple[int, ...] = ()
    tokens: tuple[int, ...] = ()
    bytes: int = 0
    counts: Counts = NO_COUNTS

    def followed_by(self, measured: Sequence[Measured]) -> "Stretch":
        """This and more."""
        sizes = tuple(each.size for each in measured)
        return Stretch(
            self.blocks + tuple(each.block for each in measured),
            self.digests + tuple(each.digest for each in measured),
            self.sizes + sizes,
            self.tokens + tuple(each.tokens for each in measured),
            self.bytes + sum(sizes),
            plus(self.counts, counts_of((each.block.kind, each.tokens) for each in measured)),
        )


EMPTY = Stretch()


class Start(NamedTuple):
    """How a preamble or a history begins, with its chain: `prefixes[i]` is the hash up to and with block i.

    `weight` is the room that it takes.
    """

    stretch: Stretch = EMPTY
    prefixes: tuple[bytes, ...] = ()
    weight: int = 0


# By the identity and the place of their last block.
type Starts = Recent[tuple[int, int], Start]


@dataclass(frozen=True, slots=True)
class Chain:
    """The blocks of one exchange: preamble, history, reply.

    `prefixes[i]` is the hash of the history up to and with its block i. The first `familiar` of them came before in
    this process, which need not mean that they are stored. `fresh` is how many characters it holds in texts that did
    not come lately.
    """

    preamble: Stretch = EMPTY
    history: Stretch = EMPTY
    prefixes: tuple[bytes, ...] = ()
    reply: Stretch = EMPTY
    familiar: int = 0
    fresh: int = 0
    spoken: Spoken = field(default_factory=Spoken)


class Chainer:
    """Hashes and chains under one key."""

    def __init__(self, hasher: Hasher) -> None:
        self._hasher = hasher
        # By the identity of a block, which what is remembered keeps alive: recalled messages have the very same ones.
        self._measured: Recent[int, Measured] = Recent(MEMORY_TEXT)
        self._tokens: Recent[bytes, int] = Recent(MEMORY_TOKENS)
        self._preambles: Starts = Recent(MEMORY_STARTS)
        self._histories: Starts = Recent(MEMORY_STARTS)
        self._runs: Recent[bytes, Run] = Recent(MEMORY_RUNS)
        # The characters of all texts that were no longer, or not yet, remembered.
        self._met = 0

    def chain(self, request: RequestReading, response: ResponseReading) -> Chain:
        """The call's chain, with the facts that lineage is decided by."""
        met = self._met
        (preamble, *_), _ = self._chained(request.preamble, self._preambles)
        (history, prefixes, _), familiar = self._chained(request.history, self._histories)
        reply = EMPTY.followed_by(self._measure(response.reply))
        speech = Speech(request.history, history.digests, prefixes, self._runs)
        said = tuple(zip(reply.digests, reply.blocks, strict=True))
        facts = spoken(self._hasher, speech, history.sizes, said, (len(preamble.blocks), preamble.bytes))
        return Chain(preamble, history, prefixes, reply, familiar, self._met - met, facts)

    def _chained(self, blocks: tuple[Block, ...], lately: Starts) -> tuple[Start, int]:
        """These blocks, chained; and how many of them are the start that was known."""
        known = _known(blocks, lately)
        at = len(known.prefixes)
        if at == len(blocks):
            return known, at
        stretch = known.stretch.followed_by(self._measure(blocks[at:]))
        chain = accumulate(stretch.digests[at:], self._hasher.prefix, initial=known.prefixes[-1] if at else ROOT)
        weight = known.weight + sum(len(block.content) + SMALLEST for block in blocks[at:])
        found = Start(stretch, (*known.prefixes, *islice(chain, 1, None)), weight)
        lately.put((id(blocks[-1]), len(blocks)), found, weight)
        return found, at

    def _measure(self, blocks: Sequence[Block]) -> list[Measured]:
        known = {id(block): self._measured.get(id(block)) for block in blocks}
        fresh = [block for block in blocks if known[id(block)] is None]
        for made in self._measure_anew(fresh) if fresh else ():
            known[id(made.block)] = made
            weight = len(made.block.content) + SMALLEST
            self._measured.put(id(made.block), made, weight)
            self._met += weight
        return [found for block in blocks if (found := known[id(block)])]

    def _measure_anew(self, blocks: Sequence[Block]) -> list[Measured]:
        digests = [self._hasher.block(block) for block in blocks]
        sizes = (
            len(block.content.encode("utf-8", "replace")) if block.size is None else block.size for block in blocks
        )
        return list(map(Measured, blocks, digests, sizes, self._count(digests, blocks)))

    def _count(self, digests: Sequence[bytes], blocks: Sequence[Block]) -> list[int]:
        """The blocks' tokens."""
        found = {digest: self._tokens.get(digest) for digest in digests}
        missing = {digest: block for digest, block in zip(digests, blocks, strict=True) if found[digest] is None}
        for digest, tokens in zip(missing, block_tokens(list(missing.values())) if missing else (), strict=True):
            self._tokens.put(digest, tokens)
            found[digest] = tokens
        return [found[digest] or 0 for digest in digests]


def _known(blocks: tuple[Block, ...], lately: Starts) -> Start:
    """The longest start of these blocks that came lately as a whole."""
    for end in range(len(blocks), 0, -1):
        found = lately.get((id(blocks[end - 1]), end))
        if found and found.stretch.blocks == blocks[:end]:
            return found
    return Start()
