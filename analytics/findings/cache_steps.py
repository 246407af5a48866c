"""Other ways to make the same calls, one on top of the other: each undoes one cause of misses."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import inf

from analytics.caching.call import AS_IT_WAS, Call, Mark, Placement, Policy
from analytics.caching.prompt import Block, Prefix, Prompt, Prompts
from analytics.findings.cache_misses import Shortfall
from analytics.findings.cache_words import Cause

type Calls = Sequence[Call]

# In this order each is undone on top of those before, so that what they save adds up.
ORDER: tuple[Cause, ...] = ("unmarked", "preamble", "messages", "settings", "expired")


def undone(cause: Cause, calls: Calls, policy: Policy, found: Iterable[Shortfall]) -> list[tuple[Calls, Policy]]:
    """The calls without this cause of misses, and the policy they are made under; several, if there is a choice."""
    broken = {shortfall.turn.exchange_id for shortfall in found}
    match cause:
        case "unmarked":
            return [
                (calls, replace(policy, marks=marks, ttl=ttl)) for marks in _placements(calls) for ttl in _ttls(calls)
            ]
        case "preamble":
            return [(_with_one_preamble(calls, broken), _marked(calls, policy))]
        case "messages":
            return [(_with_histories_kept(calls, broken), _marked(calls, policy))]
        case "settings":
            return [(_with_first_settings(calls, found), policy)]
        case "expired":
            return [(calls, replace(policy, ttl=ttl)) for ttl in longer_ttls(calls, policy)]
    return []


def _placements(calls: Calls) -> tuple[Placement, ...]:
    """Behind the instructions and every request; or behind the instructions only, where requests seldom go on."""
    ids = {call.call_id for call in calls}
    going_on = sum(call.parent_id in ids for call in calls)
    return ("automatic",) if 2 * going_on >= len(calls) else ("automatic", "preamble")


def _ttls(calls: Calls) -> tuple[str | None, ...]:
    """The default lifetime, and the longer ones where a pause is longer than it. Of calls with marks they are another
    step.
    """
    rule = calls[0].rule
    lasts, longest = rule.seconds(None) or inf, max(rule.ttls.values(), default=0.0)
    paused = any(lasts < later.started_at - call.started_at <= longest for call, later in pairwise(calls))
    return (None, *longer_ttls(calls)) if paused and not any(call.marks for call in calls) else (None,)


def _marked(calls: Calls, policy: Policy) -> Policy:
    """What is kept the same is of no use where no call asks for caching."""
    asked = calls[0].rule.family != "breakpoints" or any(call.marks for call in calls)
    return policy if asked else replace(policy, marks="automatic")


def longer_ttls(calls: Calls, policy: Policy = AS_IT_WAS) -> list[str]:
    """The lifetimes that can be asked for and are longer than the shortest in use."""
    rule = calls[0].rule
    asked = {rule.seconds(mark.ttl) or 0.0 for call in calls for mark in call.marks}
    parameter = {call.parameters.get(rule.ttl_parameter or "") for call in calls}
    asked |= {rule.seconds(ttl if isinstance(ttl, str) else None) or 0.0 for ttl in parameter} if not asked else set()
    return [ttl for ttl, lasts in rule.ttls.items() if lasts > min(asked) and rule.explicit | bool(rule.ttl_parameter)]


def _with_one_preamble(calls: Calls, broken: set[str]) -> list[Call]:
    """As if tools and instructions had stayed what they were in the first call."""
    originals = {call.call_id: call for call in calls}
    kept: dict[str, Prefix] = {}
    made = []
    for call in calls:
        own, parent = call.prompt.preamble, originals.get(call.parent_id or "")
        same = parent is not None and (call.call_id in broken or parent.prompt.preamble is own)
        kept[call.call_id] = kept[parent.call_id] if parent and same else own
        made.append(_with_preamble(call, kept[call.call_id]))
    return made


def _with_preamble(call: Call, preamble: Prefix) -> Call:
    own = call.prompt.preamble
    if preamble is own:
        return call
    marks = (Mark(_moved(mark.position, own.depth, preamble.depth), mark.ttl) for mark in call.marks)
    return replace(call, prompt=Prompt(preamble, call.prompt.history), marks=tuple(marks), answered=None)


def _moved(position: int, before: int, after: int) -> int:
    """A mark's place behind another preamble; one within the preamble stays where it was."""
    return position + after - before if position >= before else min(position, after)


def _with_histories_kept(calls: Calls, broken: set[str]) -> list[Call]:
    """As if earlier messages had been sent as they were the first time."""
    prompts, originals = Prompts(), {call.call_id: call for call in calls}
    kept: dict[str, Prefix] = {}
    made = []
    for call in calls:
        own, parent = call.prompt.history, originals.get(call.parent_id or "")
        kept[call.call_id] = own
        if parent and parent.call_id in kept:
            before = parent.prompt.history
            goes_on = call.prompt.shared(parent.prompt).history is before
            changed = call.call_id in broken or (goes_on and kept[parent.call_id] is not before)
            if changed:
                kept[call.call_id] = prompts.extend(kept[parent.call_id], _after(own, before.depth))
        made.append(replace(call, prompt=Prompt(call.prompt.preamble, kept[call.call_id])))
    return made


def _after(history: Prefix, depth: int) -> list[Block]:
    blocks = []
    while history.depth > depth and history.parent:
        blocks.append(Block(history.digest, history.kind, history.weight - history.parent.weight))
        history = history.parent
    return blocks[::-1]


def _with_first_settings(calls: Calls, found: Iterable[Shortfall]) -> list[Call]:
    """As if the parameters that changed had stayed what they were in the first call."""
    missed = [shortfall.miss for shortfall in found if shortfall.miss]
    names = {miss.detail.partition(".")[0] for miss in missed if miss.reason == "parameter" and miss.detail}
    keyed = any(miss.reason == "other_key" for miss in missed)
    first = {name: calls[0].parameters.get(name) for name in names}
    key = calls[0].cache_key
    return [
        replace(call, parameters=_merged(call.parameters, first), cache_key=key if keyed else call.cache_key)
        for call in calls
    ]


def _merged(parameters: Mapping[str, object], first: Mapping[str, object]) -> dict[str, object]:
    return {**parameters, **first}
