"""A note becomes a record: redacted, and nothing of it lost. Runs in the recorder, and for flows read from a file."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from analytics.importers.settings import Importing
from analytics.record import Body, Headers, Record, Who
from analytics.redaction import credential_fingerprint, kept_body, kept_headers, kept_path
from analytics.socket_tap import SocketTap, random_name
from analytics.spool import DISK_LIMIT
from analytics.wire.encodings import decode_body
from proxy_addons.note import Fields, Note


@dataclass(frozen=True, slots=True)
class Settings:
    """What this proxy was started with. `run` is in the ids of its records: no other proxy has it."""

    spool: Path
    secret: bytes
    capture_id: str
    who: Who = field(default_factory=Who)
    content: Literal["full", "none"] = "full"
    disk_limit: int = DISK_LIMIT
    run: str = field(default_factory=lambda: os.urandom(8).hex())
    pid: int = field(default_factory=os.getpid)
    started_at: float = field(default_factory=time.time)


def http_record(
    note: Note, request: bytes, response: bytes, settings: Settings | Importing, record_id: str = ""
) -> Record:
    """The record of an HTTP exchange."""
    sent, got = text_headers(note.request_headers), text_headers(note.response_headers)
    path = utf8(note.path)
    return Record(
        record_id=record_id,
        provider=note.provider,
        api=note.api,
        source="live" if isinstance(settings, Settings) else "flow",
        capture_id=settings.capture_id,
        started_at=note.started_at,
        request_ended_at=note.request_ended_at,
        first_byte_at=note.first_byte_at,
        ended_at=note.ended_at,
        method=note.method,
        scheme=note.scheme,
        host=utf8(note.host),
        port=note.port,
        path=kept_path(path),
        http_version=note.http_version,
        request_headers=kept_headers(sent),
        request=safe_body(request, sent, note.request_bytes, note.request_trimmed),
        status=note.status,
        response_headers=kept_headers(got),
        response=safe_body(response, got, note.response_bytes, note.response_trimmed),
        complete=note.flaw is None and (note.error is None or _arrived(note, got)),
        error=utf8(note.error) if note.error is not None else note.flaw,
        connection_id=note.connection_id,
        who=Who(note.app, note.team, note.user_name).over(settings.who),
        key_fingerprint=credential_fingerprint(settings.secret, sent, path),
        content=settings.content,
    )


def _arrived(note: Note, headers: Headers) -> bool:
    """Whether all of the announced body came before the connection went: a client may hang up on the last byte."""
    announced = next((value for name, value in headers if name == "content-length"), "")
    return announced.isdecimal() and note.response_bytes == int(announced) > 0


def socket_tap(note: Note, settings: Settings | Importing, name: Callable[[Record], str] = random_name) -> SocketTap:
    """The tap on the connection that this handshake opened."""
    head = replace(http_record(note, b"", b"", settings), transport="websocket", first_byte_at=None)
    # An error of the flow is how the connection ended, not how the handshake did.
    head = replace(head, request=Body(), response=Body(), complete=True, error=None)
    extensions = [value for field, value in note.response_headers if field.lower() == b"sec-websocket-extensions"]
    return SocketTap(head, note.api, any(b"permessage-deflate" in value for value in extensions), name)


def utf8(text: str) -> str:
    """The text without the half surrogates that mitmproxy puts in the place of bytes that are not UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def text_headers(headers: Fields) -> Headers:
    """Header fields as text, in their order."""
    return tuple((name.decode("latin-1").lower(), value.decode("utf-8", "replace")) for name, value in headers)


def safe_body(data: bytes, headers: Headers, wire_bytes: int, trimmed: bool) -> Body:
    """The body as it was on the wire, unless it may hold a credential: then decoded, with the credential taken out."""
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
