"""JSON as it is found on the wire."""

import json
import math
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.wire.json_stream import MAX_DEPTH, Values, loads, parse_json_stream
from tests.analytics.wire.corpus import needs_corpus
from tests.recordings import sources

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
surrogates = st.text(st.sampled_from("a\\u\ud83d\ude00\udfff\ud800\n"))


@given(documents)
def test_what_was_encoded_is_parsed(value: object) -> None:
    assert loads(json.dumps(value).encode()) == value


@given(st.recursive(st.integers(-(2**70), 2**70) | scalars, lambda inner: st.lists(inner, max_size=4)))
def test_the_tolerant_path_agrees_with_the_fast_one(value: object) -> None:
    body = json.dumps(value, allow_nan=True).encode()
    fast = loads(body)
    assert repr(loads(b"\xef\xbb\xbf" + body)) == repr(fast)


@given(surrogates)
def test_lone_surrogates_become_replacement_characters(text: str) -> None:
    parsed = loads(json.dumps(text).encode())
    assert parsed == text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    orjson.dumps(parsed)


def test_a_lone_surrogate_in_a_key_can_be_encoded_too() -> None:
    assert loads(rb'{"\udc00": "\\ud83d \ud83d\ude00"}') == {"\ufffd": "\\ud83d \U0001f600"}


@given(st.binary(max_size=200) | st.text('[]{},:"\\ud8001e-Nan ').map(str.encode))
def test_random_bytes_raise_value_errors_only(data: bytes) -> None:
    parse_json_stream(data)
    try:
        orjson.dumps(loads(data))
    except ValueError:
        return
    except TypeError as error:
        pytest.fail(f"a value that cannot be encoded: {error}")


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b" \r\n\t{}", {}),
        (b"\xef\xbb\xbf{}", {}),
        (b'{"a":1,"a":2}', {"a": 2}),
        (b'"caf\xe9"', "caf\ufffd"),
        (b'"\xed\xa0\xbd"', "\ufffd\ufffd\ufffd"),
        (b'"two\nlines"', "two\nlines"),
        (b"[Infinity,-Infinity]", [math.inf, -math.inf]),
        (b"18446744073709551615", 2**64 - 1),
        (b"18446744073709551616", 2**64),
        (b"-9223372036854775809", -(2**63) - 1),
        (b'{"a":[-18446744073709551615]}', {"a": [1 - 2**64]}),
        (b"0.12345678901234567890123", 0.12345678901234568),
        (b"1" + b"0" * 5000, math.inf),
    ],
)
def test_oddities_are_taken(body: bytes, value: object) -> None:
    assert loads(body) == value


def test_nan_is_taken() -> None:
    assert repr(loads(b"[NaN]")) == "[nan]"


@pytest.mark.parametrize("body", [b"", b"  ", b"{", b"not json", b"{} {}", b'{"a":}', b"[1 2]", b"data: {}"])
def test_what_is_not_json_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads(body)


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 9_000, 1_000_000])
@pytest.mark.parametrize("bracket", [b"[", b'{"a":'])
def test_deep_nesting_is_a_value_error(bracket: bytes, levels: int) -> None:
    close = {b"[": b"]", b'{"a":': b"1}"}[bracket][-1:]
    body = bracket * levels + b"1" + close * levels
    with pytest.raises(ValueError, match=r"."):
        loads(body)
    parse_json_stream(body)
    parse_json_stream(body[:-1])


def test_deep_nesting_up_to_the_limit_is_parsed_on_both_paths() -> None:
    body = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert repr(loads(body)) == repr(loads(b"\xef\xbb\xbf" + body))


@given(st.lists(documents), st.sampled_from([",", ",\r\n", "\n,\n"]))
def test_an_array_is_its_elements(values: list[object], between: str) -> None:
    body = "[" + between.join(json.dumps(value) for value in values) + "]\n"
    assert parse_json_stream(body.encode()) == Values(tuple(values))


@given(st.lists(documents), st.data())
def test_a_cut_off_array_gives_a_prefix_of_its_elements(values: list[object], draw: st.DataObject) -> None:
    body = json.dumps(values).encode()
    found = parse_json_stream(body[: draw.draw(st.integers(1, len(body) - 1))])
    assert not found.complete
    assert found.values == tuple(values[: len(found.values)])


def test_a_cut_off_array_keeps_every_finished_element() -> None:
    body = b'\xef\xbb\xbf\n [{"a":"\\ud83d"},\r\n{"b":[2]}\n,\n{"c":'
    assert parse_json_stream(body) == Values(({"a": "\ufffd"}, {"b": [2]}), complete=False)


def test_a_number_at_the_cut_is_not_trusted() -> None:
    assert parse_json_stream(b"[1, 23").values == (1,)
    assert parse_json_stream(b"[1, 2e").values == (1,)
    assert parse_json_stream(b"[true, false").values == (True, False)


@given(
    st.lists(st.dictionaries(st.text(), scalars, max_size=3), min_size=2),
    st.sampled_from(["", "\n", " ", ","]),
)
def test_concatenated_objects_are_taken_one_by_one(values: list[dict[str, object]], between: str) -> None:
    body = between.join(json.dumps(value) for value in values)
    assert parse_json_stream(body.encode()) == Values(tuple(values))


def test_an_object_is_a_stream_of_one() -> None:
    assert parse_json_stream(b' {"a": [1, 2]}') == Values(({"a": [1, 2]},))


def test_an_empty_body_has_no_values() -> None:
    assert parse_json_stream(b" \n") == Values(())


def test_what_follows_no_json_is_incomplete() -> None:
    assert parse_json_stream(b"{}oops") == Values(({},), complete=False)


@needs_corpus
def test_every_recorded_json_body_parses() -> None:
    found = [str(record["response_body"]) for record in sources() if is_json(record)]
    assert len(found) == 3019
    assert all(parse_json_stream(body.encode()).complete for body in found)


def is_json(record: dict[str, Any]) -> bool:
    headers = {name.lower(): str(value) for name, value in dict(record["response_headers"]).items()}
    text = record["response_body_encoding"] == "text" and record["response_body"]
    return bool(text) and "application/json" in headers.get("content-type", "")
