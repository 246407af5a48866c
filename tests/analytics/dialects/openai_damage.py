"""Damaged JSON: an example with some of its values gone or replaced, always as a parser could return it."""

import json
from collections.abc import Iterator

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

GONE = ""
# As text, so that every example gets values of its own.
REPLACEMENTS = (
    GONE,
    "null",
    "true",
    "-1",
    "3.5",
    "1" + "0" * 30,
    "Infinity",
    "NaN",
    '""',
    '"x"',
    '"\\ud83d"',
    "[]",
    "{}",
    "[[[]]]",
    '[null, 1, "x", {}]',
    '{"type": 1, "": null}',
    "[" * 900 + "]" * 900,
)


def damaged(example: object) -> SearchStrategy[object]:
    """The example with up to four of its values damaged."""
    places = st.sampled_from(list(_places(example)))
    return st.lists(st.tuples(places, st.sampled_from(REPLACEMENTS)), max_size=4).map(lambda d: _damage(example, d))


def _places(value: object, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*place, key)
        yield from _places(inner, (*place, key))


def _damage(example: object, damages: list[tuple[tuple[str | int, ...], str]]) -> object:
    value = json.loads(json.dumps(example))
    for (*way, last), replacement in damages:
        holder = value
        for key in way:
            holder = _inner(holder, key)
        if isinstance(holder, dict) and isinstance(last, str):
            holder.pop(last, None)
            holder |= {last: json.loads(replacement)} if replacement else {}
        elif isinstance(holder, list) and isinstance(last, int) and last < len(holder):
            holder[last : last + 1] = [json.loads(replacement)] if replacement else []
    return value


def _inner(value: object, key: str | int) -> object:
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key)
    return value[key] if isinstance(value, list) and isinstance(key, int) and key < len(value) else None
