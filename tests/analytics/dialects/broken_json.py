"""Examples of JSON, broken in every way a wire can break them: fields gone, types wrong, numbers huge, nesting deep.

What comes out is always what a parser could return.
"""

import json
from collections.abc import Iterator

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

GONE = ""
# As text, so that every example gets values of its own. `loads` lets through 1,024 levels.
JUNK = (
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
    '[{"type": "text", "content": ' * 450 + "1" + "}]" * 450,
    "[" * 31 + '{"content": "bottom"}' + "]" * 31,
)


def broken(example: object) -> SearchStrategy[object]:
    """The example with up to four of its values replaced by junk, or gone."""
    places = st.sampled_from(list(_places(example)))
    return st.lists(st.tuples(places, st.sampled_from(JUNK)), max_size=4).map(lambda breaks: _break(example, breaks))


def _places(value: object, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*place, key)
        yield from _places(inner, (*place, key))


def _break(example: object, breaks: list[tuple[tuple[str | int, ...], str]]) -> object:
    value = json.loads(json.dumps(example))
    for (*way, last), junk in breaks:
        holder = value
        for key in way:
            holder = _inner(holder, key)
        if isinstance(holder, dict) and isinstance(last, str):
            holder.pop(last, None)
            holder |= {last: json.loads(junk)} if junk else {}
        elif isinstance(holder, list) and isinstance(last, int) and last < len(holder):
            holder[last : last + 1] = [json.loads(junk)] if junk else []
    return value


def _inner(value: object, key: str | int) -> object:
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key)
    return value[key] if isinstance(value, list) and isinstance(key, int) and key < len(value) else None
