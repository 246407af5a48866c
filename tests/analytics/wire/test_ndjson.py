"""Newline-delimited JSON."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from analytics.wire.json_stream import Values
from analytics.wire.ndjson import parse_ndjson

objects = st.lists(st.dictionaries(st.text(max_size=5), st.none() | st.integers(-9, 9) | st.text(max_size=9)))


def encoded(values: list[dict[str, object]]) -> bytes:
    return b"".join(orjson.dumps(value) + b"\n" for value in values)


@given(objects)
def test_what_was_encoded_is_parsed(values: list[dict[str, object]]) -> None:
    assert parse_ndjson(encoded(values)) == Values(tuple(values))


@given(objects, st.data())
def test_a_cut_off_body_gives_a_prefix_of_its_values(values: list[dict[str, object]], draw: st.DataObject) -> None:
    body = encoded(values)
    cut = draw.draw(st.integers(0, len(body)))
    found = parse_ndjson(body[:cut])
    assert found.values == tuple(values[: len(found.values)])
    assert len(found.values) >= body[:cut].count(b"\n")
    assert found.invalid == 0


@given(st.binary())
def test_random_bytes_never_raise(data: bytes) -> None:
    parse_ndjson(data)


def test_blank_lines_and_carriage_returns_are_skipped() -> None:
    assert parse_ndjson(b'\xef\xbb\xbf\r\n{"a":1}\r\n\n  \n{"b":2}') == Values(({"a": 1}, {"b": 2}), invalid=0)


def test_a_line_that_is_not_json_is_counted() -> None:
    assert parse_ndjson(b'{"a":1}\noops\n{"b":2}\n') == Values(({"a": 1}, {"b": 2}), invalid=1)


def test_a_cut_off_last_line_makes_the_body_incomplete() -> None:
    assert parse_ndjson(b'{"a":1}\n{"b":') == Values(({"a": 1},), complete=False)
