"""A tap: what the event loop notes of one exchange while it passes, and the record that comes of it later."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from mitmproxy import http, websocket

from analytics.endpoints import Endpoint
from analytics.importers.settings import Importing
from analytics.record import Body, Headers, Record, Who
from analytics.redaction import credential_fingerprint, kept_body, kept_headers, kept_path
from analytics.socket_tap import BODY_LIMIT, SocketTap, random_name
from analytics.wire.encodings import decode_body
from analytics.wire.responses_websocket import Frame
from proxy_addons.writer import Gauge


@dataclass(frozen=True, slots=True)
class Settings:
    """What this proxy was started with."""

    spool: Path
    secret: bytes
    capture_id: str
    who: Who = field(default_factory=Who)
    content: Literal["full", "none"] = "full"


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


def http_record(flow: http.HTTPFlow, tap: Tap, settings: Settings | Importing, ended_at: float | None) -> Record:
    """The record of a finished HTTP exchange; runs in the writer thread, or on a flow that was read from a file."""
    request, response = flow.request, flow.response
    sent = text_headers(request.headers)
    got = text_headers(response.headers) if response else ()
    return Record(
        record_id=uuid.uuid4().hex,
        provider=tap.endpoint.provider,
        api=tap.endpoint.api,
        source="live" if isinstance(settings, Settings) else "flow",
        capture_id=settings.capture_id,
        started_at=tap.started_at,
        request_ended_at=tap.request_ended_at,
        first_byte_at=tap.first_byte_at,
        ended_at=ended_at,
        method=request.method,
        scheme=request.scheme,
        host=utf8(request.pretty_host),
        port=request.port,
        path=kept_path(utf8(request.path)),
        http_version=request.http_version,
        request_headers=kept_headers(sent),
        request=safe_body(tap.request, sent, tap.request_bytes, tap.request_trimmed),
        status=response.status_code if response else None,
        response_headers=kept_headers(got),
        response=safe_body(tap.response, got, tap.response_bytes, tap.response_trimmed),
        complete=flow.error is None or _arrived(tap, got),
        error=utf8(str(flow.error.msg)) if flow.error else None,
        connection_id=flow.client_conn.id,
        who=tap.who.over(settings.who),
        key_fingerprint=credential_fingerprint(settings.secret, sent, request.path),
        content=settings.content,
    )


def _arrived(tap: Tap, headers: Headers) -> bool:
    """Whether all of the announced body came before the connection went: a client may hang up on the last byte."""
    announced = next((value for name, value in headers if name == "content-length"), "")
    return announced.isdecimal() and tap.response_bytes == int(announced) > 0


def socket_tap(
    flow: http.HTTPFlow, tap: Tap, settings: Settings | Importing, name: Callable[[Record], str] = random_name
) -> SocketTap:
    """The tap on the connection that this flow's handshake opened."""
    head = replace(http_record(flow, tap, settings, None), transport="websocket", first_byte_at=None)
    # An error of the flow is how the connection ended, not how the handshake did.
    head = replace(head, request=Body(), response=Body(), complete=True, error=None)
    extensions = flow.response.headers.get("sec-websocket-extensions", "") if flow.response else ""
    return SocketTap(head, tap.endpoint.api, "permessage-deflate" in extensions, name)


def message_frame(message: websocket.WebSocketMessage) -> Frame:
    """The message as a frame."""
    return Frame(message.from_client, message.timestamp, message.content, message.is_text)


def utf8(text: str) -> str:
    """The text without the half surrogates that mitmproxy puts in the place of bytes that are not UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def text_headers(headers: http.Headers) -> Headers:
    """Header fields as text, in their order."""
    return tuple((name.decode("latin-1").lower(), value.decode("utf-8", "replace")) for name, value in headers.fields)


def safe_body(chunks: list[bytes], headers: Headers, wire_bytes: int, trimmed: bool) -> Body:
    """The body as it was on the wire, unless it may hold a credential: then decoded, with the credential taken out."""
    data = b"".join(chunks)
    encoding = next((value for name, value in headers if name == "content-encoding"), None)
    if not encoding or encoding.lower() == "identity":
        return Body(kept_body(data), wire_bytes, trimmed)
    decoded = decode_body(data, encoding)
    redacted = kept_body(decoded.data)
    # What was not decoded was not looked at either. zstd, for one, leaves short texts readable.
    if redacted is decoded.data and decoded.complete and not decoded.note:
        return Body(data, wire_bytes, trimmed)
    # `decode_body` passes over an encoding that the data is not in, so the headers may stay as they were.
    short = not decoded.complete and decoded.data is not data
    return Body(redacted, wire_bytes, trimmed or short)
