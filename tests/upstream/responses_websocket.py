"""The Responses API on a WebSocket, https://developers.openai.com/api/docs/guides/websocket-mode.

Each `response.create` frame is a request, each event a frame. The connection remembers its latest response
per lane even with `store: false`; `stream_id` names a lane, and lanes run side by side. Controls come from
the handshake's headers and from the text of each frame; `times` does not apply.
"""

import asyncio
import json
import re
from collections import ChainMap
from typing import Any

from tests.upstream import controls as control
from tests.upstream import openai_responses
from tests.upstream.answers import Call, Json, UpstreamError, dump
from tests.upstream.connection import Connection, Message, Receive, Scope, Send
from tests.upstream.controls import Controls
from tests.upstream.openai_chat import error_object
from tests.upstream.records import Received, Sent
from tests.upstream.state import StoredResponse, World

PATH = re.compile(r"(?:/.*)?/(?:v1|codex)/responses$")


class Session:
    """One connection: its lanes, and what it remembers."""

    def __init__(
        self,
        world: World,
        logged: tuple[Received, Sent],
        scope: Scope,
        send: Send,
        connection: Connection,
    ) -> None:
        self._world = world
        self._request, self._response = logged
        self._scope = scope
        self._send = send
        self._connection = connection
        self._latest: dict[str | None, dict[str, StoredResponse]] = {}
        self._lanes: dict[str | None, asyncio.Queue[str]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self, receive: Receive) -> None:
        await receive()
        if not PATH.match(self._request.path.partition("?")[0]):
            self._response.status, self._response.ended = 403, "complete"
            await self._send({"type": "websocket.close"})
            return
        self._response.status = 101
        headers = [(b"x-request-id", self._world.new_id("req_").encode())]
        await self._send({"type": "websocket.accept", "headers": headers})
        await self._read(receive)

    async def _read(self, receive: Receive) -> None:
        while True:
            message: Message = await receive()
            if message["type"] == "websocket.disconnect":
                break
            data: Any = message.get("text")
            data = message.get("bytes") if data is None else data
            self._request.messages.append(data)
            self._hand_over(data if isinstance(data, str) else data.decode("utf-8", "replace"))
        self._response.ended = self._response.ended or "gone"
        for task in self._tasks:
            task.cancel()

    def _hand_over(self, text: str) -> None:
        """Put a frame into its lane: in order within a lane, in parallel across lanes."""
        frame = _parsed(text)
        lane = frame.get("stream_id")
        if lane not in self._lanes:
            self._lanes[lane] = asyncio.Queue()
            self._tasks.append(asyncio.ensure_future(self._serve(lane, self._lanes[lane])))
        self._lanes[lane].put_nowait(text)

    async def _serve(self, lane: str | None, frames: asyncio.Queue[str]) -> None:
        while True:
            await self._answer(lane, _parsed(await frames.get()))

    async def _answer(self, lane: str | None, frame: Json) -> None:
        try:
            controls = control.parse(self._request.header, frame)
            await self._deliver(lane, self._events(lane, frame, controls), controls)
        except UpstreamError as error:
            await self._emit(lane, {"type": "error", "status": error.status, "error": error_object(error)})
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            worded = error_object(UpstreamError(400, f"tests.upstream: {error!r}"))
            await self._emit(lane, {"type": "error", "status": 400, "error": worded})

    def _events(self, lane: str | None, frame: Json, controls: Controls) -> list[Json]:
        if frame.get("type") != "response.create":
            raise UpstreamError(400, f"Unknown event type {frame.get('type')!r}.", param="type")
        if controls.status is not None:
            raise UpstreamError(controls.status, kind=controls.error_type)
        found = PATH.match(self._request.path.partition("?")[0])
        assert found is not None
        body = {name: value for name, value in frame.items() if name not in ("type", "stream_id")}
        call = Call("POST", self._request.path, "", self._request.header, body, found, controls, self._world)
        local = ChainMap(*self._latest.values())
        made = openai_responses.respond(call, [local, self._world.responses])
        if body.get("store") is False:
            self._latest[lane] = {}
            openai_responses.keep(made, self._latest[lane], self._world)
        else:
            openai_responses.keep(made, self._world.responses, self._world)
        return made.events

    async def _deliver(self, lane: str | None, events: list[Json], controls: Controls) -> None:
        await asyncio.sleep(controls.delay / 1000)
        for number, event in enumerate(events):
            if controls.hang or controls.hang_after == number:
                await asyncio.Event().wait()
            if controls.cut_after is not None and controls.cut_after <= number:
                self._response.ended = "cut"
                await self._connection.cut(controls.cut, self._scope)
                return
            await asyncio.sleep(controls.chunk_delay / 1000 if number else 0)
            await self._emit(lane, event)

    async def _emit(self, lane: str | None, event: Json) -> None:
        named = event if lane is None else {**event, "stream_id": lane}
        text = dump(named).decode("utf-8", "replace")
        self._response.messages.append(text)
        await self._send({"type": "websocket.send", "text": text})


def _parsed(text: str) -> Json:
    try:
        frame = json.loads(text)
    except ValueError:
        return {}
    return frame if isinstance(frame, dict) else {}
