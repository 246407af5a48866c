"""Examples of JSON, broken in every way a wire can break them: fields gone, types wrong, numbers huge, nesting deep."""

from collections.abc import Iterator
from copy import deepcopy

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy


def _deep(levels: int) -> object:
    value: object = "bottom"
    for level in range(levels):
        value = [value] if level % 2 else {"content": value, "type": "text"}
    return value


# `loads` lets through 1,024 levels.
JUNK: tuple[object, ...] = (
    None,
    True,
    -1,
    3.5,
    10**30,
    float("inf"),
    float("nan"),
    "",
    "x",
    "\ud83d",
    [],
    {},
    [[[]]],
    [None, 1, "x", {}],
    {"type": 1, "": None},
    _deep(900),
    [[_deep(30)]],
)
GONE = object()


def broken(example: object) -> SearchStrategy[object]:
    """The example with up to four of its values replaced by junk, or gone."""
    paths = st.lists(st.sampled_from(list(_paths(example))), min_size=1, max_size=4)
    return st.builds(_break, st.just(example), paths, st.lists(st.sampled_from([*JUNK, GONE]), min_size=4, max_size=4))


def _paths(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from _paths(inner, (*path, key))


def _break(example: object, paths: list[tuple[object, ...]], junk: list[object]) -> object:
    value = deepcopy(example)
    for path, replacement in zip(paths, junk, strict=False):
        _replace(value, path, replacement)
    return value


def _replace(value: object, path: tuple[object, ...], replacement: object) -> None:
    for key in path[:-1]:
        try:
            value = value[key]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return
        if any(value is junk for junk in JUNK):  # shared by all examples: it must stay as it is
            return
    if isinstance(value, dict) and isinstance(path[-1], str):
        if replacement is GONE:
            value.pop(path[-1], None)
        else:
            value[path[-1]] = replacement
    elif isinstance(value, list) and isinstance(path[-1], int) and path[-1] < len(value) and replacement is not GONE:
        value[path[-1]] = replacement
