"""The addon that captures model calls: it notes what passes, in memory, and leaves the rest to the writer thread.

https://docs.mitmproxy.org/stable/api/events.html
"""

import time
from collections.abc import Callable
from functools import partial
from weakref import WeakKeyDictionary

from mitmproxy import connection, ctx, http

from analytics.endpoints import Endpoints
from analytics.identity import WHO_HEADERS, from_headers, from_login, from_proxy_authorization
from analytics.record import Record, Who
from analytics.socket_tap import SocketTap
from proxy_addons.boundary import Boundary
from proxy_addons.tap import Settings, Tap, http_record, message_frame, socket_tap
from proxy_addons.writer import Gauge, SpoolWriter


class Capture:
    """Event hooks. Each runs inside the boundary, so that whatever fails in one is not the client's trouble."""

    def __init__(
        self, endpoints: Endpoints, settings: Settings, writer: SpoolWriter, boundary: Boundary, gauge: Gauge
    ) -> None:
        self._endpoints, self._settings, self._writer = endpoints, settings, writer
        self._guard, self._gauge = boundary.run, gauge
        self._taps: dict[str, Tap] = {}
        self._sockets: dict[str, SocketTap] = {}
        self._logins: WeakKeyDictionary[connection.Client, Who] = WeakKeyDictionary()

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

    def done(self) -> None:
        self._guard(self._finish)

    def _note_login(self, flow: http.HTTPFlow) -> None:
        login = flow.metadata.get("proxyauth")  # set by mitmproxy, and the header gone, when logins are checked
        header = flow.request.headers.pop("proxy-authorization", None)
        who = from_login(login[0]) if login else from_proxy_authorization(header)
        if who != Who():
            self._logins[flow.client_conn] = who

    def _open(self, flow: http.HTTPFlow) -> None:
        request = flow.request
        if "proxy-authorization" in request.headers or "proxyauth" in flow.metadata:
            self._note_login(flow)
        named = {name: request.headers.pop(name, "") for name in WHO_HEADERS}
        endpoint = self._endpoints.find(request.method, request.pretty_host, request.port, request.path)
        if endpoint is None:
            request.stream = request.stream or not flow.response
            return
        who = self._logins.get(flow.client_conn, Who()).over(from_headers(named))
        tap = self._taps[flow.id] = Tap(endpoint, who, self._gauge)
        self._writer.in_flight = len(self._taps)
        if request.stream or ctx.options.stream_large_bodies:
            request.stream = self._tee(tap.take_request, request.stream)

    def _end_request(self, flow: http.HTTPFlow) -> None:
        tap = self._taps.get(flow.id)
        if tap:
            tap.request_ended_at = flow.request.timestamp_end or time.time()
            if not tap.request and flow.request.raw_content:
                tap.take_request(flow.request.raw_content)

    def _tee_response(self, flow: http.HTTPFlow) -> None:
        response, tap = flow.response, self._taps.get(flow.id)
        if response is None or response.status_code == 101:
            return
        response.stream = self._tee(tap.take_response, response.stream) if tap else response.stream or True

    def _tee(self, take: Callable[[bytes], bytes], before: object) -> Callable[[bytes], bytes]:
        """A stream function that notes each piece; another addon's function has its turn first."""
        guard = self._guard

        def plain(data: bytes) -> bytes:
            guard(take, data)
            return data

        def after(data: bytes) -> bytes:
            pieces = before(data)  # type: ignore[operator]  # callable, see below
            whole = pieces if isinstance(pieces, bytes) else b"".join(pieces)
            guard(take, whole)
            return whole

        return after if callable(before) else plain

    def _close(self, flow: http.HTTPFlow) -> None:
        """The exchange is over, by its end or by an error."""
        if flow.id in self._sockets:  # an error after the handshake ends the socket
            self._close_socket(flow)
            return
        if flow.response and flow.response.status_code == 101 and not flow.error:
            return
        tap = self._taps.pop(flow.id, None)
        if tap:
            self._writer.in_flight = len(self._taps)
            self._take_whole_response(flow, tap)
            self._writer.put(partial(_one, flow, tap, self._settings, time.time()), tap.held)

    def _take_whole_response(self, flow: http.HTTPFlow, tap: Tap) -> None:
        """A response that did not pass through the tee: made by an addon, or without a body."""
        response = flow.response
        if response and not tap.response_bytes and response.raw_content:
            tap.take_response(response.raw_content)
        if response and tap.first_byte_at is None and not flow.error:
            tap.first_byte_at = response.timestamp_start

    def _open_socket(self, flow: http.HTTPFlow) -> None:
        tap = self._taps.pop(flow.id, None)
        if tap:
            self._writer.in_flight = len(self._taps)
            self._sockets[flow.id] = socket_tap(flow, tap, self._settings)

    def _feed_socket(self, flow: http.HTTPFlow) -> None:
        assert flow.websocket  # noqa: S101  # mitmproxy's own promise for this event
        messages, socket = flow.websocket.messages, self._sockets.get(flow.id)
        message = messages[-1]
        del messages[:-1]  # a connection may live for an hour; nobody reads the old ones
        if socket is None:
            return
        size = len(message.content)
        if not self._gauge.fits(size):
            self._writer.lose("memory_limit")
            return
        self._gauge.held += size
        self._writer.put(partial(socket.feed, message_frame(message)), size)

    def _close_socket(self, flow: http.HTTPFlow) -> None:
        socket = self._sockets.pop(flow.id, None)
        if socket:
            self._writer.put(partial(socket.close, flow.error.msg if flow.error else None, time.time()), 0)

    def _finish(self) -> None:
        """The proxy ends: what is in flight is stored as far as it came."""
        now = time.time()
        for socket in self._sockets.values():
            self._writer.put(partial(socket.close, "proxy stopped", now), 0)
        self._sockets.clear()
        self._writer.close()


def _one(flow: http.HTTPFlow, tap: Tap, settings: Settings, ended_at: float) -> list[Record]:
    return [http_record(flow, tap, settings, ended_at)]
