"""Bodies that repeat one that came lately: the same values as from a parser, whatever came before."""

import json
from collections.abc import Callable
from itertools import pairwise
from uuid import uuid4

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.wire.json_stream import loads
from analytics.wire.resumed_json import GRID, loads_resumed

TOOLS = [{"name": "search", "parameters": {"type": "object", "properties": {}}}]
STYLES: tuple[Callable[[object], bytes], ...] = (
    lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode(),
    lambda value: json.dumps(value).encode(),
    lambda value: json.dumps(value, indent=1).encode(),
)


def message(text: str, **more: object) -> dict[str, object]:
    return {"role": "user", "content": text, **more}


def opening() -> dict[str, object]:
    """A message that is new, and long enough for its body to be remembered."""
    return message(f"{uuid4().hex} " * (2 * GRID // 33))


def body(*messages: object, **more: object) -> dict[str, object]:
    return {"model": "m", "messages": list(messages), "tools": TOOLS, "stream": True, **more}


def same(data: bytes) -> None:
    """It comes out as from `loads`, in the same order and with the same types, or is refused as there."""
    assert outcome(loads_resumed, data) == outcome(loads, data)


def outcome(parse: Callable[[bytes], object], data: bytes) -> str | None:
    try:
        return repr(parse(data))
    except ValueError:
        return None


def members(data: bytes) -> list[object]:
    value = loads_resumed(data)
    assert isinstance(value, dict)
    return list(value["messages"])


@pytest.mark.parametrize("write", STYLES[:2])
def test_what_was_there_before_is_the_very_same_object(write: Callable[[object], bytes]) -> None:
    said = [opening(), message("é \U0001f600 \\u00e9"), message("more", n=1.5)]
    turns = [body(*said[: at + 1]) for at in range(3)]
    found = [members(write(turn)) for turn in turns]
    assert found == [turn["messages"] for turn in turns]
    for before, after in pairwise(found):
        assert [id(each) for each in before] == [id(each) for each in after[: len(before)]]


def test_a_history_is_recognised_behind_a_message_that_lost_its_mark() -> None:
    first, marked = opening(), message("second", cache_control={"type": "ephemeral"})
    before = members(orjson.dumps(body(first, marked)))
    after = members(orjson.dumps(body(first, message("second"), message("third"))))
    assert after[0] is before[0]
    assert after[1:] == [message("second"), message("third")]


def test_a_body_that_is_sent_again_is_the_same_value() -> None:
    data = orjson.dumps(body(opening(), message("again")))
    assert [id(each) for each in members(data)] == [id(each) for each in members(data)]
    same(data)


@pytest.mark.parametrize(
    "added",
    [
        b"",
        b",",
        b", ",
        b',{"a":1}]',
        b',{"a":1}],"x":[2',
        b"],[",
        b',{"a":1},',
        b",123456789012345678901234567890",
        b',"\xff"',
        b',"\\ud800"',
        b",NaN",
        b", " + b"[" * 1022 + b"]" * 1022,
        b", " + b"[" * 1023 + b"]" * 1023,
        b"5",
        b"52",
        b',{"a":1},{"a":true},{"a":1.0}',
    ],
)
@pytest.mark.parametrize("last", [{"a": 1}, 12, "text", [1], True])
def test_whatever_comes_after_the_known_members_is_read_as_by_the_parser(added: bytes, last: object) -> None:
    data = orjson.dumps(body(opening(), last))
    same(data)
    end = data.index(b'],"tools"')
    for changed in (data[:end] + added + data[end:], data[: end + 1] + added + data[end + 1 :], data[:end] + added):
        same(changed)


@pytest.mark.parametrize("changed", [b"null", b"1234", b"tru"])
def test_another_request_with_the_same_history_is_another_value(changed: bytes) -> None:
    data = orjson.dumps(body(opening(), message("second")))
    same(data)
    same(data.replace(b'"stream":true', b'"stream":' + changed))


def test_a_body_that_breaks_off_where_it_looks_whole_is_refused() -> None:
    data = orjson.dumps({"messages": [opening(), {"a": [{}]}]})
    same(data)
    assert data[:-2].endswith(b"]}")
    same(data[:-2])


@pytest.mark.parametrize(
    "before",
    [
        b'{"messages":[%b],"messages":[%b]}',
        b'{"x":{"messages":[%b]},"messages":[%b]}',
        b'{"x":"\\"messages\\":[","messages":[%b],"y":[%b]}',
        b'{"messages":[%b],"y":[%b]}',
        b'{"messages":[%b],"\\u006dessages":[%b]}',
    ],
)
def test_a_list_that_only_looks_like_the_history_is_not_taken_for_it(before: bytes) -> None:
    one = orjson.dumps(opening())
    for first, second in ((one, one), (one + b',{"a":1}', one), (one, one + b',{"a":2}'), (b"", one), (one, b"")):
        same(before % (first, second))
        same(before % (first + b',{"a":3}' if first else b"", second))


PART = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(
    histories=st.lists(st.lists(PART, max_size=4), min_size=2, max_size=5),
    tails=st.lists(st.dictionaries(st.sampled_from(["tools", "input", "messages", "x"]), PART, max_size=2), max_size=2),
    cut=st.integers(0, 400),
    style=st.sampled_from(STYLES),
)
def test_bodies_in_any_order_come_out_as_from_the_parser(
    histories: list[list[object]], tails: list[dict[str, object]], cut: int, style: Callable[[object], bytes]
) -> None:
    first = opening()
    for history in histories:
        for tail in (*tails, {}):
            data = style({"model": "m", "messages": [first, *history], **tail})
            same(data)
            same(data[: len(data) - cut])
