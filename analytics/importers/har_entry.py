"""One HAR entry becomes the records of its model calls: one of an HTTP exchange, any number of a WebSocket.

http://www.softwareishard.com/blog/har-12-spec/, and beyond it what browsers and proxies add under `_names`. Bodies in
a HAR are decoded already, whatever the headers say of their encoding.
"""

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlencode, urlsplit

from analytics.dialects.exchange import Json
from analytics.dialects.fields import items, money, obj, objects, text
from analytics.endpoints import Endpoint
from analytics.identity import WHO_HEADERS, from_headers, from_proxy_authorization
from analytics.importers.har_times import entry_times, seconds
from analytics.importers.naming import record_name
from analytics.importers.settings import Importing
from analytics.record import Body, Headers, Record, Who
from analytics.redaction import credential_fingerprint, kept_body, kept_headers, kept_path
from analytics.socket_tap import BODY_LIMIT, SocketTap
from analytics.wire.encodings import decode_body
from analytics.wire.responses_websocket import Frame

SCHEMES = {"wss": "https", "ws": "http"}
PORTS = {"https": 443, "http": 80}
HTTP_VERSIONS = {"H2": "HTTP/2.0", "HTTP/2": "HTTP/2.0", "H3": "HTTP/3", "HTTP/3.0": "HTTP/3"}
BINARY = 2
ERROR_KEPT = 200


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request went; `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str


def entry_records(entry: Json, importing: Importing) -> list[Record] | None:
    """The records of an entry, None where it is no model call. Raises ValueError where that cannot be told."""
    request = obj(entry, "request")
    if text(request, "url") is None:
        raise ValueError("it has no request with an address")
    target, method = _target(text(request, "url") or ""), (text(request, "method") or "").upper()
    endpoint = importing.endpoints.find(method, target.host, target.port, target.path)
    if endpoint is None:
        return None
    record = _http_record(entry, target, endpoint, importing)
    name = partial(record_name, importing.secret)
    if "_webSocketMessages" in entry or record.status == 101:
        socket = SocketTap(_head(record, name), record.api, _compressed(entry), name)
        return list(_socket_records(entry, socket, record))
    return [replace(record, record_id=name(record))]


def _http_record(entry: Json, target: Target, endpoint: Endpoint, importing: Importing) -> Record:
    request, response = obj(entry, "request"), obj(entry, "response")
    sent, got = headers(request), headers(response)
    times, error = entry_times(entry), _error(entry)
    status = _status(response)
    return Record(
        record_id="",
        provider=endpoint.provider,
        api=endpoint.api,
        source="har",
        capture_id=importing.capture_id,
        started_at=times.started_at,
        request_ended_at=times.request_ended_at,
        first_byte_at=times.first_byte_at if status else None,
        ended_at=times.ended_at,
        method=(text(request, "method") or "").upper(),
        scheme=target.scheme,
        host=target.host,
        port=target.port,
        path=kept_path(target.path),
        http_version=_http_version(request),
        request_headers=_without_encoding(kept_headers(sent)),
        request=_body(_request_data(request, sent), request, sent),
        status=status,
        response_headers=_without_encoding(kept_headers(got)),
        response=_body(_data(obj(response, "content"), got), response, got),
        complete=error is None,
        error=error,
        who=_who(sent).over(importing.who),
        key_fingerprint=credential_fingerprint(importing.secret, sent, target.path),
        content=importing.content,
    )


def headers(message: Json) -> Headers:
    """The header fields of a request or response: objects in most recordings, pairs in some."""
    pairs = [_pair(item) for item in items(message, "headers")]
    return tuple((name.lower(), value) for name, value in pairs if name)


def _pair(item: object) -> tuple[str, str]:
    match item:
        case {"name": str(name), "value": str(value)} | [str(name), str(value)]:
            return name, value
    return "", ""


def _without_encoding(fields: Headers) -> Headers:
    return tuple((name, value) for name, value in fields if name != "content-encoding")


def _value(fields: Headers, name: str) -> str:
    return next((value for key, value in fields if key == name), "")


def _target(url: str) -> Target:
    """Raises ValueError for what is no address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("its address cannot be read") from None  # the parser's own message quotes it
    scheme = SCHEMES.get(parts.scheme, parts.scheme)
    if not parts.hostname or scheme not in PORTS:
        return Target(scheme, "", 0, "")  # data:, blob:, about:, chrome-extension:
    query = f"?{parts.query}" if parts.query else ""
    return Target(scheme, parts.hostname, port or PORTS[scheme], (parts.path or "/") + query)


def _who(sent: Headers) -> Who:
    login = from_proxy_authorization(_value(sent, "proxy-authorization") or None)
    return login.over(from_headers({name: _value(sent, name) for name in WHO_HEADERS}))


def _http_version(request: Json) -> str:
    version = (text(request, "httpVersion") or "").upper()
    return HTTP_VERSIONS.get(version, version)


def _status(response: Json) -> int | None:
    """The status; None for 0, which stands for an answer that never came."""
    status = int(money(response, "status") or 0)
    return status if 100 <= status <= 999 else None


def _error(entry: Json) -> str | None:
    """Why the exchange failed, None where it did not. Chrome notes a broken stream beside a status of 200."""
    response = obj(entry, "response")
    noted = text(response, "_error") or text(response, "_failureText") or text(entry, "_error")
    if noted is None and _status(response) is None:
        noted = text(response, "statusText") or "no response"
    return noted and noted[:ERROR_KEPT]


def _request_data(request: Json, sent: Headers) -> bytes:
    posted = obj(request, "postData")
    if text(posted, "text") is None:
        fields = [(text(field, "name") or "", text(field, "value") or "") for field in objects(posted, "params")]
        return urlencode(fields).encode()
    return _data(posted, sent)


def _data(content: Json, fields: Headers) -> bytes:
    """The bytes of a `content` or `postData`, decoded."""
    found = text(content, "text") or ""
    if text(content, "encoding") != "base64":
        return found.encode("utf-8", "replace")
    try:
        data = base64.b64decode(found)
    except (binascii.Error, ValueError):
        return found.encode("utf-8", "replace")
    # Some recorders put the bytes of the wire here.
    plain = decode_body(data, _value(fields, "content-encoding"))
    return plain.data if plain.complete else data


def _body(data: bytes, message: Json, fields: Headers) -> Body:
    wire_bytes = _wire_bytes(data, message, fields)
    missing = not data and bool(wire_bytes or money(obj(message, "content"), "size"))
    return Body(kept_body(data[:BODY_LIMIT]), wire_bytes, missing or len(data) > BODY_LIMIT)


def _wire_bytes(data: bytes, message: Json, fields: Headers) -> int | None:
    """What the body took on the wire, None where the recording does not say: -1, or 0 beside a body, is no size."""
    content = obj(message, "content")
    size, saved = money(content, "size"), _number(content, "compression")
    found = money(message, "bodySize")
    if not found and size and saved is not None:
        found = max(size - saved, 0)
    encoded = _value(fields, "content-encoding").lower() not in ("", "identity")
    if not found and not encoded:
        found = size or len(data)
    if not found and (total := money(message, "_transferSize")) and (head := money(message, "headersSize")):
        found = max(total - head, 0)
    return int(found) if found else None if data or size else 0


def _number(value: Json, key: str) -> float | None:
    found = value.get(key)
    return float(found) if isinstance(found, int | float) and abs(found) < 1e12 else None


def _head(record: Record, name: Callable[[Record], str]) -> Record:
    """The record of a handshake, for the exchanges on its connection to be made from."""
    opened = replace(record, transport="websocket", request=Body(), response=Body(), first_byte_at=None)
    return replace(opened, ended_at=None, complete=True, error=None, connection_id=name(opened))


def _compressed(entry: Json) -> bool:
    return "permessage-deflate" in _value(headers(obj(entry, "response")), "sec-websocket-extensions")


def _socket_records(entry: Json, socket: SocketTap, handshake: Record) -> Iterator[Record]:
    frames = [frame for message in objects(entry, "_webSocketMessages") if (frame := _frame(message))]
    for frame in frames:
        yield from socket.feed(frame)
    ends = [frame.at for frame in frames[-1:]] + [handshake.ended_at or handshake.started_at]
    yield from socket.close(handshake.error, max(ends))


def _frame(message: Json) -> Frame | None:
    """Chrome's and mitmproxy's message: seconds since the epoch, and binary data as base64."""
    at, binary = seconds(message, "time"), message.get("opcode") == BINARY
    if at is None or message.get("type") not in ("send", "receive"):
        return None
    data = (text(message, "data") or "").encode("utf-8", "replace")
    try:
        data = base64.b64decode(data, validate=True) if binary else data
    except binascii.Error:
        return None
    return Frame(message["type"] == "send", at, data, not binary)
