"""Server-sent events. https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

`retry` is left out: it tells a browser when to reconnect, and says nothing about a model call.
"""

import codecs
from collections.abc import Iterator
from typing import NamedTuple


class Event(NamedTuple):
    """A named tuple, not a dataclass: one is made per token, and it is twice as fast to make.

    `data` stays bytes, as a JSON parser wants them. `event` is "message" unless the stream names it.
    `terminated` is false for a last event whose closing blank line never came: its data may be cut off.
    """

    event: str
    data: bytes
    id: str
    terminated: bool = True


def parse_sse(data: bytes) -> Iterator[Event]:
    """The events of a body. Never raises; events without a data line are dropped, as the standard says."""
    data = _normalised(data)
    at, last_id = 0, ""
    while (end := data.find(b"\n\n", at)) >= 0:
        # Nearly every event is one data line, alone or below its name: these are taken without a loop.
        name, value_at = "message", at
        if data.startswith(b"event: ", at):
            value_at = data.find(b"\n", at, end + 1) + 1
            name = data[at + 7 : value_at - 1].decode("utf-8", "replace") or "message"
        if data.startswith(b"data: ", value_at) and data.find(b"\n", value_at, end) < 0:
            yield Event(name, data[value_at + 6 : end], last_id)
        else:
            name, payload, last_id = _fields(data[at:end], last_id)
            if payload is not None:
                yield Event(name, payload, last_id)
        at = end + 2
    name, payload, last_id = _fields(data[at:], last_id)
    if payload is not None:
        yield Event(name, payload, last_id, terminated=False)


def _normalised(data: bytes) -> bytes:
    """Without the byte order mark, and with every line end (CRLF, CR, LF) as LF."""
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data


def _fields(block: bytes, last_id: str) -> tuple[str, bytes | None, str]:
    """Name, data and id of one event; data is None when it has no data line."""
    name, payload = b"", []
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            payload.append(value)
        elif field == b"event":
            name = value
        elif field == b"error":  # no field of the standard: how llama.cpp's server and its kin report an error
            name, payload = b"error", [*payload, value]
        elif field == b"id" and b"\0" not in value:
            last_id = value.decode("utf-8", "replace")
    return name.decode("utf-8", "replace") or "message", b"\n".join(payload) if payload else None, last_id
