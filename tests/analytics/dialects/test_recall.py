"""What a message was read as lately is remembered, and that does not show in what comes out."""

from collections.abc import Iterator
from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from analytics.dialects.recall import recalled_each

# The very same objects come again and again, as those of a body that was resumed do; others are only equal to them.
MESSAGES: tuple[object, ...] = (
    {"role": "user", "content": "Hello."},
    {"content": "Hello.", "role": "user"},
    {"role": "user", "content": 1},
    {"role": "user", "content": True},
    {"role": "user", "content": 1.0},
    {"role": "user", "content": 2**70},
    {"role": "user", "content": []},
    "Hello.",
    None,
)
SAME = st.sampled_from(MESSAGES)
MESSAGE = SAME | SAME.map(deepcopy)
BODIES = st.lists(st.lists(MESSAGE, max_size=24), max_size=6)


def written(message: object) -> Iterator[str]:
    """As many parts as there are letters."""
    yield from repr(message)


def silent(message: object) -> list[str]:
    """Of some messages there is nothing to read."""
    return [repr(message)] if isinstance(message, dict) else []


@given(BODIES)
def test_what_is_read_is_the_same_with_and_without_a_memory(bodies: list[list[object]]) -> None:
    for body in bodies:
        assert recalled_each(written, body) == [part for message in body for part in written(message)]
        assert recalled_each(silent, iter(body)) == [part for message in body for part in silent(message)]


def test_a_message_that_comes_again_is_not_read_again() -> None:
    read: list[object] = []

    def counted(message: object) -> list[object]:
        read.append(message)
        return [message]

    messages: list[object] = [{"n": n} for n in range(40)]
    for end in range(1, 41):
        assert recalled_each(counted, messages[:end]) == messages[:end]
    assert recalled_each(counted, [{"n": n} for n in range(40)]) == messages
    assert len(read) == 40
