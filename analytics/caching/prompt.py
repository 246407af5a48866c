"""Prompts as chains of blocks. Prompts that begin alike share their beginning, so a long history is held once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

# In a run of these, all blocks together are one position of a lookback.
RUNS = frozenset({"tool_call", "tool_result"})


@dataclass(frozen=True, slots=True)
class Block:
    """A block's hash, its kind, and a weight in tokens of which only the proportions matter."""

    digest: bytes
    kind: str
    tokens: int


@dataclass(frozen=True, slots=True, eq=False)
class Prefix:
    """The first `depth` blocks of a preamble or a history. The same blocks are the same object.

    `weight` sums the blocks' tokens; `steps` counts positions as a lookback does.
    """

    parent: "Prefix | None"
    digest: bytes
    kind: str
    depth: int
    weight: int
    steps: int


EMPTY = Prefix(None, b"", "", 0, 0, 0)


class Prompt(NamedTuple):
    """A preamble and the history after it; also a part of a prompt from its start."""

    preamble: Prefix
    history: Prefix

    @property
    def depth(self) -> int:
        return self.preamble.depth + self.history.depth

    @property
    def weight(self) -> int:
        return self.preamble.weight + self.history.weight

    @property
    def steps(self) -> int:
        return self.preamble.steps + self.history.steps

    @property
    def kind(self) -> str:
        """The kind of the last block; empty where there is none."""
        return (self.history if self.history.depth else self.preamble).kind

    def shorter(self) -> "Prompt | None":
        """Without the last block; None where there is none."""
        if self.history.parent:
            return Prompt(self.preamble, self.history.parent)
        return Prompt(self.preamble.parent, EMPTY) if self.preamble.parent else None

    def first(self, count: int) -> "Prompt":
        """The first `count` blocks, or all of them where there are fewer."""
        if count <= self.preamble.depth:
            return Prompt(_up(self.preamble, max(count, 0)), EMPTY)
        return Prompt(self.preamble, _up(self.history, count - self.preamble.depth))

    def shared(self, other: "Prompt") -> "Prompt":
        """What both begin with."""
        if self.preamble is not other.preamble:
            return Prompt(_meet(self.preamble, other.preamble), EMPTY)
        return Prompt(self.preamble, _meet(self.history, other.history))


NOTHING = Prompt(EMPTY, EMPTY)


def _up(prefix: Prefix, depth: int) -> Prefix:
    while prefix.depth > depth and prefix.parent:
        prefix = prefix.parent
    return prefix


def _meet(one: Prefix, other: Prefix) -> Prefix:
    depth = min(one.depth, other.depth)
    one, other = _up(one, depth), _up(other, depth)
    while one is not other and one.parent and other.parent:
        one, other = one.parent, other.parent
    return one


class Prompts:
    """Makes prompts whose beginnings are shared. Only prompts of the same maker can be compared."""

    def __init__(self) -> None:
        self._known: dict[tuple[Prefix, bytes], Prefix] = {}

    def prompt(self, preamble: Iterable[Block], history: Iterable[Block]) -> Prompt:
        """A prompt from all of its blocks."""
        return Prompt(self.extend(EMPTY, preamble), self.extend(EMPTY, history))

    def extend(self, prefix: Prefix, blocks: Iterable[Block]) -> Prefix:
        """The prefix with these blocks after it."""
        for block in blocks:
            longer = self._known.get((prefix, block.digest))
            prefix = longer or self._add(prefix, block)
        return prefix

    def _add(self, prefix: Prefix, block: Block) -> Prefix:
        step = not (block.kind in RUNS and block.kind == prefix.kind)
        weight = prefix.weight + block.tokens
        longer = Prefix(prefix, block.digest, block.kind, prefix.depth + 1, weight, prefix.steps + step)
        self._known[prefix, block.digest] = longer
        return longer
