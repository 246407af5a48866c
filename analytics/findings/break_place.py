"""Where a prompt stopped being its parent's, what changed there, and how."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from analytics.caching.prompt import Prefix
from analytics.findings.cache_misses import Shortfall
from analytics.findings.cache_words import Cause
from analytics.findings.cached import Cached
from analytics.findings.volatile import alike, diff, volatile

type Kind = Literal[
    "volatile",
    "reordered_tools",
    "changed_tools",
    "changed_system",
    "edited_message",
    "changed_parameter",
    "changed_model",
]
type Part = Literal["tools", "system", "messages"]
type Node = tuple[bytes, str]
type Texts = Mapping[bytes, str]

# What the provider says has changed, which counts also where another change is seen, or none.
TOLD: dict[str, tuple[Part, Kind]] = {
    "tools_changed": ("tools", "changed_tools"),
    "system_changed": ("system", "changed_system"),
    "messages_changed": ("messages", "edited_message"),
}
CACHE_KEY = "prompt_cache_key"
# Instructions of which less than this begins or ends both are others, not the same with a change.
ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Break:
    """`path` names the first broken block among those of its kind, or the parameter; `before_id` the call before."""

    kind: Kind
    path: str
    before_id: str | None = None
    value: str | None = None
    diff: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The first blocks that differ, and which one of the tools, instructions or messages they are."""

    part: Part
    index: int
    old: bytes | None
    new: bytes | None
    reordered: bool = False

    @property
    def path(self) -> str:
        return f"{self.part}[{self.index}]"


def pair_of(cached: Cached, shortfall: Shortfall) -> list[bytes]:
    """The blocks to compare."""
    place = _place(cached, shortfall)
    return [block for block in (place.old, place.new) if block] if place else []


def break_of(cached: Cached, cause: Cause, found: list[Shortfall], texts: Texts) -> Break | None:
    """What broke the prompt of the first of these calls; None where nothing is to be seen, or it is another prompt."""
    first = found[0]
    if cause in ("settings", "model"):
        return _set(cause, first)
    before_id = cached.calls[first.turn.exchange_id].parent_id
    place, told = _place(cached, first), TOLD.get(first.word.reason) if first.word else None
    if told and (place is None or place.part != told[0]):
        return Break(told[1], told[0], before_id)
    if place is None:
        return Break("edited_message", "messages", before_id) if first.word else None
    old, new = texts.get(place.old or b""), texts.get(place.new or b"")
    if old is None or new is None:
        return Break(_kind(place), place.path, before_id)
    value = volatile(old, new)
    if value == "counter" and len(found) == 1:
        value = None  # a number that changed once was changed by somebody
    if place.part == "system" and not value and alike(old, new) < ALIKE:
        return None
    kind: Kind = "volatile" if value and not place.reordered else _kind(place)
    return Break(kind, place.path, before_id, value if kind == "volatile" else None, diff(old, new))


def _kind(place: Place) -> Kind:
    if place.part == "tools":
        return "reordered_tools" if place.reordered else "changed_tools"
    return "changed_system" if place.part == "system" else "edited_message"


def _set(cause: Cause, first: Shortfall) -> Break:
    miss, word = first.miss, first.word
    if cause == "model":
        return Break("changed_model", "model", miss.earlier_id if miss else None)
    detail = CACHE_KEY if miss and miss.reason == "other_key" else miss.detail if miss else None
    name = word.reason.removesuffix("_changed") if word else detail
    return Break("changed_parameter", name or "unknown", miss.earlier_id if miss else None)


def _place(cached: Cached, shortfall: Shortfall) -> Place | None:
    call = cached.calls[shortfall.turn.exchange_id]
    parent = cached.calls.get(call.parent_id or "")
    if parent is None:
        return None
    own, before = call.prompt, parent.prompt
    if own.preamble is before.preamble:
        return _differing("messages", _nodes(before.history), _nodes(own.history))
    olds, news = _nodes(before.preamble), _nodes(own.preamble)
    tools = _differing("tools", *([node for node in nodes if node[1] == "tools"] for nodes in (olds, news)))
    return tools or _differing("system", *([node for node in nodes if node[1] != "tools"] for nodes in (olds, news)))


def _differing(part: Part, olds: list[Node], news: list[Node]) -> Place | None:
    """The first place in which two lists of blocks differ; one more message at the end is no difference."""
    shared = min(len(olds), len(news))
    at = next((i for i in range(shared) if olds[i] != news[i]), shared)
    if at == len(olds) and (part == "messages" or at == len(news)):
        return None
    reordered = part == "tools" and sorted(olds) == sorted(news)
    old, new = (nodes[at][0] if at < len(nodes) else None for nodes in (olds, news))
    return Place(part, at, old, new, reordered)


def _nodes(prefix: Prefix) -> list[Node]:
    nodes = []
    node: Prefix | None = prefix
    while node and node.parent:
        nodes.append((node.digest, node.kind))
        node = node.parent
    return nodes[::-1]
