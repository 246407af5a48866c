"""What passes between the proxy and its recorder, on a pipe: plain values in front, the bytes of bodies behind.

Both ends are the same Python from the same files, so `marshal` serves: it is fast, and cannot make anything run.
"""

import marshal
import struct
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

# The lengths of the head, of the request and of the response.
_LENGTHS = struct.Struct(">III")
_LENGTH = struct.Struct(">I")
# Joining many small pieces is cheaper than handing each to the system.
_PIECES = 16


class Message(NamedTuple):
    """From the proxy. `number` is in the order of sending; `values` are those that the kind has.

    The kinds: `hello` (settings, how many of the next were sent before), `exchange` (a note, and its bodies), `open`
    (the note of a WebSocket's handshake), `frame` and `close` (of the socket that this number opened), `state`.
    """

    number: int
    kind: str
    values: tuple[Any, ...]
    request: bytes = b""
    response: bytes = b""


class Answer(NamedTuple):
    """From the recorder: `ready`, `at` (a message that it turns to), `log` (level, text), or `done`.

    The values of `done`: the numbers of messages that need not be sent again, how many records they gave, how often
    our code failed, and how many exchanges were lost by reason.
    """

    kind: str
    values: tuple[Any, ...] = ()


def packed_message(
    number: int, kind: str, values: tuple[Any, ...], request: Sequence[bytes] = (), response: Sequence[bytes] = ()
) -> list[bytes]:
    """The message as bytes, in pieces: the bodies' own pieces are not copied, where they are few."""
    head = marshal.dumps((number, kind, values))
    lengths = _LENGTHS.pack(len(head), sum(map(len, request)), sum(map(len, response)))
    if len(request) + len(response) > _PIECES:
        request, response = (b"".join(request),), (b"".join(response),)
    # Not the empty ones: a pipe that has taken nothing looks like a pipe that has taken them.
    return [lengths + head, *filter(None, (*request, *response))]


def packed_answer(answer: Answer) -> bytes:
    """The answer as bytes."""
    data = marshal.dumps(tuple(answer))
    return _LENGTH.pack(len(data)) + data


class Inbox:
    """Puts messages together from the bytes of a pipe."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are whole now."""
        self._buffer += data
        found, at = list[Message](), 0
        with memoryview(self._buffer) as view:
            while (end := self._end(at)) <= len(view):
                found.append(_message(view[at:end]))
                at = end
        del self._buffer[:at]
        return found

    def _end(self, at: int) -> int:
        """Where the message that begins there ends, as far as can be told."""
        start = at + _LENGTHS.size
        return start + sum(_LENGTHS.unpack_from(self._buffer, at)) if start <= len(self._buffer) else start


def _message(data: memoryview) -> Message:
    with data:
        head, request, _ = _LENGTHS.unpack_from(data)
        body = _LENGTHS.size + head
        number, kind, values = marshal.loads(data[_LENGTHS.size : body])  # noqa: S302  # our own proxy wrote it
        return Message(number, kind, values, bytes(data[body : body + request]), bytes(data[body + request :]))


class Answers:
    """Puts answers together from the bytes of a pipe."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> Iterator[Answer]:
        """The answers that are whole now."""
        self._buffer += data
        while len(self._buffer) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(self._buffer)[0]
            if end > len(self._buffer):
                return
            data, self._buffer = self._buffer[_LENGTH.size : end], self._buffer[end:]
            yield Answer(*marshal.loads(data))  # noqa: S302  # our own child wrote it
