"""The load: connections through a proxy, as light as they can be made."""

import asyncio
import ssl
import time
from dataclasses import dataclass
from typing import Self

from benchmarks.traffic import LAST_EVENT, SENT

BUFFER = 2**20


@dataclass(frozen=True, slots=True)
class Streamed:
    """What a client saw of a stream. Seconds: until the first event, and of each event from its making on."""

    first_byte: float
    delays: list[float]


class Line:
    """One kept connection to the upstream, through the proxy at `port`, or straight where there is none."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, proxy: int | None, upstream: int, context: ssl.SSLContext) -> Self:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy or upstream, limit=BUFFER)
        if proxy:
            target = b"localhost:%d" % upstream
            writer.write(b"CONNECT %b HTTP/1.1\r\nhost: %b\r\n\r\n" % (target, target))
            answer = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in answer:
                raise ConnectionError(answer.decode("latin-1"))
        await writer.start_tls(context, server_hostname="localhost")
        return cls(reader, writer)

    async def call(self, request: bytes) -> float:
        """Send the request, read the whole response; the seconds that took."""
        began = time.perf_counter()
        self._writer.write(request)
        head = await self._head()
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await self._reader.readexactly(int(length))
        return time.perf_counter() - began

    async def stream(self, request: bytes, count: int, pause: float) -> Streamed:
        """Have that many events sent, one every `pause` seconds."""
        began, delays = time.monotonic_ns(), list[float]()
        first = line_end = request.index(b"\r\n")
        self._writer.write(request[:line_end] + b"\r\nx-stream: %dx%g" % (count, pause) + request[line_end:])
        await self._head()
        while True:
            event = await self._reader.readuntil(b"\n\n")  # no chunk's frame ends like that
            now = time.monotonic_ns()
            sent = SENT.search(event)
            if sent is None:
                break
            first = first if delays else now
            delays.append((now - int(sent.group(1))) / 1e9)
        if not event.endswith(LAST_EVENT) or len(delays) != count:
            raise ConnectionError(f"{len(delays)} of {count} events came")
        await self._reader.readuntil(b"0\r\n\r\n")
        return Streamed((first - began) / 1e9, delays)

    async def close(self) -> None:
        self._writer.close()

    async def _head(self) -> bytes:
        head = await self._reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(head.decode("latin-1"))
        return head


async def lines(count: int, proxy: int | None, upstream: int, context: ssl.SSLContext) -> list[Line]:
    """That many connections, ready for calls."""
    return [await Line.open(proxy, upstream, context) for _ in range(count)]
