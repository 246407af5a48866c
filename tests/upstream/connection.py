"""One TCP connection of hypercorn's, with the means to break it off in the middle.

ASGI has no word for that, so the app of a connection is told which connection it serves.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.config import Config
from hypercorn.protocol.h2 import H2Protocol

type Scope = dict[str, Any]
type Message = dict[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]


class App(Protocol):
    """An ASGI app that knows its connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send, connection: "Connection") -> None: ...


class Connection:
    """A client's connection; `serve` runs until it ends."""

    def __init__(
        self, app: App, context: WorkerContext, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._app = app
        self._writer = writer
        self._server = TCPServer(
            ASGIWrapper(self._call),
            asyncio.get_running_loop(),
            configuration(),
            context,
            {},
            reader,
            writer,
        )

    async def serve(self) -> None:
        # A client that hangs up in the middle of a write is part of the tests, not an error.
        with contextlib.suppress(OSError, ExceptionGroup):
            await self._server.run()

    async def _call(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send, self)

    async def cut(self, how: str, scope: Scope) -> None:
        """Break off: `reset` (TCP RST), `close` (FIN, no TLS close), `stream` (RST_STREAM on HTTP/2)."""
        # What was written before the cut shall reach the client first.
        await asyncio.sleep(0.03)
        if how == "stream" and await self._reset_stream(scope):
            return
        if how == "reset":
            self._linger_not()
        self.abort()

    def abort(self) -> None:
        """Drop the connection without a word."""
        self._writer.transport.abort()

    def _linger_not(self) -> None:
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async def _reset_stream(self, scope: Scope) -> bool:
        protocol = self._server.protocol.protocol
        if not isinstance(protocol, H2Protocol):
            return False
        for stream_id, served in protocol.streams.items():
            if getattr(served, "scope", None) is scope:
                protocol.connection.reset_stream(stream_id, error_code=2)
                await protocol._flush()
                return True
        return False


def configuration() -> Config:
    config = Config()
    # Response headers shall be the ones the endpoints set and no others.
    config.include_date_header = False
    config.include_server_header = False
    config.h11_pass_raw_headers = True
    config.h11_max_incomplete_size = 256 * 1024
    config.h2_max_concurrent_streams = 500
    config.keep_alive_timeout = 120
    config.keep_alive_max_requests = 1_000_000
    config.websocket_max_message_size = 256 * 1024 * 1024
    config.errorlog = None
    return config
