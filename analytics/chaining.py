"""Chaining: the blocks of a call hashed and chained, with a memory of what came lately.

A request repeats most of the one before it, so most blocks and most steps of a chain are looked up, not hashed again.
The memory is bounded and is only that: without it the same hashes come out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from analytics.dialects.exchange import Block, RequestReading, ResponseReading
from analytics.hashing import ROOT, Hasher
from analytics.ledger.tokens import block_tokens
from analytics.lineage.facts import Spoken
from analytics.lineage.speech import Speech
from analytics.lineage.spoken import spoken
from analytics.recent import Recent

MEMORY_TEXT = 16 * 2**20
MEMORY_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class Chain:
    """The blocks of one exchange with their hashes: preamble, history, reply.

    `prefixes[i]` is the hash of the history up to and with its block i. The first `familiar` of them came before in
    this process, which need not mean that they are stored.
    """

    preamble: tuple[bytes, ...] = ()
    history: tuple[bytes, ...] = ()
    prefixes: tuple[bytes, ...] = ()
    reply: tuple[bytes, ...] = ()
    familiar: int = 0
    blocks: dict[bytes, Block] = field(default_factory=dict)
    sizes: dict[bytes, int] = field(default_factory=dict)
    tokens: dict[bytes, int] = field(default_factory=dict)
    spoken: Spoken = field(default_factory=Spoken)


class Chainer:
    """Hashes and chains under one key."""

    def __init__(self, hasher: Hasher) -> None:
        self._hasher = hasher
        self._hashes: Recent[tuple[str, str, str], tuple[bytes, int, int]] = Recent(MEMORY_TEXT)
        self._tokens: Recent[bytes, int] = Recent(MEMORY_STEPS)
        self._steps: Recent[tuple[bytes, bytes], bytes] = Recent(MEMORY_STEPS)

    def chain(self, request: RequestReading, response: ResponseReading) -> Chain:
        """The call's chain, with the facts that lineage is decided by."""
        blocks: dict[bytes, Block] = {}
        sizes: dict[bytes, int] = {}
        tokens: dict[bytes, int] = {}
        preamble, history, reply = (
            self._hashed(part, blocks, sizes, tokens) for part in (request.preamble, request.history, response.reply)
        )
        prefixes, familiar = self._prefixes(history)
        speech = Speech(request.history, history, prefixes)
        said = tuple(zip(reply, response.reply, strict=True))
        facts = spoken(self._hasher, speech, [sizes[digest] for digest in history], said)
        facts = replace(facts, preamble_blocks=len(preamble), preamble_bytes=sum(sizes[digest] for digest in preamble))
        return Chain(preamble, history, prefixes, reply, familiar, blocks, sizes, tokens, facts)

    def _hashed(
        self, part: Sequence[Block], blocks: dict[bytes, Block], sizes: dict[bytes, int], tokens: dict[bytes, int]
    ) -> tuple[bytes, ...]:
        hashes = []
        for block in part:
            digest, size, counted = self._hash(block)
            blocks[digest] = block
            tokens[digest] = counted
            sizes[digest] = size if block.size is None else block.size
            hashes.append(digest)
        return tuple(hashes)

    def _hash(self, block: Block) -> tuple[bytes, int, int]:
        """The block's hash, its content's bytes, and its tokens."""
        key, weight = (block.role, block.kind, block.content), len(block.content) + 100
        found = self._hashes.get(key, weight)
        if found is None:
            size = len(block.content.encode("utf-8", "replace"))
            digest = self._hasher.block(block)
            found = digest, size, self._count(digest, block)
            self._hashes.put(key, found, weight)
        return found

    def _count(self, digest: bytes, block: Block) -> int:
        """The block's tokens. Counting takes longer than hashing, and a number less room than a text."""
        found = self._tokens.get(digest)
        if found is None:
            found = block_tokens([block])[0]
            self._tokens.put(digest, found)
        return found

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
