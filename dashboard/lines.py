"""The lines of a conversation: from its first call along to the last one of a branch. Pure.

A branch is named after the call that begins it, and holds only its own calls; a line also has those before it, on the
branches that it went off from. Retries stand beside the call that they repeat.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

# Instead of a branch's name: every call of the conversation. No exchange has an empty id.
EVERY = ""
NO_LIMIT = 2**31


@dataclass(frozen=True, slots=True)
class Line:
    """A branch to pick: its name, how many calls lead to its end, and where it goes off (None: at the beginning)."""

    branch: str
    calls: int
    turn: int | None
    relation: str


@dataclass(slots=True)
class _Branch:
    turn: int
    relation: str
    parent: str | None
    turns: list[int] = field(default_factory=list)


def lines(calls: pd.DataFrame) -> list[Line]:
    """The conversation's lines, the longest first. `calls` has all of its calls, in the order of time."""
    branches, places = _branches(calls)
    found = [
        Line(name, _length(name, branches, places), branch.turn if branch.parent in places else None, branch.relation)
        for name, branch in branches.items()
    ]
    return sorted(found, key=lambda line: -line.calls)


def line(calls: pd.DataFrame, branch: str) -> pd.DataFrame:
    """The calls that lead to the branch's end, in the order of time, each with its `position` from 1 on.

    With EVERY all of them.
    """
    if branch != EVERY:
        upto = dict(_path(branch, *_branches(calls)))
        places = zip(calls["branch"], calls["turn"], strict=True)
        calls = calls[[turn <= upto.get(name, 0) for name, turn in places]]
    return calls.assign(position=range(1, len(calls) + 1))


def _branches(calls: pd.DataFrame) -> tuple[dict[str, _Branch], dict[str, tuple[str, int]]]:
    """The branches by name, and each call's branch and turn."""
    branches: dict[str, _Branch] = {}
    places: dict[str, tuple[str, int]] = {}
    columns = ("exchange_id", "branch", "turn", "relation", "parent_exchange_id")
    for key, name, turn, relation, parent in zip(*(calls[column] for column in columns), strict=True):
        branch = branches.setdefault(name, _Branch(turn, relation, parent if isinstance(parent, str) else None))
        branch.turns.append(turn)
        places[key] = name, turn
    for branch in branches.values():
        branch.turns.sort()
    return branches, places


def _path(name: str, branches: dict[str, _Branch], places: dict[str, tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """The branches that lead to this one's end, each with its last turn on the way."""
    upto, seen = NO_LIMIT, set[str]()
    while name in branches and name not in seen:
        yield name, upto
        seen.add(name)
        name, upto = places.get(branches[name].parent or "", ("", 0))


def _length(name: str, branches: dict[str, _Branch], places: dict[str, tuple[str, int]]) -> int:
    return sum(bisect_right(branches[each].turns, upto) for each, upto in _path(name, branches, places))
