"""Frames of application/vnd.amazon.eventstream, https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html.

Total length, length of the headers, CRC of these two, headers, payload, CRC of everything before.
"""

import struct
import zlib

STRING = 7


def frame(headers: dict[str, str], payload: bytes) -> bytes:
    """One frame; all headers are strings."""
    encoded = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack(">II", 12 + len(encoded) + len(payload) + 4, len(encoded))
    head = prelude + struct.pack(">I", zlib.crc32(prelude)) + encoded + payload
    return head + struct.pack(">I", zlib.crc32(head))


def event(kind: str, payload: bytes) -> bytes:
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, payload)


def exception(kind: str, payload: bytes) -> bytes:
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return frame(headers, payload)


def _header(name: str, value: str) -> bytes:
    data = value.encode()
    return struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", STRING, len(data)) + data
