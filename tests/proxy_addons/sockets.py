"""WebSocket connections through the proxy, and a server of our own that sends back what it gets."""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve

from tests.rig import Rig
from tests.upstream import certificates

ENDS = ("response.completed", "response.failed", "response.incomplete", "error")


@contextlib.asynccontextmanager
async def responses(rig: Rig, path: str = "/v1/responses", **options: Any) -> AsyncIterator[ClientConnection]:
    """A connection to the upstream's Responses API."""
    url = f"wss://localhost:{rig.up.port}{path}"
    async with connect(url, **{"ssl": rig.trust.context, "proxy": rig.url, **options}) as connection:
        yield connection


def create(text: str = "Hello", **more: Any) -> str:
    """A `response.create` frame."""
    message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
    return json.dumps({"type": "response.create", "model": "gpt-5", "input": [message], **more})


async def answer(connection: ClientConnection) -> list[dict[str, Any]]:
    """The events up to the one that ends the response."""
    events: list[dict[str, Any]] = []
    while not events or events[-1]["type"] not in ENDS:
        events.append(json.loads(await asyncio.wait_for(connection.recv(), 10)))
    return events


@contextlib.contextmanager
def echoing(folder: Path) -> Iterator[tuple[int, Path]]:
    """A TLS server that sends every message back, in the form it came in; its port, and its CA."""
    made = certificates.make(folder)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def echo(connection: ServerConnection) -> None:
        async for message in connection:
            if message == "leave":
                connection.transport.abort()
                return
            await connection.send(message)

    async def start() -> Any:
        context = made.context
        context.set_alpn_protocols(["http/1.1"])
        return await serve(echo, "127.0.0.1", 0, ssl=context)

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield server.sockets[0].getsockname()[1], made.ca_pem
    finally:
        server.close()
        asyncio.run_coroutine_threadsafe(server.wait_closed(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
