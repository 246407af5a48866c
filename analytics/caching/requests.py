"""A call as a cache meets it: where it asks to cache, for how long, and what parts its cache from others'."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from json import JSONEncoder
from operator import attrgetter
from typing import NamedTuple

from analytics.caching.call import Call, Mark, Policy
from analytics.caching.prompt import EMPTY, Prefix, Prompt
from analytics.caching.rulers import Ruler
from analytics.caching.rules import Level

# An implicit breakpoint stands behind the latest message of the user or of a tool.
# https://developers.openai.com/api/docs/guides/prompt-caching
MODELS_OWN = frozenset({"assistant", "thinking", "tool_call"})

# What must be the same, in one text: compared and looked up many times, it is hashed once.
type Seal = str
type Pairs = tuple[tuple[str, str], ...]

_text = JSONEncoder(sort_keys=True, default=str).encode
_position = attrgetter("position")


@dataclass(frozen=True, slots=True)
class Seals:
    """What must be the same for a cache to be read: for the tools, for the system text, for the history.

    `pairs` are the names and values of all of it.
    """

    tools: Seal
    system: Seal
    history: Seal
    pairs: Pairs

    def at(self, part: Prompt) -> Seal:
        """What holds for a beginning of the prompt."""
        if part.history.depth:
            return self.history
        return self.tools if part.kind == "tools" else self.system


class Breakpoint(NamedTuple):
    """A beginning of the prompt that is to be cached, and the name of its lifetime."""

    part: Prompt
    ttl: str | None

    @property
    def depth(self) -> int:
        return self.part.depth


@dataclass(frozen=True, slots=True)
class Request:
    """A call under a policy. `ttl` is the lifetime of what has no breakpoint of its own."""

    call: Call
    ruler: Ruler
    seals: Seals
    breakpoints: tuple[Breakpoint, ...]
    ttl: str | None

    @property
    def ready_at(self) -> float:
        """When what it writes can be read."""
        return self.call.started_at if self.call.ready_at is None else self.call.ready_at


@dataclass(frozen=True, slots=True)
class Found:
    """What a cache had for a request: up to where it was read, in tokens, and the billed writes by lifetime.

    `stale_s` is how long ago the longest expired entry on the way was last used, `distant` whether there was a live
    one that the provider does not look for.
    """

    part: Prompt
    read: int
    writes: tuple[tuple[str, int], ...] = ()
    stale_s: float | None = None
    distant: bool = False


def request_of(call: Call, ruler: Ruler, policy: Policy) -> Request:
    """The call as a cache meets it under this policy."""
    ttl, ttls = _ttl(call, policy), call.rule.ttls
    placed = [
        Breakpoint(call.prompt.first(position), asked if asked in ttls and policy.ttl not in ttls else ttl)
        for position, asked in _marks(call, policy)
    ]
    breakpoints = sorted((each for each in placed if each.depth), key=attrgetter("depth"))
    return Request(call, ruler, _seals(call, policy), tuple(breakpoints), ttl)


def _ttl(call: Call, policy: Policy) -> str | None:
    """The lifetime of what names none: the first that the rule knows of the policy's, the request's, the default."""
    if policy.ttl in call.rule.ttls:
        return policy.ttl
    wanted = _parameter(call.parameters, call.rule.ttl_parameter)
    return wanted if wanted in call.rule.ttls else call.rule.ttl


def _marks(call: Call, policy: Policy) -> list[Mark]:
    """The breakpoints that the provider writes: the latest ones, as many as it allows."""
    if not call.rule.explicit:
        return []
    marks = sorted(_asked(call, policy), key=_position)
    implicit = list(_implicit(call, policy)) if call.rule.family == "hybrid" else []
    return [*marks[max(0, len(marks) - (call.rule.breakpoints - len(implicit))) :], *implicit]


def _asked(call: Call, policy: Policy) -> tuple[Mark, ...]:
    preamble = Mark(call.prompt.preamble.depth)
    match policy.marks:
        case "as_sent":
            return call.marks
        case "automatic":
            return (preamble,) if call.rule.family == "hybrid" else (preamble, *_reaching_back(call))
        case "preamble":
            return (preamble,)
        case "none":
            return ()


def _reaching_back(call: Call) -> Iterator[Mark]:
    """The end of the request, and as many marks before it as a lookback needs and the provider allows."""
    at, rule, before = call.prompt.history, call.rule, call.prompt.preamble.depth
    yield Mark(before + at.depth)
    for _ in range(rule.breakpoints - 2 if rule.lookback else 0):
        at = _back(at, rule.lookback or 0, rule.runs_count_once)
        if at is EMPTY:
            return
        yield Mark(before + at.depth)


def _back(prefix: Prefix, distance: int, by_steps: bool) -> Prefix:
    """The longest beginning of it that is at least so far back; empty where there is none."""
    if by_steps:
        steps = prefix.steps - distance
        while prefix.steps > steps and prefix.parent:
            prefix = prefix.parent
        return prefix
    depth = prefix.depth - distance
    while prefix.depth > depth and prefix.parent:
        prefix = prefix.parent
    return prefix


def _implicit(call: Call, policy: Policy) -> Iterator[Mark]:
    mode = _parameter(call.parameters, "prompt_cache_options.mode") if policy.marks == "as_sent" else None
    if mode == "explicit" or policy.marks in ("preamble", "none"):
        return
    node = call.prompt.history
    while node.kind in MODELS_OWN and node.parent:
        node = node.parent
    if node is not EMPTY:
        yield Mark(call.prompt.preamble.depth + node.depth)


def _seals(call: Call, policy: Policy) -> Seals:
    rule, parameters = call.rule, call.parameters
    key = "" if policy.one_key or not rule.keyed else call.cache_key or ""
    values = [_value(parameters, name) if "." in name else parameters.get(name) for name, _ in rule.breaks]
    texts = ["" if value is None else _text(value) for value in values]
    return _sealed(call.model, key, rule.breaks, tuple(texts))


@lru_cache(1024)
def _sealed(model: str, key: str, breaks: tuple[tuple[str, Level], ...], texts: tuple[str, ...]) -> Seals:
    parted: dict[str, list[tuple[str, str]]] = {"all": [], "system": [], "history": []}
    for (name, level), text in zip(breaks, texts, strict=True):
        parted[level].append((name, text))
    tools: Pairs = (("model", model), ("cache_key", key), *parted["all"])
    system = (*tools, *parted["system"])
    history = (*system, *parted["history"])
    return Seals(repr(tools), repr(system), repr(history), history)


def _parameter(parameters: Mapping[str, object], path: str | None) -> str | None:
    value = _value(parameters, path) if path else None
    return value if isinstance(value, str) else None


def _value(parameters: Mapping[str, object], path: str) -> object:
    """What a dotted path leads to; None where it leads nowhere."""
    name, _, rest = path.partition(".")
    value = parameters.get(name)
    if not rest or value is None:
        return value
    return _value(value, rest) if isinstance(value, Mapping) else None
