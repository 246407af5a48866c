"""Pairs of request and response on a Responses API WebSocket.

https://developers.openai.com/api/docs/guides/websocket-mode and, for the frames,
https://developers.openai.com/api/reference/resources/responses/websocket-events

What the pairing rests on: requests with the same `stream_id` (a lane; none at all is a lane too) are answered
one after the other, in order; the server echoes the `stream_id`; only some events name their response. An
accepted `response.steer` makes the server continue by itself with a response nobody sent a `response.create`
for: its `previous_response_id` is the steered response. That continuation is billed, so it is a pair too.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from analytics.wire.json_stream import loads

DEFAULT_LIMIT = 64 * 1024 * 1024

# A connection has 16 responses in flight at most. This only bounds the memory an unknown server can cost.
MAX_PENDING = 256
MAX_ENDED = 64

# `response.done` is what some servers of the ChatGPT backend send for completed, failed and incomplete alike.
TERMINAL = frozenset(f"response.{end}" for end in ("completed", "failed", "incomplete", "cancelled", "done")) | {
    "error"
}
ANSWERED = frozenset({"response.steer", "response.inject"})

_DELTA_PREFIX = b'{"type":"response.'


@dataclass(frozen=True, slots=True)
class Frame:
    """One WebSocket message; `at` in seconds since the epoch."""

    from_client: bool
    at: float
    data: bytes
    text: bool


@dataclass(frozen=True, slots=True)
class FramePair:
    """A request and all frames that answer it.

    `request` is a `response.create`, or the `response.steer` that made the server continue by itself.
    `extra` holds the other client frames whose input the exchange carries. `complete` is false when no
    terminal event came; `trimmed` is true when frames beyond the byte limit were dropped.
    """

    request: Frame
    response: tuple[Frame, ...]
    complete: bool
    warmup: bool
    extra: tuple[Frame, ...] = ()
    trimmed: bool = False


@dataclass(slots=True)
class _Pending:
    request: Frame
    lane: str | None
    parent: str | None = None
    warmup: bool = False
    id: str | None = None
    extra: list[Frame] = field(default_factory=list)
    response: list[Frame] = field(default_factory=list)
    size: int = 0
    trimmed: bool = False

    def add(self, frame: Frame, limit: int) -> None:
        self.size += len(frame.data)
        # Once over, always over: a prefix can be read, an exchange with holes cannot.
        self.trimmed = self.trimmed or self.size > limit
        if not self.trimmed:
            (self.extra if frame.from_client else self.response).append(frame)

    def pair(self, complete: bool) -> FramePair:
        return FramePair(self.request, tuple(self.response), complete, self.warmup, tuple(self.extra), self.trimmed)


class ResponsesPairing:
    """The exchanges of one connection. `limit` bounds the bytes a pair keeps beside its request.

    `undecodable` counts frames that are not JSON objects, `unpaired` frames that belong to no exchange.
    """

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        self.undecodable = 0
        self.unpaired = 0
        self._limit = limit
        self._pending: list[_Pending] = []
        self._steers: list[tuple[str, Frame]] = []  # each with the response it steers
        self._ended: deque[str] = deque(maxlen=MAX_ENDED)
        self._unanswered = 0
        self._laned = False

    def feed(self, frame: Frame) -> list[FramePair]:
        """Take the next frame in either direction; the pairs it ends, mostly none."""
        if not frame.from_client and self._is_plain_delta(frame.data):
            self._pending[0].add(frame, self._limit)
            return []
        event = _event(frame.data)
        if event is None:
            self.undecodable += 1
            return []
        return self._from_client(frame, event) if frame.from_client else self._from_server(frame, event)

    def frames(self) -> Iterator[Frame]:
        """The frames of what is under way, in no order: all that the next pairs can be made of."""
        for pending in self._pending:
            yield pending.request
            yield from pending.extra
            yield from pending.response
        yield from (steer for _, steer in self._steers)

    def close(self) -> list[FramePair]:
        """The connection is gone: the pairs whose end never came."""
        pairs = [pending.pair(complete=False) for pending in self._pending]
        self.unpaired += len(self._steers)
        self._pending.clear()
        self._steers.clear()
        return pairs

    def _is_plain_delta(self, data: bytes) -> bool:
        """A delta that can only belong to the one response that runs, told without parsing it.

        Safe, because nothing in the frame is needed: its type is the first key (a type holds no escapes,
        so it ends at the next quote), a delta ends nothing, and without lanes and with one request under
        way there is one response it can belong to.
        """
        if self._laned or len(self._pending) != 1 or not self._pending[0].id:
            return False
        if not data.startswith(_DELTA_PREFIX):
            return False
        end = data.find(b'"', len(_DELTA_PREFIX))
        return data[end - 6 : end] == b".delta"

    def _from_client(self, frame: Frame, event: dict[str, object]) -> list[FramePair]:
        kind = str(event.get("type"))
        self._unanswered += kind in ANSWERED
        if kind == "response.create":
            return self._create(frame, event)
        parent = _string(event, "previous_response_id")
        if kind == "response.steer" and parent and len(self._steers) < MAX_PENDING:
            self._steers.append((parent, frame))
        elif pending := self._with_id(_string(event, "response_id")):
            pending.add(frame, self._limit)
        else:
            self.unpaired += 1
        return []

    def _create(self, frame: Frame, event: dict[str, object]) -> list[FramePair]:
        lane = _string(event, "stream_id")
        self._laned = self._laned or lane is not None
        self._pending.append(_Pending(frame, lane, _string(event, "previous_response_id"), _is_warmup(event)))
        return [self._pending.pop(0).pair(complete=False)] if len(self._pending) > MAX_PENDING else []

    def _from_server(self, frame: Frame, event: dict[str, object]) -> list[FramePair]:
        kind = str(event.get("type"))
        if kind.startswith(("response.steer.", "response.inject.")):
            return self._answer(frame, kind, event)
        self._start(event)
        pending = self._owner(kind, event)
        if pending is None:
            self.unpaired += 1
        elif kind in TERMINAL and not (kind == "error" and self._is_about_client_frame(pending, event)):
            return [self._end(pending, frame)]
        else:
            pending.add(frame, self._limit)
        return []

    def _end(self, pending: _Pending, frame: Frame) -> FramePair:
        # Kept whatever its size: it repeats the whole output, and it alone has the usage.
        pending.response.append(frame)
        # By identity: two retries of one request may be equal in every field.
        self._pending = [other for other in self._pending if other is not pending]
        if pending.id:
            self._ended.append(pending.id)
        return pending.pair(complete=True)

    def _start(self, event: dict[str, object]) -> None:
        """Give an id seen for the first time to the request it answers.

        A response that already runs in the lane is left alone: a server that answers in parallel would
        lose it, and one that forgot to end it only has it reported when the connection closes.
        """
        response_id, lane = _response_id(event), _string(event, "stream_id")
        if response_id is None or response_id in self._ended or self._with_id(response_id):
            return
        waiting = [pending for pending in self._in_lane(lane) if pending.id is None]
        pending = self._steered(event, waiting, lane) or next(iter(waiting), None)
        if pending:
            pending.id = response_id

    def _steered(self, event: dict[str, object], waiting: Sequence[_Pending], lane: str | None) -> _Pending | None:
        """The request that commits queued steering input: a matching create, or else the first steer."""
        response = event.get("response")
        parent = _string(response, "previous_response_id") if isinstance(response, dict) else None
        steers = [steer for target, steer in self._steers if target == parent]
        if not steers:
            return None
        self._steers = [(target, steer) for target, steer in self._steers if target != parent]
        create = next((pending for pending in waiting if pending.parent == parent), None)
        if create:
            create.extra += steers
            return create
        successor = _Pending(steers[0], lane, parent, extra=steers[1:])
        self._pending.append(successor)
        return successor

    def _answer(self, frame: Frame, kind: str, event: dict[str, object]) -> list[FramePair]:
        """What the server says to a steer or an inject; none of it ends a response."""
        if kind != "response.steer.pending":
            self._unanswered = max(0, self._unanswered - 1)
        steer = event.get("steer")
        steer = steer if isinstance(steer, dict) else {}
        target = _string(steer, "previous_response_id") or _response_id(event)
        if kind == "response.steer.failed":
            self._drop_steer(target, steer.get("input"))
        if pending := self._with_id(target):
            pending.add(frame, self._limit)
        return []

    def _drop_steer(self, target: str | None, rejected: object) -> None:
        """Input that was never committed is in no request. The server hands it back without its id."""
        for steered, steer in self._steers:
            if steered == target and (_event(steer.data) or {}).get("input") == rejected:
                self._steers.remove((steered, steer))
                return

    def _owner(self, kind: str, event: dict[str, object]) -> _Pending | None:
        response_id = _response_id(event)
        if response_id:
            return self._with_id(response_id)
        pending = self._in_lane(_string(event, "stream_id"))
        waiting = [other for other in pending if other.id is None]
        running = [other for other in pending if other.id]
        # Only the error of a running response has a sequence number; the others reject a request.
        if kind == "error" and "sequence_number" not in event:
            return next(iter(waiting or running), None)
        return next(iter(running[-1:] or waiting), None)

    def _is_about_client_frame(self, pending: _Pending, event: dict[str, object]) -> bool:
        """A malformed steer is answered by a bare error, and the response it aimed at goes on."""
        if pending.id is None or "sequence_number" in event or not self._unanswered:
            return False
        self._unanswered -= 1
        return True

    def _with_id(self, response_id: str | None) -> _Pending | None:
        return next((pending for pending in self._pending if response_id and pending.id == response_id), None)

    def _in_lane(self, lane: str | None) -> Sequence[_Pending]:
        """The lane's requests in order; all there are when the server does not echo lanes."""
        return [pending for pending in self._pending if pending.lane == lane] or self._pending


def _event(data: bytes) -> dict[str, object] | None:
    try:
        event = loads(data)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def _string(event: dict[str, object], key: str) -> str | None:
    value = event.get(key)
    return value if isinstance(value, str) and value else None


def _response_id(event: dict[str, object]) -> str | None:
    response = event.get("response")
    inner = _string(response, "id") if isinstance(response, dict) else None
    return inner or _string(event, "response_id")


def _is_warmup(event: dict[str, object]) -> bool:
    """Both make the server prepare state and generate nothing."""
    cache = event.get("prompt_cache_options")
    return event.get("generate") is False or (isinstance(cache, dict) and cache.get("prewarm") is True)
