"""AWS event streams, against botocore's decoder and against recorded ones."""

import base64
import struct
from typing import Any
from zlib import crc32

import orjson
import pytest
from botocore.eventstream import EventStreamBuffer  # type: ignore[import-untyped]  # ships no stubs
from hypothesis import given
from hypothesis import strategies as st

from analytics.wire.eventstream import HEADER_TYPES, Message, bedrock_chunks, parse_eventstream
from analytics.wire.json_stream import loads
from tests.analytics.wire.corpus import bodies, needs_corpus

type Header = tuple[str, int, Any]
type Parts = list[tuple[bytes, list[Header]]]

LAYOUTS = {2: (">b", 8), 3: (">h", 16), 4: (">i", 32), 5: (">q", 64), 8: (">q", 64)}


def packed_header(name: str, kind: int, value: object) -> bytes:
    head = bytes([len(name.encode())]) + name.encode() + bytes([kind])
    match value:
        case bool():
            return head
        case int():
            return head + struct.pack(LAYOUTS[kind][0], value)
        case str():
            return head + struct.pack(">H", len(value.encode())) + value.encode()
        case bytes() if kind == 6:
            return head + struct.pack(">H", len(value)) + value
        case bytes():
            return head + value
    raise TypeError(kind)


def packed(payload: bytes, *headers: Header) -> bytes:
    head = b"".join(packed_header(*header) for header in headers)
    prelude = struct.pack(">II", 16 + len(head) + len(payload), len(head))
    body = prelude + struct.pack(">I", crc32(prelude)) + head + payload
    return body + struct.pack(">I", crc32(body))


def values_of(kind: int) -> st.SearchStrategy[object]:
    if kind in LAYOUTS:
        half = 2 ** (LAYOUTS[kind][1] - 1)
        return st.integers(-half, half - 1)
    return {
        0: st.just(True),
        1: st.just(False),
        6: st.binary(max_size=40),
        7: st.text(max_size=20),
        9: st.binary(min_size=16, max_size=16),
    }[kind]


header = st.sampled_from(sorted(HEADER_TYPES)).flatmap(
    lambda kind: st.tuples(st.text(":abc-é", min_size=1, max_size=20), st.just(kind), values_of(kind))
)
headers = st.lists(header, max_size=5, unique_by=lambda header: header[0])
messages = st.lists(st.tuples(st.binary(max_size=100), headers), max_size=5)


def body_of(parts: Parts) -> bytes:
    return b"".join(packed(payload, *headers) for payload, headers in parts)


@given(messages)
def test_what_was_encoded_is_parsed(parts: Parts) -> None:
    found = parse_eventstream(body_of(parts))
    assert (found.complete, found.error) == (True, None)
    assert found.messages == tuple(
        Message({name: value for name, _, value in headers}, payload) for payload, headers in parts
    )


@given(messages)
def test_botocore_reads_the_same(parts: Parts) -> None:
    assert botocore_messages(body_of(parts)) == list(parse_eventstream(body_of(parts)).messages)


def botocore_messages(body: bytes) -> list[Message]:
    buffer = EventStreamBuffer()
    buffer.add_data(body)
    return [Message(message.headers, message.payload) for message in buffer]


@given(messages.filter(bool), st.data())
def test_a_cut_off_stream_gives_a_prefix_of_its_messages(parts: Parts, draw: st.DataObject) -> None:
    body = body_of(parts)
    cut = body[: draw.draw(st.integers(0, len(body)))]
    found = parse_eventstream(cut)
    assert found.messages == parse_eventstream(body).messages[: len(found.messages)]
    assert found.complete == (len(b"".join(packed(p, *h) for p, h in parts[: len(found.messages)])) == len(cut))


@given(messages.filter(bool), st.data())
def test_a_flipped_bit_ends_the_parse_before_its_message(parts: Parts, draw: st.DataObject) -> None:
    body = bytearray(body_of(parts))
    body[draw.draw(st.integers(0, len(body) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
    found = parse_eventstream(bytes(body))
    assert not found.complete
    assert found.messages == parse_eventstream(body_of(parts)).messages[: len(found.messages)]


@given(st.binary())
def test_random_bytes_never_raise(data: bytes) -> None:
    assert parse_eventstream(data).complete == (data == b"")


@given(st.binary(max_size=60))
def test_random_headers_under_right_checksums_never_raise(head: bytes) -> None:
    prelude = struct.pack(">II", 16 + len(head), len(head))
    body = prelude + struct.pack(">I", crc32(prelude)) + head
    parse_eventstream(body + struct.pack(">I", crc32(body)))


def test_headers_longer_than_the_message_are_corrupt() -> None:
    prelude = struct.pack(">II", 16, 5)
    found = parse_eventstream(prelude + struct.pack(">I", crc32(prelude)) + bytes(20))
    assert found.error == "headers longer than their message"


def chunk(payload: bytes) -> bytes:
    return packed(payload, (":event-type", 7, "chunk"), (":message-type", 7, "event"))


def test_bedrock_chunks_yield_the_inner_json() -> None:
    inner = b'{"type":"message_start"}'
    body = chunk(orjson.dumps({"bytes": base64.b64encode(inner).decode(), "p": "abcdef"}))
    other = packed(b'{"message":"slow down"}', (":exception-type", 7, "throttlingException"))
    found = parse_eventstream(body + other + body)
    assert [message.event_type for message in found.messages] == ["chunk", "throttlingException", "chunk"]
    assert list(bedrock_chunks(found.messages)) == [inner, inner]


@pytest.mark.parametrize("payload", [b"", b"oops", b"[]", b"{}", b'{"bytes":5}', b'{"bytes":"%%%"}', b'{"bytes":"a"}'])
def test_bedrock_chunks_of_another_shape_are_passed_over(payload: bytes) -> None:
    assert list(bedrock_chunks(parse_eventstream(chunk(payload)).messages)) == []


@needs_corpus
def test_every_recorded_stream_parses_as_botocore_does() -> None:
    streams = [base64.b64decode(record["response_body"]) for record in bodies("response_is_eventstream")]
    found = [parse_eventstream(body) for body in streams]
    assert all(stream.complete for stream in found)
    assert [list(stream.messages) for stream in found] == [botocore_messages(body) for body in streams]
    inner = [chunk for stream in found for chunk in bedrock_chunks(stream.messages)]
    assert (len(streams), sum(len(stream.messages) for stream in found), len(inner)) == (86, 2779, 548)
    # The other 20 are text, from the agents' endpoints.
    assert sum(isinstance(loads(chunk), dict) for chunk in inner if chunk.startswith(b"{")) == 528
