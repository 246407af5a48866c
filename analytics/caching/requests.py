"""A call as a cache meets it: where it asks to cache, for how long, and what parts its cache from others'."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analytics.caching.call import Call, Mark, Policy
from analytics.caching.prompt import EMPTY, Prefix, Prompt
from analytics.caching.rulers import Ruler
from analytics.caching.rules import CacheRule

# An implicit breakpoint stands behind the latest message of the user or of a tool.
# https://developers.openai.com/api/docs/guides/prompt-caching
MODELS_OWN = frozenset({"assistant", "thinking", "tool_call"})

type Seal = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Seals:
    """What must be the same for a cache to be read: for the tools, for the system text, for the history."""

    tools: Seal
    system: Seal
    history: Seal

    def at(self, part: Prompt) -> Seal:
        """What holds for a beginning of the prompt."""
        if part.history.depth:
            return self.history
        return self.tools if part.kind == "tools" else self.system


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """A beginning of the prompt that is to be cached, and the name of its lifetime."""

    part: Prompt
    ttl: str | None


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
    ttl = _ttl(call, policy, None)
    placed = (
        Breakpoint(call.prompt.first(mark.position), _ttl(call, policy, mark.ttl)) for mark in _marks(call, policy)
    )
    breakpoints = sorted((each for each in placed if each.part.depth), key=lambda each: each.part.depth)
    return Request(call, ruler, _seals(call, policy), tuple(breakpoints), ttl)


def _ttl(call: Call, policy: Policy, asked: str | None) -> str | None:
    """The first lifetime that the rule knows: the policy's, the breakpoint's, the request's, the default."""
    wanted = (policy.ttl, asked, _parameter(call.parameters, call.rule.ttl_parameter))
    return next((ttl for ttl in wanted if ttl in call.rule.ttls), call.rule.ttl)


def _marks(call: Call, policy: Policy) -> list[Mark]:
    """The breakpoints that the provider writes: the latest ones, as many as it allows."""
    if not call.rule.explicit:
        return []
    marks = sorted(_asked(call, policy), key=lambda mark: mark.position)
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
    node, at, rule = call.prompt.history, call.prompt.history, call.rule
    yield Mark(call.prompt.depth)
    for _ in range(rule.breakpoints - 2 if rule.lookback else 0):
        while at.parent and _distance(rule, node, at) < (rule.lookback or 0):
            at = at.parent
        if at is EMPTY:
            return
        yield Mark(call.prompt.preamble.depth + at.depth)
        node = at


def _distance(rule: CacheRule, end: Prefix, before: Prefix) -> int:
    return end.steps - before.steps if rule.runs_count_once else end.depth - before.depth


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
    key = "" if policy.one_key or not call.rule.keyed else call.cache_key or ""
    seal: Seal = (("model", call.model), ("cache_key", key))
    parted: dict[str, list[tuple[str, str]]] = {"all": [], "system": [], "history": []}
    for name, level in call.rule.breaks:
        parted[level].append((name, _text(_value(call.parameters, name))))
    tools = (*seal, *parted["all"])
    system = (*tools, *parted["system"])
    return Seals(tools, system, (*system, *parted["history"]))


def _text(value: object) -> str:
    return "" if value is None else json.dumps(value, sort_keys=True, default=str)


def _parameter(parameters: Mapping[str, object], path: str | None) -> str | None:
    value = _value(parameters, path) if path else None
    return value if isinstance(value, str) else None


def _value(parameters: Mapping[str, object], path: str) -> object:
    """What a dotted path leads to; None where it leads nowhere."""
    name, _, rest = path.partition(".")
    value = parameters.get(name)
    if not rest:
        return value
    return _value(value, rest) if isinstance(value, Mapping) else None
