"""The upstream's memory over HTTP, for tests that run it as a process: `/__upstream__/…`.

- `GET /__upstream__/requests`, `GET /__upstream__/responses`: the logs as JSON, bodies in base64
- `POST /__upstream__/clear`: forget both
- `POST /__upstream__/advance?seconds=N`: move the clock, so that caches and threads expire
"""

from typing import Any
from urllib.parse import parse_qs

from tests.upstream.answers import dump
from tests.upstream.connection import Receive, Scope, Send
from tests.upstream.records import Log, as_json
from tests.upstream.state import World

PREFIX = "/__upstream__/"


async def answer(scope: Scope, receive: Receive, send: Send, log: Log, world: World) -> None:
    body = dump(_result(scope, log, world))
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _result(scope: Scope, log: Log, world: World) -> Any:
    match scope["path"].removeprefix(PREFIX):
        case "requests":
            return [as_json(record) for record in log.requests]
        case "responses":
            return [as_json(record) for record in log.responses]
        case "clear":
            log.clear()
        case "advance":
            world.advance(float(parse_qs(scope["query_string"].decode())["seconds"][0]))
    return {}
