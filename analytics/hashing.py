"""Keyed 128-bit hashes of blocks, and the chain of them over a history.

Keyed with the installation's secret (BLAKE2b), so that from a database without texts nobody can find out a text by
guessing it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

from analytics.dialects.exchange import Block

SIZE = 16
ROOT = bytes(SIZE)
# At every so many blocks a prefix also holds the hashes of the last ones, so that a history is walked in few steps.
STRIDE = 32


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a chain: the history up to and with this block."""

    prefix: bytes
    parent: bytes
    block: bytes
    depth: int


class Hasher:
    """Hashes under one key: 32 bytes, the same for the life of a database."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def key_id(self) -> str:
        """Tells whether two databases were hashed with the same key, without telling the key."""
        return blake2b(b"tokenecho", key=self._key, digest_size=8, person=b"key-id").hexdigest()

    def block(self, block: Block) -> bytes:
        """The block's hash: the same for the same role, kind and content, anywhere."""
        head = f"{block.role}\0{block.kind}\0{block.content}"
        return blake2b(head.encode("utf-8", "surrogatepass"), key=self._key, digest_size=SIZE, person=b"block").digest()

    def prefix(self, parent: bytes, block: bytes) -> bytes:
        """The hash of a history that ends in this block."""
        return blake2b(parent + block, key=self._key, digest_size=SIZE, person=b"prefix").digest()

    def chain(self, blocks: Iterable[bytes], start: bytes = ROOT) -> Iterator[Link]:
        """The links of a history, in order."""
        parent = start
        for depth, block in enumerate(blocks, 1):
            prefix = self.prefix(parent, block)
            yield Link(prefix, parent, block, depth)
            parent = prefix

    def said(self, text: str, others: Iterable[bytes]) -> bytes:
        """The hash of what one speaker said: its text without white space, and its other blocks in order."""
        data = b"\0".join((text.encode("utf-8", "surrogatepass"), *others))
        return blake2b(data, key=self._key, digest_size=SIZE, person=b"said").digest()

    def line(self, line: str) -> int:
        """64 bits that stand for a line of text."""
        data = line.encode("utf-8", "surrogatepass")
        return int.from_bytes(blake2b(data, key=self._key, digest_size=8, person=b"line").digest())

    def head(self, before: bytes, text: str) -> int:
        """64 bits that stand for how a text begins that comes after this history."""
        data = before + text.encode("utf-8", "surrogatepass")
        return int.from_bytes(blake2b(data, key=self._key, digest_size=8, person=b"head").digest())

    def bag(self, blocks: Iterable[bytes]) -> bytes:
        """The hash of a sequence of blocks as one whole: a preamble."""
        return blake2b(b"".join(blocks), key=self._key, digest_size=SIZE, person=b"preamble").digest()


def as_uuid(digest: bytes) -> str:
    """A 128-bit hash as DuckDB writes a UUID."""
    digits = digest.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
