"""A tap on a WebSocket connection: frames in, records out; for live traffic in the recorder, and for imports."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from analytics.record import Body, Record
from analytics.redaction import kept_body
from analytics.wire.json_sequence import join_sequence
from analytics.wire.responses_websocket import Frame, FramePair, ResponsesPairing

BODY_LIMIT = 64 * 2**20


def random_name(record: Record) -> str:
    """An id that no other record has."""
    return uuid.uuid4().hex


@dataclass(slots=True)
class Raw:
    """The frames of a session that no pairing understands (realtime audio): stored as they are, up to a limit."""

    frames: list[Frame]
    held: int = 0
    trimmed: bool = False

    def feed(self, frame: Frame) -> list[FramePair]:
        self.held += len(frame.data)
        if self.held > BODY_LIMIT:
            self.trimmed = True
        else:
            self.frames.append(frame)
        return []


class SocketTap:
    """One connection. `head` is the record of its handshake; every exchange on it is a copy with its own bodies.

    `name` gives each record its id once everything else in it is known.
    """

    def __init__(self, head: Record, api: str, compressed: bool, name: Callable[[Record], str] = random_name) -> None:
        self._head, self._compressed, self._name = head, compressed, name
        self._pairing = ResponsesPairing(limit=BODY_LIMIT) if api == "openai.responses" else None
        self._raw = Raw([])

    def feed(self, frame: Frame) -> Iterable[Record]:
        """The exchanges that this frame ended."""
        pairs = self._pairing.feed(frame) if self._pairing else self._raw.feed(frame)
        return [self._named(self._paired(pair)) for pair in pairs]

    def frames(self) -> Iterator[Frame]:
        """The frames that records yet to come may be made of."""
        return self._pairing.frames() if self._pairing else iter(self._raw.frames)

    def close(self, error: str | None, ended_at: float | None) -> Iterator[Record]:
        """What was still open when the connection ended."""
        if self._pairing:
            for pair in self._pairing.close():
                open_still = replace(self._paired(pair), error=error or "connection closed", ended_at=ended_at)
                yield self._named(open_still)
        elif self._raw.frames:
            yield self._named(self._session(error, ended_at))

    def _named(self, record: Record) -> Record:
        return replace(record, record_id=self._name(record))

    def _paired(self, pair: FramePair) -> Record:
        sent, answer = [pair.request, *pair.extra], pair.response
        request = join_sequence(frame.data for frame in sent) if pair.extra else pair.request.data
        return replace(
            self._head,
            started_at=pair.request.at,
            request_ended_at=pair.request.at,
            first_byte_at=answer[0].at if answer else None,
            ended_at=answer[-1].at if answer else None,
            request=self._body(sent, request),
            response=self._body(answer, join_sequence(frame.data for frame in answer), trimmed=pair.trimmed),
            complete=pair.complete,
            warmup=pair.warmup,
        )

    def _session(self, error: str | None, ended_at: float | None) -> Record:
        sides = [[f for f in self._raw.frames if f.from_client is side] for side in (True, False)]
        sent, got = (self._body(side, join_sequence(f.data for f in side), self._raw.trimmed) for side in sides)
        first = next((frame.at for frame in sides[1]), None)
        head = replace(self._head, first_byte_at=first, ended_at=ended_at)
        return replace(head, request=sent, response=got, complete=error is None, error=error)

    def _body(self, frames: Sequence[Frame], data: bytes, trimmed: bool = False) -> Body:
        # A compressed connection's messages are seen inflated: their size on the wire is not known.
        size = None if self._compressed else sum(len(frame.data) for frame in frames)
        return Body(kept_body(data), size, trimmed)
