"""The hand-over of what was noted to the recorder. It never waits, and keeps all that the recorder is not done with."""

import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from proxy_addons.boundary import Boundary
from proxy_addons.links import Link, ProcessLink, ThreadLink, hello, start_process
from proxy_addons.message import Answer, packed_message
from proxy_addons.records import Settings
from proxy_addons.tap import Gauge

logger = logging.getLogger("tokenecho")
STATE_EVERY_S = 1.0
CLOSE_TIMEOUT_S = 30.0
# A recorder that dies at once is started again after this long, then twice as long, and so on.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 5.0
# How often a recorder may fail to come up before it is done without a process, and die over one message before that
# message is lost.
FAILED_STARTS = 3
DEATHS = 2  # beside the first one, of which nobody knows the reason


@dataclass(slots=True)
class Sent:
    """A message that the recorder is not done with. `size` is what it holds of the gauge, `socket` the number of the
    message that opened the connection it belongs to, 0 for none.
    """

    pieces: list[bytes]
    size: int
    socket: int
    deaths: int = 0


class Handover:
    """Used by the event loop only. `put` returns at once; `close` waits for what was put."""

    def __init__(self, settings: Settings, boundary: Boundary, gauge: Gauge) -> None:
        self.in_flight = 0
        self._settings, self._boundary, self._gauge = settings, boundary, gauge
        self._number = self._captured = self._stated = 0
        self._unfinished: dict[int, Sent] = {}
        self._losses: Counter[str] = Counter()
        self._link: Link | None = None
        self._ready = self._over = False
        self._threaded = sys.platform == "win32"  # whose pipes an event loop cannot wait for
        # Of the recorder at work: the message it said it was at. Of those before: how many came to nothing in a row,
        # how many of these did not even come up, and how many of what is unfinished was sent to them.
        self._at = self._deaths = self._failed_starts = self._resent = 0
        self._nothing_left = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start the recorder. What it first writes down says that the proxy is ready: call it when it listens."""
        work = (self._keep_recording(), self._keep_stating())
        self._tasks = [asyncio.create_task(self._boundary.attend(each)) for each in work]

    def put(
        self,
        kind: str,
        values: tuple[Any, ...],
        request: Sequence[bytes] = (),
        response: Sequence[bytes] = (),
        size: int = 0,
    ) -> int:
        """Hand over a message; its number. `size` is what it holds of the gauge, given back when it is done with."""
        self._number = number = self._number + 1
        pieces = packed_message(number, kind, values, request, response)
        socket = number if kind == "open" else values[0] if kind in ("frame", "close") else 0
        self._unfinished[number] = Sent(pieces, size, socket)
        if self._link:
            self._link.send(pieces)
        return number

    def lose(self, reason: str, count: int = 1) -> None:
        """Count exchanges that are not stored, or not in full."""
        self._losses[reason] += count

    async def close(self, timeout: float = CLOSE_TIMEOUT_S) -> None:
        """Have all recorded that was put, and the recorder end."""
        try:
            async with asyncio.timeout(timeout):
                await self._emptied()
                self._state()
                await self._emptied()
        except TimeoutError:
            logger.warning("tokenecho: not all calls could be stored within %.0f s of the proxy's end.", timeout)
        self._over = True
        if self._link:
            self._link.finish()
            await asyncio.wait([self._link.ended], timeout=timeout)
        for task in self._tasks:
            task.cancel()

    async def _emptied(self) -> None:
        while self._unfinished and self._tasks:
            self._nothing_left.clear()
            await self._nothing_left.wait()

    async def _keep_stating(self) -> None:
        while not self._over:
            self._state()
            await asyncio.sleep(STATE_EVERY_S)

    def _state(self) -> None:
        """Have written down how this proxy is doing, and what was lost since."""
        if self._stated in self._unfinished:
            return  # the recorder is not there yet, or slow: one is enough
        losses, self._losses = dict(self._losses), Counter()
        self._stated = self.put("state", (self.in_flight, self._captured, self._boundary.failures, losses))

    async def _keep_recording(self) -> None:
        """Have a recorder at work, for as long as the proxy runs."""
        while not self._over:
            link = await self._connected()
            if link:
                self._note_end(await self._attended(link))
            else:
                self._failed_starts += 1
            self._deaths += 1
            await asyncio.sleep(min(FIRST_PAUSE_S * 2**self._deaths, LONGEST_PAUSE_S) if not self._over else 0)

    async def _connected(self) -> Link | None:
        if self._failed_starts >= FAILED_STARTS and not self._threaded:
            self._threaded = True
            logger.warning("tokenecho: the recorder's process does not come up; its work is done inside the proxy.")
        if self._threaded:
            return ThreadLink(self._take)
        try:
            return ProcessLink(await asyncio.to_thread(start_process), self._take)
        except OSError:
            return None

    async def _attended(self, link: Link) -> str:
        """Give the recorder all that is unfinished, in its order, and what comes; the way it ended."""
        self._ready, self._at = False, 0
        link.send(hello(self._settings, self._resent))
        for sent in self._unfinished.values():
            link.send(sent.pieces)
        self._link = link
        try:
            return await link.ended
        finally:
            self._link = None

    def _note_end(self, why: str) -> None:
        if self._over:
            return
        self._give_up_on(self._at)
        if not self._ready:
            self._failed_starts += 1
            return
        self._resent = len(self._unfinished)
        if not self._deaths:
            logger.warning("tokenecho: the recorder ended (%s); a new one takes over what it had not stored.", why)

    def _give_up_on(self, number: int) -> None:
        """A recorder ended over this message. Where that happens again, the message is lost, and its whole socket."""
        sent = self._unfinished.get(number)
        if sent is None:
            return
        sent.deaths += 1
        if sent.deaths >= DEATHS:
            self.lose("recorder_died")
            socket = [other for other, its in self._unfinished.items() if sent.socket and its.socket == sent.socket]
            self._finished(socket or [number])

    def _take(self, answer: Answer) -> None:
        match answer:
            case Answer("done", (numbers, captured, failures, losses)):
                self._deaths = 0
                self._captured += captured
                self._boundary.failures += failures
                self._losses.update(losses)
                self._finished(numbers)
            case Answer("log", (level, text)):
                logger.log(level, "%s", text)
            case Answer("at", (number,)):
                self._at = number
            case Answer("ready"):
                self._ready, self._failed_starts = True, 0

    def _finished(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            sent = self._unfinished.pop(number, None)
            if sent:
                self._gauge.give(sent.size)
        if not self._unfinished:
            self._nothing_left.set()
