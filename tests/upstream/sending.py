"""Puts an answer on the wire with the delays, tears, cuts and encodings that the controls ask for."""

import asyncio
from collections.abc import Iterator

from tests.upstream.answers import Answer
from tests.upstream.connection import Connection, Scope, Send
from tests.upstream.controls import Controls
from tests.upstream.encodings import ENCODERS
from tests.upstream.records import Headers, Sent


class CutOff(Exception):
    """The connection was broken off on demand."""


class Delivery:
    """One answer's way out."""

    def __init__(self, scope: Scope, send: Send, connection: Connection, response: Sent, controls: Controls) -> None:
        self._scope = scope
        self._send = send
        self._connection = connection
        self._response = response
        self._controls = controls

    async def send(self, answer: Answer) -> None:
        try:
            await self._start(answer)
            await self._body(answer)
        except CutOff:
            self._response.ended = "cut"
            await self._connection.cut(self._controls.cut, self._scope)

    async def _start(self, answer: Answer) -> None:
        await asyncio.sleep(self._controls.delay / 1000)
        if self._controls.hang:
            await asyncio.Event().wait()
        if self._controls.cut_after == -1:
            raise CutOff
        self._response.status = answer.status
        self._response.headers = headers = self._headers(answer)
        await self._send({"type": "http.response.start", "status": answer.status, "headers": headers})

    def _headers(self, answer: Answer) -> Headers:
        named = [("content-type", answer.content_type), *answer.headers]
        if self._controls.encoding:
            named.append(("content-encoding", self._controls.encoding))
        if not answer.streamed:
            named.append(("content-length", str(sum(map(len, self._writes(answer))))))
        return [(name.encode(), value.encode("latin-1")) for name, value in named]

    async def _body(self, answer: Answer) -> None:
        writes = list(self._writes(answer))
        for number, data in enumerate(writes):
            await self._obstacles(number)
            if number:
                await asyncio.sleep(self._controls.chunk_delay / 1000)
            self._response.write(data)
            if number == len(writes) - 1 and self._controls.cut_after is None:
                self._response.ended = "complete"
            await self._send({"type": "http.response.body", "body": data, "more_body": True})
        await self._obstacles(len(writes), at_end=True)
        self._response.ended = "complete"
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _obstacles(self, number: int, at_end: bool = False) -> None:
        cut = self._controls.cut_after
        if cut is not None and (cut == number or (at_end and cut > number)):
            raise CutOff
        if self._controls.hang_after == number:
            await asyncio.Event().wait()

    def _writes(self, answer: Answer) -> Iterator[bytes]:
        """The body as it goes out, encoded anew each time with the same result."""
        encoder = ENCODERS[self._controls.encoding]()
        last = len(answer.pieces) - 1
        for index, piece in enumerate(answer.pieces):
            data = encoder.encode(piece) + (encoder.finish() if index == last else b"")
            size = self._controls.tear or len(data) or 1
            yield from (data[start : start + size] for start in range(0, len(data), size))
