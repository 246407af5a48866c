"""`python -m benchmarks.upstream FOLDER`: a TLS server that answers at once, so that the proxies are what is measured.

Prints its port, and ends on SIGTERM. A request with `x-stream: 20x0.05` gets 20 events, one every 0.05 s.
"""

import asyncio
import itertools
import re
import signal
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.traffic import LAST_EVENT, STREAM_HEAD, chunk, event, whole_answer
from tests.upstream import certificates

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
STREAM = re.compile(rb"\r\nx-stream: *(\d+)x([0-9.]+)", re.IGNORECASE)
ANSWERS = [whole_answer(number) for number in range(64)]


class Answering(asyncio.Protocol):
    """One connection."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers, self._buffer = numbers, bytearray()
        self._streaming: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # for mypy
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while head := self._next_head():
            self._answer(head)

    def connection_lost(self, exc: Exception | None) -> None:
        for task in self._streaming:
            task.cancel()

    def _next_head(self) -> bytes:
        """The head of a request that is here as a whole, and now taken."""
        end = self._buffer.find(b"\r\n\r\n")
        head = bytes(self._buffer[: max(end, 0)])
        length = LENGTH.search(head)
        size = end + 4 + (int(length.group(1)) if length else 0)
        if end < 0 or len(self._buffer) < size:
            return b""
        del self._buffer[:size]
        return head

    def _answer(self, head: bytes) -> None:
        number, wanted = next(self._numbers), STREAM.search(head)
        if wanted is None:
            self._transport.write(ANSWERS[number % len(ANSWERS)])
            return
        task = asyncio.create_task(self._stream(number, int(wanted.group(1)), float(wanted.group(2))))
        self._streaming.add(task)
        task.add_done_callback(self._streaming.discard)

    async def _stream(self, number: int, count: int, pause: float) -> None:
        self._transport.write(STREAM_HEAD % number)
        for index in range(count):
            if index:
                await asyncio.sleep(pause)
            self._transport.write(event(number, index))
        self._transport.write(chunk(LAST_EVENT) + b"0\r\n\r\n")


def _context(folder: Path) -> ssl.SSLContext:
    context = certificates.make(folder).context
    context.set_alpn_protocols(["http/1.1"])
    return context


async def _serve(folder: Path) -> None:
    stopped, numbers = asyncio.Event(), itertools.count()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    server = await loop.create_server(lambda: Answering(numbers), "127.0.0.1", 0, ssl=_context(folder), backlog=500)
    print(server.sockets[0].getsockname()[1], flush=True)
    await stopped.wait()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
