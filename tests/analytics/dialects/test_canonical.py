"""Canonical content: the same for the same, and different for what differs."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.dialects.canonical import call_block, dumps
from analytics.wire.json_stream import loads

# As a client may send them back: what JSON itself can say.
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
objects = st.dictionaries(st.text(), values, max_size=4)


def arguments(value: object) -> str:
    return call_block("f", value).content


@given(objects)
def test_arguments_as_text_and_as_an_object_are_the_same_call(value: dict[str, object]) -> None:
    text = json.dumps(value, indent=1)
    assert arguments(text) == arguments(loads(text.encode()))


@given(objects, objects)
def test_arguments_are_the_same_content_exactly_where_they_are_equal(one: object, other: object) -> None:
    assert (arguments(one) == arguments(other)) == (typed(one) == typed(other))


def typed(value: object) -> object:
    """The value with its truth values told apart from its numbers, which Python holds to be equal."""
    match value:
        case dict():
            return {key: typed(inner) for key, inner in value.items()}
        case list():
            return [typed(inner) for inner in value]
        case bool():
            return str(value), "bool"
    return value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":1.0}', '{"a":1}'),
        ('{"a":[-0.0,2e3]}', '{"a":[0,2000]}'),
        ('{"a":1e21}', '{"a":1000000000000000000000}'),
        ('{"a":1.0,"b":[{"c":3.0}]}', '{"b":[{"c":3}],"a":1}'),
    ],
)
def test_a_whole_number_is_the_same_with_and_without_a_point(one: str, other: str) -> None:
    assert arguments(one) == arguments(other) == arguments(json.loads(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":18446744073709551617}', '{"a":18446744073709551618}'),
        ('{"a":-9223372036854775809}', '{"a":-9223372036854775810}'),
        ('{"a":1.5}', '{"a":1}'),
        ('{"a":"1.0"}', '{"a":"1"}'),
        ('{"a":"x1.0,"}', '{"a":"x1,"}'),
        ('{"a":1}', '{"a":true}'),
    ],
)
def test_different_arguments_are_different_content(one: str, other: str) -> None:
    assert arguments(one) != arguments(other)
    assert arguments(loads(one.encode())) != arguments(loads(other.encode()))


@pytest.mark.parametrize("text", ["{", "{'a': 1}", '{"a":NaN}', "[1,]", '{"a":"\\ud83d"}'])
def test_arguments_that_are_no_json_stay_text(text: str) -> None:
    assert json.loads(arguments(text))["arguments_text"] == text
    assert arguments(text) != arguments(f"{text} ")


def test_no_depth_and_no_number_is_too_much() -> None:
    deep: object = 1.0
    for _ in range(100_000):
        deep = [deep]
    assert arguments({"a": deep}) != arguments({"a": [deep]})
    assert arguments({"a": 1.0, "b": float("inf")}) == arguments({"a": 1, "b": float("inf")})
    assert dumps({"b": 10**30, "a": 1}) == '{"a":1,"b":1000000000000000000000000000000}'
