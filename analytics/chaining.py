"""Chaining: the blocks of a call hashed and chained, with a memory of what came lately.

A request repeats most of the one before it, so most blocks and most steps of a chain are looked up, not hashed again.
The memory is bounded and is only that: without it the same hashes come out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from analytics.dialects.exchange import Block, RequestReading, ResponseReading
from analytics.hashing import ROOT, Hasher
from analytics.ledger.tokens import block_tokens
from analytics.lineage.facts import Spoken
from analytics.lineage.speech import Run, Speech
from analytics.lineage.spoken import spoken
from analytics.recent import Recent

MEMORY_TEXT = 16 * 2**20
MEMORY_STEPS = 50_000
MEMORY_RUNS = 10_000
SMALLEST = 100  # what a remembered block takes beside its content


class Measured(NamedTuple):
    """A block with its hash, its bytes on the wire and its tokens."""

    block: Block
    digest: bytes
    size: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Chain:
    """The blocks of one exchange by their hashes: preamble, history, reply.

    `prefixes[i]` is the hash of the history up to and with its block i. The first `familiar` of them came before in
    this process, which need not mean that they are stored.
    """

    preamble: tuple[bytes, ...] = ()
    history: tuple[bytes, ...] = ()
    prefixes: tuple[bytes, ...] = ()
    reply: tuple[bytes, ...] = ()
    familiar: int = 0
    blocks: dict[bytes, Measured] = field(default_factory=dict)
    spoken: Spoken = field(default_factory=Spoken)


class Chainer:
    """Hashes and chains under one key."""

    def __init__(self, hasher: Hasher) -> None:
        self._hasher = hasher
        # By the identity of a block, which what is remembered keeps alive: recalled messages have the very same ones.
        self._measured: Recent[int, Measured] = Recent(MEMORY_TEXT)
        self._tokens: Recent[bytes, int] = Recent(MEMORY_STEPS)
        self._steps: Recent[tuple[bytes, bytes], bytes] = Recent(MEMORY_STEPS)
        self._runs: Recent[bytes, Run] = Recent(MEMORY_RUNS)

    def chain(self, request: RequestReading, response: ResponseReading) -> Chain:
        """The call's chain, with the facts that lineage is decided by."""
        parts = request.preamble, request.history, response.reply
        measured = self._measure([block for part in parts for block in part])
        blocks = {found.digest: found for found in measured}
        digests = tuple(found.digest for found in measured)
        first, last = len(request.preamble), len(request.preamble) + len(request.history)
        preamble, history, reply = digests[:first], digests[first:last], digests[last:]
        prefixes, familiar = self._prefixes(history)
        speech = Speech(request.history, history, prefixes, self._runs)
        said = tuple(zip(reply, response.reply, strict=True))
        facts = spoken(self._hasher, speech, [blocks[digest].size for digest in history], said)
        size = sum(blocks[digest].size for digest in preamble)
        facts = replace(facts, preamble_blocks=len(preamble), preamble_bytes=size)
        return Chain(preamble, history, prefixes, reply, familiar, blocks, facts)

    def _measure(self, blocks: Sequence[Block]) -> list[Measured]:
        known = {id(block): self._measured.get(id(block), len(block.content) + SMALLEST) for block in blocks}
        fresh = [block for block in blocks if known[id(block)] is None]
        for made in self._measure_anew(fresh) if fresh else ():
            known[id(made.block)] = made
            self._measured.put(id(made.block), made, len(made.block.content) + SMALLEST)
        return [found for block in blocks if (found := known[id(block)])]

    def _measure_anew(self, blocks: Sequence[Block]) -> list[Measured]:
        digests = [self._hasher.block(block) for block in blocks]
        sizes = (
            len(block.content.encode("utf-8", "replace")) if block.size is None else block.size for block in blocks
        )
        return list(map(Measured, blocks, digests, sizes, self._count(digests, blocks)))

    def _count(self, digests: Sequence[bytes], blocks: Sequence[Block]) -> list[int]:
        """The blocks' tokens. All at once: a call of the tokenizer takes longer than counting a text."""
        found = {digest: self._tokens.get(digest) for digest in digests}
        missing = {digest: block for digest, block in zip(digests, blocks, strict=True) if found[digest] is None}
        for digest, tokens in zip(missing, block_tokens(list(missing.values())) if missing else (), strict=True):
            self._tokens.put(digest, tokens)
            found[digest] = tokens
        return [found[digest] or 0 for digest in digests]

    def _prefixes(self, history: Sequence[bytes]) -> tuple[tuple[bytes, ...], int]:
        prefixes: list[bytes] = []
        parent, familiar = ROOT, 0
        for block in history:
            step = (parent, block)
            prefix = self._steps.get(step)
            if prefix is None:
                prefix = self._hasher.prefix(parent, block)
                self._steps.put(step, prefix)
            elif familiar == len(prefixes):
                familiar += 1
            prefixes.append(prefix)
            parent = prefix
        return tuple(prefixes), familiar
