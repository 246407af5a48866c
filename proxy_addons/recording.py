"""What the recorder does with messages: it makes records of them, redacted, and commits these to the spool."""

import logging
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b

from analytics.importers.naming import record_name
from analytics.record import Record
from analytics.socket_tap import SocketTap
from analytics.spool import Proxy, Spool, SpoolFull
from analytics.wire.responses_websocket import Frame
from proxy_addons.boundary import Boundary
from proxy_addons.message import Answer, Message
from proxy_addons.note import Note
from proxy_addons.records import Settings, http_record, socket_tap

logger = logging.getLogger("tokenecho")
FULL = {"disk_full": "the disk is full", "spool_limit": "the spool has reached its limit; is a collector running?"}
# How many frames a socket holds before those that nothing needs are looked for.
SWEEP_AT = 256


def record_id(run: str, number: int) -> str:
    """The same for the same message of a run, whoever records it, and told from all others by its first digits."""
    return blake2b(f"{run}{number:x}".encode(), digest_size=16).hexdigest()


@dataclass(slots=True)
class LiveSocket:
    """A connection under way, and which of its messages would be needed to make its next records anew."""

    tap: SocketTap
    held: dict[int, Frame] = field(default_factory=dict)
    sweep_at: int = SWEEP_AT

    def feed(self, number: int, frame: Frame) -> list[Record]:
        """The exchanges that this frame ended."""
        self.held[number] = frame
        return list(self.tap.feed(frame))

    def spent(self, made: Sequence[Record]) -> list[int]:
        """Numbers of messages that are needed no more, now that these records were made."""
        if not made and len(self.held) < self.sweep_at:
            return []
        needed = {id(frame) for frame in self.tap.frames()}
        spent = [number for number, frame in self.held.items() if id(frame) not in needed]
        for number in spent:
            del self.held[number]
        self.sweep_at = max(SWEEP_AT, 2 * len(self.held))
        return spent


class Recording:
    """One spool connection, used by one thread. `answer` tells the proxy what need not be sent again."""

    def __init__(self, settings: Settings, boundary: Boundary, answer: Callable[[Answer], None]) -> None:
        self._settings, self._boundary, self._answer = settings, boundary, answer
        self._sockets: dict[int, LiveSocket] = {}
        self._losses: Counter[str] = Counter()
        self._captured = self._failures = 0  # since the last answer
        self._spent: list[int] = []
        self._state: tuple[int, int, int] | None = None
        self._spool: Spool | None = None
        self._trouble = ""

    def take(self, batch: Sequence[Message]) -> None:
        """Commit what these messages give, then say so. What fails is counted, and not tried again."""
        records = [record for message in batch for record in self._records(message)]
        if records:
            self._store_all(records)
        self._boundary.run(self._write_down)
        failures, self._failures = self._boundary.failures - self._failures, self._boundary.failures
        # What could not be written down is the proxy's to remember.
        self._answer(Answer("done", (self._spent, self._captured, failures, dict(self._losses))))
        self._spent, self._captured = [], 0
        self._losses.clear()

    def close(self) -> None:
        """Close the spool."""
        self._boundary.run(self._shut)

    def _records(self, message: Message) -> list[Record]:
        made = self._boundary.run(self._made, message)
        if made is None:
            self._losses["capture_error"] += 1
            self._spent.append(message.number)
        return made or []

    def _made(self, message: Message) -> list[Record]:
        number, kind, values = message.number, message.kind, message.values
        match kind:
            case "exchange":
                made = [self._exchange(message)]
            case "open":
                self._open_socket(number, Note(*values))
                return []  # needed for as long as the socket is open
            case "frame":
                return self._frame(message)
            case "close":
                made = self._close_socket(*values)
            case _:
                made = self._note_state(*values)
        self._spent.append(number)
        return made

    def _exchange(self, message: Message) -> Record:
        name = record_id(self._settings.run, message.number)
        return http_record(Note(*message.values), message.request, message.response, self._settings, name)

    def _open_socket(self, number: int, note: Note) -> None:
        # A name that follows from what is in a record: one that is made again, by another recorder, is the same.
        name = partial(record_name, self._settings.secret, origin=f"{self._settings.run}{number:x}")
        self._sockets[number] = LiveSocket(socket_tap(note, self._settings, name))

    def _frame(self, message: Message) -> list[Record]:
        opened, from_client, at, text = message.values
        socket = self._sockets.get(opened)
        if socket is None:  # its beginning could not be recorded
            self._spent.append(message.number)
            return []
        made = socket.feed(message.number, Frame(from_client, at, message.request, text))
        self._spent += socket.spent(made)
        return made

    def _close_socket(self, opened: int, error: str | None, ended_at: float) -> list[Record]:
        socket = self._sockets.pop(opened, None)
        self._spent += [opened, *(socket.held if socket else ())]
        return list(socket.tap.close(error, ended_at)) if socket else []

    def _note_state(self, in_flight: int, captured: int, failures: int, losses: dict[str, int]) -> list[Record]:
        self._state = in_flight, captured, failures
        self._losses.update(losses)
        return []

    def _store_all(self, records: list[Record]) -> None:
        """Store them together; where one of them makes that raise, the others alone."""
        if self._boundary.run(self._store, records) is None:
            for record in records:
                if self._boundary.run(self._store, [record]) is None:
                    self._losses["capture_error"] += 1

    def _store(self, records: list[Record]) -> bool:
        """Whether they are stored; what the disk or the limit forbids is counted."""
        try:
            self._open().append(records)
        except SpoolFull as full:
            self._losses[full.reason] += len(records)
            self._complain(FULL.get(full.reason, full.reason))
        except (sqlite3.Error, OSError) as error:
            self._losses["spool_error"] += len(records)
            self._shut()
            self._complain(str(error))
        else:
            self._captured += len(records)
            self._trouble = ""
            return True
        return False

    def _complain(self, trouble: str) -> None:
        """Say once what keeps calls from being stored. A warning: an error would end mitmproxy while it starts."""
        if trouble != self._trouble:
            self._trouble = trouble
            logger.warning(
                "tokenecho: calls are not being stored in %s: %s. Traffic goes on, and what is missed is counted.",
                self._settings.spool,
                trouble,
            )

    def _open(self) -> Spool:
        if self._spool is None:
            self._spool = Spool(self._settings.spool, disk_limit=self._settings.disk_limit)
        return self._spool

    def _shut(self) -> None:
        """Close the spool; the next use opens it anew."""
        spool, self._spool = self._spool, None
        if spool:
            spool.close()

    def _write_down(self) -> None:
        """Write down what was lost, and how the proxy is doing where it has said so."""
        state, self._state = self._state, None
        if not (state or self._losses):
            return
        try:
            spool = self._open()
            self._write_losses(spool)
            if state:
                in_flight, captured, failures = state
                pid, started_at = self._settings.pid, self._settings.started_at
                proxy = Proxy(self._settings.capture_id, pid, started_at, time.time(), in_flight, captured, failures)
                spool.report_proxy(proxy)
        except (sqlite3.Error, OSError) as error:
            self._shut()
            self._complain(str(error))

    def _write_losses(self, spool: Spool) -> None:
        for reason, count in [*self._losses.items()]:
            spool.count_loss(reason, count)
            del self._losses[reason]
