"""The ASGI app: log the request, find its endpoint, and send the answer as the controls say."""

import asyncio
import contextlib
import json
from dataclasses import replace
from typing import Any

from tests.upstream import controls as control
from tests.upstream import inspection, responses_websocket
from tests.upstream.answers import Answer, Call, UpstreamError, whole
from tests.upstream.connection import Connection, Message, Receive, Scope, Send
from tests.upstream.controls import Controls
from tests.upstream.encodings import decode
from tests.upstream.records import Log, Received, Sent
from tests.upstream.routes import Route, find
from tests.upstream.sending import Delivery
from tests.upstream.state import World


class Upstream:
    """One app for all APIs; `log` and `world` are its memory."""

    def __init__(self) -> None:
        self.log = Log()
        self.world = World()

    async def __call__(self, scope: Scope, receive: Receive, send: Send, connection: Connection) -> None:
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send, connection)
        elif scope["type"] == "http":
            await self._http(scope, receive, send, connection)

    async def _http(self, scope: Scope, receive: Receive, send: Send, connection: Connection) -> None:
        if scope["path"].startswith(inspection.PREFIX):
            await inspection.answer(scope, receive, send, self.log, self.world)
            return
        request, response = self._logged(scope, scope["method"])
        if not await _read(request, receive):
            response.ended = "gone"
            return
        answer, controls = self._answer(request)
        delivery = Delivery(scope, send, connection, response, controls)
        await _while_connected(delivery.send(answer), receive, response)
        if answer.done:
            answer.done()

    async def _websocket(self, scope: Scope, receive: Receive, send: Send, connection: Connection) -> None:
        request, response = self._logged(scope, "GET")
        request.complete = True
        session = responses_websocket.Session(self.world, (request, response), scope, send, connection)
        await session.run(receive)

    def _logged(self, scope: Scope, method: str) -> tuple[Received, Sent]:
        return self.log.add(method, _target(scope), scope["http_version"], list(scope["headers"]))

    def _answer(self, request: Received) -> tuple[Answer, Controls]:
        path, _, query = request.path.partition("?")
        found = find(request.method, path)
        if found is None:
            return _not_found(request), Controls()
        route, match = found
        controls = Controls()
        try:
            body = _json(request)
            controls = self._controls(request, body)
            call = Call(request.method, path, query, request.header, body, match, controls, self.world)
            _fail_on_demand(controls)
            return route.handle(call), controls
        except UpstreamError as error:
            return _worded(route, error, self.world), controls
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            # Endpoints check little: whatever a body of the wrong shape breaks is the client's error.
            wrong = UpstreamError(400, f"tests.upstream: the request has the wrong shape: {error!r}")
            return _worded(route, wrong, self.world), controls

    def _controls(self, request: Received, body: Any) -> Controls:
        try:
            parsed = control.parse(request.header, body)
        except ValueError as error:
            raise UpstreamError(400, f"tests.upstream: {error}") from error
        if parsed.times is not None and self.world.sightings(request.body) >= parsed.times:
            return parsed.healthy()
        return parsed


def _target(scope: Scope) -> str:
    query = scope["query_string"]
    path: bytes = scope["raw_path"] + (b"?" + query if query else b"")
    return path.decode("latin-1")


async def _read(request: Received, receive: Receive) -> bool:
    """The whole body into the log; False if the client left before the end."""
    arrived: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            request.body = b"".join(arrived)
            return False
        arrived.append(message.get("body", b""))
        if not message.get("more_body"):
            request.body = b"".join(arrived)
            request.complete = True
            return True


def _json(request: Received) -> Any:
    if not request.body:
        return {}
    try:
        body = json.loads(decode(request.body, request.header.get("content-encoding", "")))
    except ValueError as error:
        raise UpstreamError(400, f"We could not parse the JSON body of your request: {error}") from error
    return body


def _fail_on_demand(controls: Controls) -> None:
    if controls.status is None:
        return
    after = controls.retry_after
    headers = () if after is None else (("retry-after", f"{after:g}"),)
    raise UpstreamError(controls.status, kind=controls.error_type, headers=headers)


def _worded(route: Route, error: UpstreamError, world: World) -> Answer:
    answer = route.word(error, world)
    return replace(answer, headers=(*answer.headers, *error.headers))


def _not_found(request: Received) -> Answer:
    return whole({"error": {"message": f"Unknown path {request.path}", "type": "not_found"}}, status=404)


async def _while_connected(sending: Any, receive: Receive, response: Sent) -> None:
    """Send, but stop when the client leaves."""
    task = asyncio.ensure_future(sending)
    leaving = asyncio.ensure_future(_disconnected(receive))
    await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
    if not task.done():
        response.ended = "gone"
        task.cancel()
    leaving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _disconnected(receive: Receive) -> None:
    message: Message = {}
    while message.get("type") != "http.disconnect":
        message = await receive()
