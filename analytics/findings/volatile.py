"""Whether two texts differ in a value that changes by itself (a date, an id, a counter), and how they differ."""

import re
from collections.abc import Iterable
from typing import Literal

type Value = Literal["date", "UUID", "counter", "random id"]

WORD = re.compile(r"[0-9A-Za-z]+(?:[-:./+_T][0-9A-Za-z]+)*")
UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?(?:T.*)?|\d{1,2}(?:[:.]\d{2})+(?:[ap]m|z)?|1[5-9]\d{8}(?:\d{3})?"
    r"|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|[ap]m"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?",
    re.IGNORECASE,
)
DAY = re.compile(r"\d{1,2}(?:st|nd|rd|th)?|(?:19|20)\d{2}")
ID = re.compile(r"(?=[^ ]*\d)[0-9A-Za-z_-]{6,}")
# So much is shown before what differs, and of it.
BEFORE, SHOWN = 60, 200
MOST_PLACES = 12


def volatile(before: str, after: str) -> Value | None:
    """The kind of value in which alone they differ; None where anything else differs too."""
    old, new = WORD.findall(before), WORD.findall(after)
    pairs = [pair for pair in zip(old, new, strict=False) if pair[0] != pair[1]]
    if len(old) != len(new) or not pairs or len(pairs) > MOST_PLACES or WORD.sub("", before) != WORD.sub("", after):
        return None
    kinds = {_kind(*pair) for pair in pairs}
    if "day" in kinds and "date" in kinds:
        kinds.discard("day")
    if None in kinds:
        return None
    for value in ("date", "UUID", "random id"):
        if value in kinds:
            return value
    return "counter"


def _kind(old: str, new: str) -> str | None:
    if UUID.fullmatch(old) and UUID.fullmatch(new):
        return "UUID"
    if DATE.fullmatch(old) and DATE.fullmatch(new):
        return "date"
    if DAY.fullmatch(old) and DAY.fullmatch(new):
        return "day"
    if old.isdigit() and new.isdigit():
        return "counter"
    return "random id" if ID.fullmatch(old) and ID.fullmatch(new) else None


def alike(before: str, after: str) -> float:
    """Which share of the longer text begins or ends both."""
    start = _same(zip(before, after, strict=False))
    end = _same(zip(reversed(before[start:]), reversed(after[start:]), strict=False))
    return (start + end) / max(len(before), len(after), 1)


def diff(before: str, after: str) -> str:
    """The first place where they differ, in two lines of at most some 300 characters each."""
    start = _same(zip(before, after, strict=False))
    end = _same(zip(reversed(before[start:]), reversed(after[start:]), strict=False))
    context = before[max(0, start - BEFORE) : start]
    tail = before[len(before) - end :][:20]
    old, new = (_short(text[start : len(text) - end]) for text in (before, after))
    return f"- …{context}{old}{tail}…\n+ …{context}{new}{tail}…"


def _short(text: str) -> str:
    return (
        text
        if len(text) <= SHOWN
        else f"{text[: SHOWN // 2]} [… {len(text) - SHOWN:,} characters …] {text[-SHOWN // 2 :]}"
    )


def _same(pairs: Iterable[tuple[str, str]]) -> int:
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count
