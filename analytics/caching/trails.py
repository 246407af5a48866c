"""Which beginnings of prompts were sent before, and when each was last used, in steps that count what is new only.

A conversation's histories lie on one trail, which the next request extends; where a history leaves it, another trail
begins. So using the end of a long history touches a trail and those it left, not every block.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from analytics.caching.call import Call
from analytics.caching.prompt import EMPTY, Prefix, Prompt


class Use(NamedTuple):
    """A call used the first `depth` blocks of a trail at a time in seconds."""

    depth: int
    at: float
    call: Call


@dataclass(slots=True)
class Trail:
    """A path of prefixes that leaves its parent after `start` blocks. Uses that another outdoes are dropped."""

    parent: "Trail | None"
    start: int
    tip: Prefix
    uses: list[Use] = field(default_factory=list)

    def use(self, use: Use) -> None:
        if len(self.uses) == 1 and self.uses[0].depth <= use.depth and self.uses[0].at <= use.at:
            self.uses[0] = use
        elif not any(other.depth >= use.depth and other.at >= use.at for other in self.uses):
            self.uses = [other for other in self.uses if other.depth > use.depth or other.at > use.at]
            self.uses.append(use)


class Tree:
    """Prefixes that were sent, and their uses."""

    def __init__(self) -> None:
        self._trails = {EMPTY: Trail(None, 0, EMPTY)}
        # The first path is mapped when a second one comes: most preambles that change with every call come once.
        self._unmapped: Prefix | None = None

    def deepest(self, prefix: Prefix) -> Prefix:
        """The longest beginning of it that was sent before."""
        self._map()
        while prefix not in self._trails and prefix.parent:
            prefix = prefix.parent
        return prefix

    def use(self, prefix: Prefix, at: float, call: Call) -> None:
        """The call sent or read it at that time."""
        trail: Trail | None = self._trail(prefix)
        depth = prefix.depth
        while trail:
            trail.use(Use(depth, at, call))
            depth, trail = trail.start, trail.parent

    def latest(self, prefix: Prefix) -> Use | None:
        """The last use of a prefix that was sent, by whatever went on from it."""
        self._map()
        uses = [use for use in self._trails[prefix].uses if use.depth >= prefix.depth]
        return max(uses, key=lambda use: use.at, default=None)

    def alive(self, prefix: Prefix, since: float) -> Prefix:
        """The longest beginning, of one that was sent, that was used since then; empty where there is none."""
        self._map()
        trail: Trail | None = self._trails[prefix]
        limit, depth = prefix.depth, 0
        while trail and not depth:
            depth = max((min(use.depth, limit) for use in trail.uses if use.at >= since), default=0)
            limit, trail = trail.start, trail.parent
        while prefix.depth > depth and prefix.parent:
            prefix = prefix.parent
        return prefix

    def _trail(self, prefix: Prefix) -> Trail:
        root = self._trails[EMPTY]
        if root.tip is EMPTY:
            root.tip = self._unmapped = prefix
            return root
        known = self.deepest(prefix)
        trail = self._trails[known]
        if known is not prefix:
            trail = trail if trail.tip is known else Trail(trail, known.depth, prefix)
            trail.tip = prefix
            self._lay(prefix, known, trail)
        return trail

    def _map(self) -> None:
        if self._unmapped:
            self._lay(self._unmapped, EMPTY, self._trails[EMPTY])
            self._unmapped = None

    def _lay(self, prefix: Prefix, known: Prefix, trail: Trail) -> None:
        node: Prefix | None = prefix
        while node and node is not known:
            self._trails[node] = trail
            node = node.parent


class Forest:
    """The same for whole prompts: preambles, and the histories after each of them."""

    def __init__(self) -> None:
        self._preambles = Tree()
        self._histories: dict[Prefix, Tree] = {}

    def deepest(self, prompt: Prompt) -> Prompt:
        """The longest beginning of it that was sent before."""
        tree = self._histories.get(prompt.preamble)
        if tree:
            return Prompt(prompt.preamble, tree.deepest(prompt.history))
        return Prompt(self._preambles.deepest(prompt.preamble), EMPTY)

    def use(self, prompt: Prompt, at: float, call: Call) -> None:
        """The call sent or read it at that time."""
        self._preambles.use(prompt.preamble, at, call)
        if prompt.history.depth:
            self._histories.setdefault(prompt.preamble, Tree()).use(prompt.history, at, call)

    def latest(self, sent: Prompt) -> Use | None:
        """The last use of a beginning that was sent."""
        if sent.history.depth:
            return self._histories[sent.preamble].latest(sent.history)
        return self._preambles.latest(sent.preamble)

    def alive(self, sent: Prompt, since: float) -> Prompt:
        """The longest beginning, of one that was sent, that was used since then."""
        if sent.history.depth:
            history = self._histories[sent.preamble].alive(sent.history, since)
            if history.depth:
                return Prompt(sent.preamble, history)
        return Prompt(self._preambles.alive(sent.preamble, since), EMPTY)
