"""Smaller histories: the last turns only, or old tool results replaced by a line. Each call's blocks, made anew.

A turn is what a user or a tool said, up to where the model's answer to it ends. What is left out is counted in the
call's own reported tokens, divided by the blocks' weights; a cut also moves what comes after it, so that a cache that
held the history as it was cannot be read beyond the cut.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import takewhile
from typing import Protocol

from analytics.caching.call import Call, Mark
from analytics.caching.prompt import EMPTY, Block, Prefix, Prompt, Prompts
from analytics.caching.requests import MODELS_OWN
from analytics.caching.rulers import Ruler

# The weight of the line that stands for a tool result that was cut.
STUB_TOKENS = 12


class Cut(Protocol):
    """Makes a call's history smaller. `ruler` says how many tokens there are before a place in it."""

    def __call__(self, call: Call, ruler: Ruler) -> Call: ...


def turn_start(history: Prefix, turns: int) -> Prefix:
    """What comes before the last so many turns; empty where there are no more than that."""
    node, found = history, 0
    while node.parent:
        before = node.parent
        if node.kind not in MODELS_OWN and (before is EMPTY or before.kind in MODELS_OWN):
            found += 1
            if found == turns:
                return before
        node = before
    return EMPTY


class Window:
    """Keeps the last `turns` turns of a history.

    A window that would begin with a tool's result begins with the call that it answers, and the first message of the
    user stays before it: providers refuse the one without the other.
    """

    def __init__(self, turns: int) -> None:
        self._turns, self._prompts = turns, Prompts()
        self._openings: dict[Prefix, Prefix] = {}

    def __call__(self, call: Call, ruler: Ruler) -> Call:
        preamble, history = call.prompt.preamble, call.prompt.history
        opening, before = self._bounds(history)
        kept = [*blocks(opening), *blocks(history, before.depth)]
        removed = ruler.at(Prompt(preamble, before)) - ruler.at(Prompt(preamble, opening)) if before.depth else 0
        first, gone = preamble.depth + opening.depth, before.depth - opening.depth
        marks = [mark for mark in call.marks if not first < mark.position <= first + gone]
        moved = (mark._replace(position=mark.position - gone) if mark.position > first else mark for mark in marks)
        return remade(call, self._prompts, self._prompts.extend(EMPTY, kept), removed, moved)

    def _bounds(self, history: Prefix) -> tuple[Prefix, Prefix]:
        """What stays at the front, and up to where the rest is left out."""
        before = turn_start(history, self._turns)
        said = takewhile(lambda block: block.kind not in MODELS_OWN, blocks(history, before.depth))
        if not before.depth or all(block.kind != "tool_result" for block in said):
            return EMPTY, before
        while before.kind in MODELS_OWN and before.parent:
            before = before.parent
        opening = self._opening(history)
        return (EMPTY, EMPTY) if before.depth <= opening.depth else (opening, before)

    def _opening(self, history: Prefix) -> Prefix:
        """The messages before the model's first. Every prefix is walked once."""
        node, walked = history, []
        while node not in self._openings and node.parent:
            walked.append(node)
            node = node.parent
        opening = self._openings.get(node, EMPTY)
        for each in reversed(walked):
            if each.kind not in MODELS_OWN and opening is each.parent:
                opening = each
            self._openings[each] = opening
        return opening


class Trim:
    """Replaces the tool results of all but the last `turns` turns by a line that says so."""

    def __init__(self, turns: int) -> None:
        self._turns, self._prompts = turns, Prompts()
        self._trimmed: dict[Prefix, Prefix] = {EMPTY: EMPTY}

    def __call__(self, call: Call, ruler: Ruler) -> Call:
        preamble, history = call.prompt.preamble, call.prompt.history
        old = turn_start(history, self._turns)
        trimmed = self._trim(old)
        made = self._prompts.extend(trimmed, blocks(history, old.depth))
        size = ruler.at(Prompt(preamble, old)) - ruler.at(Prompt(preamble, EMPTY)) if old.depth else 0
        removed = round(size * (old.weight - trimmed.weight) / old.weight) if old.weight else 0
        return remade(call, self._prompts, made, removed, call.marks)

    def _trim(self, prefix: Prefix) -> Prefix:
        """The same with short results. Every prefix is walked once."""
        node, walked = prefix, []
        while node not in self._trimmed and node.parent:
            walked.append(node)
            node = node.parent
        trimmed = self._trimmed[node]
        for each in reversed(walked):
            trimmed = self._trimmed[each] = self._prompts.extend(trimmed, [_short(_block(each))])
        return trimmed


def remade(call: Call, prompts: Prompts, history: Prefix, removed: int, marks: Iterable[Mark]) -> Call:
    """The call with another history, so many tokens smaller. What it reported to have read says nothing any more."""
    answered = None
    if call.answered:
        reply = blocks(call.answered.history, call.prompt.history.depth)
        answered = Prompt(call.prompt.preamble, prompts.extend(history, reply))
    return replace(
        call,
        prompt=Prompt(call.prompt.preamble, history),
        input_tokens=max(0, call.input_tokens - removed),
        marks=tuple(marks),
        answered=answered,
        reported_read=None,
    )


def blocks(history: Prefix, after: int = 0) -> list[Block]:
    """The blocks of a history, without the first so many."""
    found = []
    while history.depth > after and history.parent:
        found.append(_block(history))
        history = history.parent
    return found[::-1]


def _block(node: Prefix) -> Block:
    return Block(node.digest, node.kind, node.weight - (node.parent.weight if node.parent else 0))


def _short(block: Block) -> Block:
    if block.kind != "tool_result" or block.tokens <= STUB_TOKENS:
        return block
    return Block(b"trimmed " + block.digest, block.kind, STUB_TOKENS)
