"""A tap: what the event loop notes of one exchange while it passes."""

import time
from dataclasses import dataclass, field
from functools import lru_cache

from mitmproxy import http, websocket
from mitmproxy.net.http import url

from analytics.endpoints import Endpoint
from analytics.record import Who
from analytics.socket_tap import BODY_LIMIT
from analytics.wire.responses_websocket import Frame
from proxy_addons.note import Note

BROKEN = "tokenecho failed to note all of it"


@dataclass(slots=True)
class Gauge:
    """Bytes of captured traffic held in memory. Only the event loop changes it."""

    limit: int
    held: int = 0

    def take(self, size: int) -> bool:
        """Whether that many more bytes fit, and are now held."""
        fits = self.held + size <= self.limit
        self.held += size if fits else 0
        return fits

    def give(self, size: int) -> None:
        """That many bytes are held no more."""
        self.held -= size


@dataclass(slots=True)
class Tap:
    """The notes. Chunks are kept by reference: nothing is copied while the bytes pass."""

    endpoint: Endpoint
    who: Who
    gauge: Gauge
    started_at: float = field(default_factory=time.time)
    request_ended_at: float | None = None
    first_byte_at: float | None = None
    request: list[bytes] = field(default_factory=list)
    response: list[bytes] = field(default_factory=list)
    request_bytes: int = 0
    response_bytes: int = 0
    request_trimmed: bool = False
    response_trimmed: bool = False
    crowded_out: bool = False  # there was no room in memory
    broken: bool = False  # noting it failed
    held: int = 0

    def take_request(self, data: bytes) -> bytes:
        """Note a piece of the request, and hand it on unchanged."""
        self.request_bytes += len(data)
        # Once over, always over: a beginning can be read, a body with holes cannot.
        self.request_trimmed = self.request_trimmed or not self._fits(data, self.request_bytes)
        if not self.request_trimmed:
            self.request.append(data)
        return data

    def take_response(self, data: bytes) -> bytes:
        """Note a piece of the response, and hand it on unchanged."""
        if self.first_byte_at is None and data:
            self.first_byte_at = time.time()
        self.response_bytes += len(data)
        self.response_trimmed = self.response_trimmed or not self._fits(data, self.response_bytes)
        if not self.response_trimmed:
            self.response.append(data)
        return data

    def _fits(self, data: bytes, total: int) -> bool:
        if total > BODY_LIMIT:
            return False
        if not self.gauge.take(len(data)):
            self.crowded_out = True
            return False
        self.held += len(data)
        return True


def noted(flow: http.HTTPFlow, tap: Tap, ended_at: float | None, error: str | None = None) -> Note:
    """The note of an exchange that is over, or of a WebSocket's handshake. `error` is the end that we know of."""
    request, response = flow.request, flow.response
    return Note(
        provider=tap.endpoint.provider,
        api=tap.endpoint.api,
        started_at=tap.started_at,
        request_ended_at=tap.request_ended_at,
        first_byte_at=tap.first_byte_at,
        ended_at=ended_at,
        method=request.method,
        scheme=request.scheme,
        host=host_of(request),
        port=request.port,
        path=request.path,
        http_version=request.http_version,
        request_headers=request.headers.fields,
        request_bytes=tap.request_bytes,
        request_trimmed=tap.request_trimmed,
        status=response.status_code if response else None,
        response_headers=response.headers.fields if response else (),
        response_bytes=tap.response_bytes,
        response_trimmed=tap.response_trimmed,
        error=str(flow.error.msg) if flow.error else None,
        flaw=error or (BROKEN if tap.broken else None),
        connection_id=flow.client_conn.id,
        app=tap.who.app,
        team=tap.who.team,
        user_name=tap.who.user_name,
    )


def host_of(request: http.Request) -> str:
    """As `request.pretty_host`, which takes the same few names apart anew for each call."""
    authority = request.host_header
    return _host(authority) if authority else request.host


@lru_cache(1024)
def _host(authority: str) -> str:
    return url.parse_authority(authority, check=False)[0]


def message_frame(message: websocket.WebSocketMessage) -> Frame:
    """The message as a frame."""
    return Frame(message.from_client, message.timestamp, message.content, message.is_text)
