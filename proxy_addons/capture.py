"""The addon that captures model calls: it notes what passes, in memory, and leaves the rest to the recorder.

https://docs.mitmproxy.org/stable/api/events.html
"""

import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from weakref import WeakKeyDictionary

from mitmproxy import connection, ctx, http

from analytics.endpoints import Endpoints
from analytics.identity import WHO_HEADERS, from_headers, from_login, from_proxy_authorization
from analytics.record import Who
from proxy_addons.boundary import Boundary
from proxy_addons.handover import Handover
from proxy_addons.live_socket import LiveSocket, close_error
from proxy_addons.records import utf8
from proxy_addons.tap import Gauge, Tap, host_of, noted

STOPPED = "the proxy was stopped"
# Requests whose end the client may keep open until it has read some of the answer.
TWO_WAY = (b"application/grpc", b"application/connect+", b"application/vnd.amazon.eventstream")
KNOWN_ADDRESSES = 1024


class Capture:
    """Event hooks. Each runs inside the boundary, so that whatever fails in one is not the client's trouble."""

    def __init__(
        self, endpoints: Endpoints, handover: Handover, boundary: Boundary, gauge: Gauge, beside: Iterable[object] = ()
    ) -> None:
        self._handover, self._boundary = handover, boundary
        # Few addresses, many calls, and the table has hundreds of patterns.
        self._find = lru_cache(KNOWN_ADDRESSES)(endpoints.find)
        self._guard, self._gauge = boundary.run, gauge
        # Others of ours, called after this one. A place of its own in mitmproxy's chain would cost on every event.
        self.addons = list(beside)
        self._taps: dict[str, tuple[http.HTTPFlow, Tap]] = {}
        self._sockets: dict[str, LiveSocket] = {}
        self._logins: WeakKeyDictionary[connection.Client, Who] = WeakKeyDictionary()

    def running(self) -> None:
        self._handover.start()

    def http_connect(self, flow: http.HTTPFlow) -> None:
        self._guard(self._note_login, flow)

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        self._guard(self._open, flow)

    def request(self, flow: http.HTTPFlow) -> None:
        self._guard(self._end_request, flow)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        self._guard(self._tee_response, flow)

    def response(self, flow: http.HTTPFlow) -> None:
        self._guard(self._close, flow)

    def error(self, flow: http.HTTPFlow) -> None:
        self._guard(self._close, flow)

    def websocket_start(self, flow: http.HTTPFlow) -> None:
        self._guard(self._open_socket, flow)

    def websocket_message(self, flow: http.HTTPFlow) -> None:
        self._guard(self._feed_socket, flow)

    def websocket_end(self, flow: http.HTTPFlow) -> None:
        self._guard(self._close_socket, flow)

    def client_disconnected(self, client: connection.Client) -> None:
        self._guard(self._forget, client)

    async def done(self) -> None:
        self._guard(self._finish)
        await self._boundary.attend(self._handover.close())

    def _note_login(self, flow: http.HTTPFlow) -> None:
        login = flow.metadata.get("proxyauth")  # set by mitmproxy, and the header gone, when logins are checked
        header = flow.request.headers.pop("proxy-authorization", None)
        who = from_login(login[0]) if login else from_proxy_authorization(header)
        if who != Who():
            self._logins[flow.client_conn] = who

    def _open(self, flow: http.HTTPFlow) -> None:
        request = flow.request
        given = {name.lower(): value for name, value in request.headers.fields}  # once: a look-up reads them all
        two_way = given.get(b"content-type", b"").startswith(TWO_WAY)
        if b"proxy-authorization" in given or "proxyauth" in flow.metadata:
            self._note_login(flow)
        named = {name: utf8(request.headers.pop(name)) for name in WHO_HEADERS if name.encode() in given}
        if ctx.options.proxyauth and "proxyauth" not in flow.metadata:
            return  # a login that was refused: mitmproxy has answered, and nothing goes out
        address = host_of(request), request.port, request.path.partition("?")[0]
        endpoint = self._find(request.method, *address)
        if endpoint is None:
            if two_way and not flow.response:
                request.stream = request.stream or True
            return
        who = self._logins.get(flow.client_conn, Who()).over(from_headers(named))
        tap = Tap(endpoint, who, self._gauge)
        self._taps[flow.id] = flow, tap
        self._handover.in_flight = len(self._taps)
        streamed = request.stream or ctx.options.stream_large_bodies or two_way
        if streamed and not flow.response:  # mitmproxy allows only one of the two
            request.stream = self._tee(tap, tap.take_request, request.stream)

    def _tap(self, flow: http.HTTPFlow) -> Tap | None:
        _, tap = self._taps.get(flow.id, (None, None))
        return tap

    def _pop(self, flow: http.HTTPFlow) -> Tap | None:
        _, tap = self._taps.pop(flow.id, (None, None))
        self._handover.in_flight = len(self._taps)
        return tap

    def _end_request(self, flow: http.HTTPFlow) -> None:
        tap = self._tap(flow)
        if tap:
            tap.request_ended_at = flow.request.timestamp_end or time.time()
            if not tap.request_bytes and flow.request.raw_content:
                self._note(tap, tap.take_request, flow.request.raw_content)

    def _note(self, tap: Tap, take: Callable[[bytes], bytes], data: bytes) -> None:
        if self._guard(take, data) is None:
            tap.broken = True

    def _tee_response(self, flow: http.HTTPFlow) -> None:
        response, tap = flow.response, self._tap(flow)
        if response is None or response.status_code == 101:
            return
        response.stream = self._tee(tap, tap.take_response, response.stream) if tap else response.stream or True

    def _tee(self, tap: Tap, take: Callable[[bytes], bytes], before: object) -> Callable[[bytes], bytes]:
        """A stream function that notes each piece; another addon's function has its turn first."""

        def plain(data: bytes) -> bytes:
            self._note(tap, take, data)
            return data

        def after(data: bytes) -> bytes:
            pieces = before(data)  # type: ignore[operator]  # callable, see below
            return plain(pieces if isinstance(pieces, bytes) else b"".join(pieces))

        return after if callable(before) else plain

    def _close(self, flow: http.HTTPFlow) -> None:
        """The exchange is over, by its end or by an error."""
        if flow.id in self._sockets:
            self._close_socket(flow)  # an error after the handshake
        elif flow.error or not flow.websocket:  # else it only begins
            tap = self._pop(flow)
            if tap:
                self._take_whole_response(flow, tap)
                self._put(flow, tap)

    def _take_whole_response(self, flow: http.HTTPFlow, tap: Tap) -> None:
        """A response that did not pass through the tee: made by an addon, or without a body."""
        response = flow.response
        if response and not tap.response_bytes and response.raw_content:
            self._note(tap, tap.take_response, response.raw_content)
        if response and tap.first_byte_at is None and not flow.error:
            tap.first_byte_at = response.timestamp_start

    def _put(self, flow: http.HTTPFlow, tap: Tap, error: str | None = None) -> None:
        if tap.crowded_out:
            self._handover.lose("memory_limit")
        if self._guard(self._hand_over, flow, tap, error) is None:
            self._handover.lose("capture_error")
            self._gauge.give(tap.held)

    def _hand_over(self, flow: http.HTTPFlow, tap: Tap, error: str | None) -> int:
        note = noted(flow, tap, time.time(), error)
        return self._handover.put("exchange", tuple(note), tap.request, tap.response, tap.held)

    def _open_socket(self, flow: http.HTTPFlow) -> None:
        tap = self._pop(flow)
        if tap:
            number = self._handover.put("open", tuple(noted(flow, tap, None)), size=tap.held)
            self._sockets[flow.id] = LiveSocket(number, self._gauge)

    def _feed_socket(self, flow: http.HTTPFlow) -> None:
        assert flow.websocket  # noqa: S101  # mitmproxy's own promise for this event
        messages, socket = flow.websocket.messages, self._sockets.get(flow.id)
        message = messages[-1]
        if not ctx.options.save_stream_file:
            del messages[:-1]  # a connection may live for an hour; nobody reads the old ones
        if socket is None or message.dropped:
            return
        if socket.take(message):
            frame = socket.number, message.from_client, message.timestamp, message.is_text
            self._handover.put("frame", frame, [message.content], size=len(message.content))
        elif socket.miss():
            self._handover.lose("memory_limit")

    def _close_socket(self, flow: http.HTTPFlow) -> None:
        socket = self._sockets.pop(flow.id, None)
        if socket:
            self._handover.put("close", (socket.number, close_error(flow), time.time()))

    def _forget(self, client: connection.Client) -> None:
        """A connection is gone. What mitmproxy has not reported the end of until now has none."""
        for flow, tap in [(flow, tap) for flow, tap in self._taps.values() if flow.client_conn is client]:
            self._pop(flow)
            self._put(flow, tap, "the connection ended")

    def _finish(self) -> None:
        """The proxy ends: what is in flight is stored as far as it came."""
        for flow, tap in self._taps.values():
            self._put(flow, tap, STOPPED)
        for socket in self._sockets.values():
            self._handover.put("close", (socket.number, STOPPED, time.time()))
        self._taps.clear()
        self._sockets.clear()
