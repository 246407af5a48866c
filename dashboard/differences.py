"""Where a request stopped being the one before it: what became of the first block that differs, as plain text. Pure."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from analytics.ledger.changes import shared_start

type Change = Literal["changed", "inserted", "removed", "moved", "dropped"]

# Up to so many words a difference is shown word by word.
SHORT = 1200
LONGEST_LINES = 200
LONGEST_LINE = 300
AROUND = 120
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Difference:
    """What happened at the first place that differs: the block that is there now, and the one that was there."""

    change: Change
    now: str | None
    before: str | None


def first_difference(now: Sequence[str], before: Sequence[str]) -> Difference:
    """Of two lists of block hashes from the first difference on; `before` is not empty."""
    old = before[0]
    if not now:
        return Difference("dropped", None, old)
    new = now[0]
    match old in now, new in before:
        case True, True:
            return Difference("moved", new, old)
        case True, False:
            return Difference("inserted", new, None)
        case False, True:
            return Difference("removed", None, old)
    return Difference("changed", new, old)


def difference(before: str, now: str) -> str:
    """The change of a text: word by word as `[-old-]{+new+}` where it is short, else line by line with - and +."""
    start = _at_word(before, now, shared_start(before, now))
    rest_before, rest_now = before[start:], now[start:]
    shared = shared_start(rest_before[::-1], rest_now[::-1])
    end = _at_word(rest_before[::-1], rest_now[::-1], shared)
    old, new = (rest[: len(rest) - end] for rest in (rest_before, rest_now))
    words = _WORD.findall(old), _WORD.findall(new)
    if sum(map(len, words)) > SHORT:
        return "\n".join(_lines(old, new))
    head, tail = before[:start], rest_now[len(rest_now) - end :]
    head = f"… {head[-AROUND:]}" if len(head) > AROUND else head
    tail = f"{tail[:AROUND]} …" if len(tail) > AROUND else tail
    return head + "".join(_by_word(*words)) + tail


def _at_word(a: str, b: str, at: int) -> int:
    """The place, moved back to where in neither text a word goes on."""
    while at and any(len(text) > at and text[at - 1].isalnum() and text[at].isalnum() for text in (a, b)):
        at -= 1
    return at


def _by_word(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield "".join(old[a:b])
            continue
        if a < b:
            yield f"[-{''.join(old[a:b])}-]"
        if c < d:
            yield f"{{+{''.join(new[c:d])}+}}"


def _lines(old: str, new: str) -> Iterator[str]:
    """The lines of both, up to so many of each; the first changes tell what happened."""
    before, now = ([line[:LONGEST_LINE] for line in text.split("\n")[:LONGEST_LINES]] for text in (old, new))
    yield from list(difflib.unified_diff(before, now, lineterm="", n=2))[2:]
    if max(old.count("\n"), new.count("\n")) >= LONGEST_LINES:
        yield f"… only the first {LONGEST_LINES} lines that differ"
