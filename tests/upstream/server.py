"""Starts the upstream in a background thread: `with upstream() as up: … up.base_url, up.ca_pem`.

`up.requests` and `up.responses` are the live logs, `up.advance(seconds)` moves its clock, and
`tests.upstream.controls` says how to make it misbehave. As a process: `python -m tests.upstream`.
"""

import asyncio
import contextlib
import ssl
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hypercorn.asyncio.worker_context import WorkerContext

from tests.upstream import certificates
from tests.upstream.app import Upstream
from tests.upstream.connection import Connection
from tests.upstream.records import Log, Received, Sent
from tests.upstream.state import World


@dataclass(slots=True)
class Listener:
    """The listening socket and its open connections, on the event loop it was started on."""

    server: asyncio.Server
    connections: dict[asyncio.Task[None], Connection]
    context: WorkerContext

    @property
    def port(self) -> int:
        port: int = self.server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        self.server.close()
        await self.context.terminated.set()
        # hypercorn swallows cancellations; a connection that is gone ends its tasks by itself.
        for connection in self.connections.values():
            connection.abort()
        if self.connections:
            await asyncio.wait(list(self.connections), timeout=5)


async def listen(app: Upstream, tls: ssl.SSLContext | None, port: int = 0) -> Listener:
    """Accept connections on 127.0.0.1; without TLS it speaks plain HTTP/1.1."""
    context = WorkerContext(None)
    connections: dict[asyncio.Task[None], Connection] = {}

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections[task] = connection = Connection(app, context, reader, writer)
        try:
            await connection.serve()
        finally:
            del connections[task]
            connection.abort()

    server = await asyncio.start_server(accept, "127.0.0.1", port, ssl=tls, backlog=512)
    return Listener(server, connections, context)


@dataclass(slots=True)
class Running:
    """A running upstream."""

    port: int
    ca_pem: Path
    app: Upstream = field(repr=False)
    host: str = "localhost"
    scheme: str = "https"

    @property
    def base_url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"

    @property
    def log(self) -> Log:
        return self.app.log

    @property
    def world(self) -> World:
        return self.app.world

    @property
    def requests(self) -> list[Received]:
        return self.app.log.requests

    @property
    def responses(self) -> list[Sent]:
        return self.app.log.responses

    def advance(self, seconds: float) -> None:
        """Move the upstream's clock: caches and threads grow older."""
        self.app.world.advance(seconds)


@contextlib.contextmanager
def upstream(
    folder: Path | None = None, *, tls: bool = True, port: int = 0, hosts: tuple[str, ...] = ()
) -> Iterator[Running]:
    """An upstream on 127.0.0.1, with its CA in `folder` (a temporary one if none is given)."""
    with contextlib.ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="upstream-")))
        made = certificates.make(place, hosts)
        app = Upstream()
        bound = stack.enter_context(_thread(app, made.context if tls else None, port))
        yield Running(bound, made.ca_pem, app, scheme="https" if tls else "http")


@contextlib.contextmanager
def _thread(app: Upstream, tls: ssl.SSLContext | None, port: int) -> Iterator[int]:
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(_quiet)
    thread = threading.Thread(target=loop.run_forever, name="upstream", daemon=True)
    thread.start()
    listener = asyncio.run_coroutine_threadsafe(listen(app, tls, port), loop).result(10)
    try:
        yield listener.port
    finally:
        asyncio.run_coroutine_threadsafe(listener.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def _quiet(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """Broken connections are what this server is for; anything else is worth a message."""
    if not isinstance(context.get("exception"), OSError | ssl.SSLError):
        loop.default_exception_handler(context)
