"""A tap on a WebSocket connection: frames in, records out. Runs in the writer thread."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from analytics.record import Body, Record
from analytics.redaction import kept_body
from analytics.wire.json_sequence import join_sequence
from analytics.wire.responses_websocket import Frame, FramePair, ResponsesPairing
from proxy_addons.tap import BODY_LIMIT


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
    """One connection. `head` is the record of its handshake; every exchange on it is a copy with its own bodies."""

    def __init__(self, head: Record, api: str, compressed: bool) -> None:
        self._head, self._compressed = head, compressed
        self._pairing = ResponsesPairing(limit=BODY_LIMIT) if api == "openai.responses" else None
        self._raw = Raw([])

    def feed(self, frame: Frame) -> Iterable[Record]:
        """The exchanges that this frame ended."""
        pairs = self._pairing.feed(frame) if self._pairing else self._raw.feed(frame)
        return [self._paired(pair) for pair in pairs]

    def close(self, error: str | None, ended_at: float) -> Iterator[Record]:
        """What was still open when the connection ended."""
        if self._pairing:
            for pair in self._pairing.close():
                yield replace(self._paired(pair), error=error or "connection closed", ended_at=ended_at)
        elif self._raw.frames:
            yield self._session(error, ended_at)

    def _paired(self, pair: FramePair) -> Record:
        sent, answer = [pair.request, *pair.extra], pair.response
        request = join_sequence(frame.data for frame in sent) if pair.extra else pair.request.data
        return replace(
            self._head,
            record_id=uuid.uuid4().hex,
            started_at=pair.request.at,
            request_ended_at=pair.request.at,
            first_byte_at=answer[0].at if answer else None,
            ended_at=answer[-1].at if answer else None,
            request=self._body(sent, request),
            response=self._body(answer, join_sequence(frame.data for frame in answer), trimmed=pair.trimmed),
            complete=pair.complete,
            warmup=pair.warmup,
        )

    def _session(self, error: str | None, ended_at: float) -> Record:
        sides = [[f for f in self._raw.frames if f.from_client is side] for side in (True, False)]
        sent, got = (self._body(side, join_sequence(f.data for f in side), self._raw.trimmed) for side in sides)
        first = next((frame.at for frame in sides[1]), None)
        head = replace(self._head, record_id=uuid.uuid4().hex, first_byte_at=first, ended_at=ended_at)
        return replace(head, request=sent, response=got, complete=error is None, error=error)

    def _body(self, frames: Sequence[Frame], data: bytes, trimmed: bool = False) -> Body:
        # mitmproxy shows a compressed connection's messages inflated: their size on the wire is not known.
        size = None if self._compressed else sum(len(frame.data) for frame in frames)
        return Body(kept_body(data), size, trimmed)
