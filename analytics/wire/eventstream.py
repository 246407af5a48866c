"""AWS event streams, application/vnd.amazon.eventstream.

https://smithy.io/2.0/aws/amazon-eventstream.html: total length, length of the headers, CRC of these two,
typed headers, payload, CRC of all before; big-endian throughout.
"""

import base64
import binascii
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from zlib import crc32

from analytics.wire.json_stream import loads

type HeaderValue = bool | int | bytes | str

_PRELUDE = struct.Struct(">III")
_CRC = struct.Struct(">I")
_LENGTH = struct.Struct(">H")
_UUID_SIZE = 16


@dataclass(frozen=True, slots=True)
class Message:
    headers: dict[str, HeaderValue]
    payload: bytes

    @property
    def event_type(self) -> str:
        """The event's or the exception's name, "" if the message has none."""
        return str(self.headers.get(":event-type") or self.headers.get(":exception-type") or "")


@dataclass(frozen=True, slots=True)
class Messages:
    """`complete` is false when bytes were left over, and `error` says why: cut off, or corrupt."""

    messages: tuple[Message, ...]
    complete: bool = True
    error: str | None = None


def parse_eventstream(data: bytes) -> Messages:
    """The messages of a body up to its end or to the first one that is cut off or corrupt. Never raises."""
    found: list[Message] = []
    view, at = memoryview(data), 0
    while at < len(data):
        try:
            message, at = _message(view, at)
        except (ValueError, struct.error) as error:
            return Messages(tuple(found), complete=False, error=str(error))
        found.append(message)
    return Messages(tuple(found))


def bedrock_chunks(messages: Iterable[Message]) -> Iterator[bytes]:
    """What is inside the chunk events of Bedrock, without their padding `p`.

    JSON in invoke-with-response-stream; plain text in the agents' streams, which have the same framing.

    https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_PayloadPart.html
    """
    for message in messages:
        if message.event_type == "chunk" and (inner := _chunk(message.payload)) is not None:
            yield inner


def _chunk(payload: bytes) -> bytes | None:
    try:
        event = loads(payload)
        encoded = event.get("bytes") if isinstance(event, dict) else None
        return base64.b64decode(encoded, validate=True) if isinstance(encoded, str) else None
    except (ValueError, binascii.Error):
        return None


def _message(view: memoryview, at: int) -> tuple[Message, int]:
    """The message at `at`, and where the next one starts."""
    prelude = view[at : at + _PRELUDE.size]
    if len(prelude) < _PRELUDE.size:
        raise ValueError("cut off in a prelude")
    total, headers_length, prelude_crc = _PRELUDE.unpack(prelude)
    # Checked before the lengths are believed: a flipped bit there would swallow the rest of the body.
    if crc32(prelude[:8]) != prelude_crc:
        raise ValueError("checksum of a prelude does not match")
    payload_at = at + _PRELUDE.size + headers_length
    payload_end = at + total - _CRC.size
    if payload_at > payload_end:
        raise ValueError("headers longer than their message")
    if payload_end + _CRC.size > len(view):
        raise ValueError("cut off in a message")
    if crc32(view[at:payload_end]) != _CRC.unpack_from(view, payload_end)[0]:
        raise ValueError("checksum of a message does not match")
    headers = _headers(view[at + _PRELUDE.size : payload_at])
    return Message(headers, bytes(view[payload_at:payload_end])), payload_end + _CRC.size


def _headers(view: memoryview) -> dict[str, HeaderValue]:
    headers: dict[str, HeaderValue] = {}
    at = 0
    while at < len(view):
        name, at = _sized(view, at + 1, view[at])
        read = HEADER_TYPES.get(view[at] if at < len(view) else -1)
        if read is None:
            raise ValueError("a header of unknown type")
        headers[_string(name)], at = read(view, at + 1)
    return headers


def _sized(view: memoryview, at: int, size: int) -> tuple[bytes, int]:
    if at + size > len(view):
        raise ValueError("a header longer than the headers")
    return bytes(view[at : at + size]), at + size


def _string(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _number(layout: str) -> Callable[[memoryview, int], tuple[HeaderValue, int]]:
    packed = struct.Struct(layout)

    def read(view: memoryview, at: int) -> tuple[HeaderValue, int]:
        return int(packed.unpack_from(view, at)[0]), at + packed.size

    return read


def _read_bytes(view: memoryview, at: int) -> tuple[bytes, int]:
    return _sized(view, at + _LENGTH.size, _LENGTH.unpack_from(view, at)[0])


def _read_string(view: memoryview, at: int) -> tuple[str, int]:
    data, end = _read_bytes(view, at)
    return _string(data), end


HEADER_TYPES: dict[int, Callable[[memoryview, int], tuple[HeaderValue, int]]] = {
    0: lambda view, at: (True, at),
    1: lambda view, at: (False, at),
    2: _number(">b"),
    3: _number(">h"),
    4: _number(">i"),
    5: _number(">q"),
    6: _read_bytes,
    7: _read_string,
    8: _number(">q"),  # a timestamp, in milliseconds since the epoch
    9: lambda view, at: _sized(view, at, _UUID_SIZE),
}
