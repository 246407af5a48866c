"""A flow that was read from a file becomes the records that live capture would have made of it."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from mitmproxy import http

from analytics.identity import WHO_HEADERS, from_headers, from_login, from_proxy_authorization
from analytics.importers.naming import record_name
from analytics.importers.settings import Importing
from analytics.record import Body, Record, Who
from analytics.socket_tap import BODY_LIMIT
from proxy_addons.records import http_record, socket_tap
from proxy_addons.tap import Gauge, Tap, message_frame, noted


def flow_records(flow: http.HTTPFlow, importing: Importing) -> Iterator[Record] | None:
    """The records of a flow, None where it is no model call. A WebSocket connection has any number of them."""
    request = flow.request
    endpoint = importing.endpoints.find(request.method, request.pretty_host, request.port, request.path)
    if endpoint is None:
        return None
    # What is in memory is in memory: only the live proxy has to keep count of it.
    tap = Tap(endpoint, _who(flow), Gauge(limit=4 * BODY_LIMIT), started_at=request.timestamp_start)
    tap.request_ended_at = request.timestamp_end
    if flow.websocket or (flow.response and flow.response.status_code == 101):
        return _socket_records(flow, tap, importing)
    return iter([_http_record(flow, tap, importing)])


def _who(flow: http.HTTPFlow) -> Who:
    """As in live capture: from the proxy login, else from the headers."""
    login, header = flow.metadata.get("proxyauth"), flow.request.headers.get("proxy-authorization")
    who = from_login(login[0]) if login else from_proxy_authorization(header)
    return who.over(from_headers({name: flow.request.headers.get(name, "") for name in WHO_HEADERS}))


def _http_record(flow: http.HTTPFlow, tap: Tap, importing: Importing) -> Record:
    response, error = flow.response, flow.error
    for part in _parts(flow.request.raw_content):
        tap.take_request(part)
    tap.first_byte_at = response.timestamp_start if response else None
    for part in _parts(response.raw_content if response else None):
        tap.take_response(part)
    ended_at = (response and response.timestamp_end) or (error and error.timestamp) or None
    record = http_record(noted(flow, tap, ended_at), b"".join(tap.request), b"".join(tap.response), importing)
    if flow.request.raw_content is None:
        record = replace(record, request=Body(b"", None, trimmed=True))
    if response and response.raw_content is None:  # it was streamed past the recorder
        record = replace(record, response=Body(b"", None, trimmed=True))
    if response is None and error is None:
        record = replace(record, complete=False, error="no response")
    return replace(record, record_id=record_name(importing.secret, record, flow.id))


def _parts(content: bytes | None) -> list[bytes]:
    """The body in two: what is kept, and what is counted only."""
    parts = [content[:BODY_LIMIT], content[BODY_LIMIT:]] if content else []
    return [part for part in parts if part]


def _socket_records(flow: http.HTTPFlow, tap: Tap, importing: Importing) -> Iterator[Record]:
    name = partial(record_name, importing.secret, origin=flow.id)
    socket = socket_tap(noted(flow, tap, None), importing, name)
    messages = flow.websocket.messages if flow.websocket else []
    for message in messages:
        if not message.dropped:
            yield from socket.feed(message_frame(message))
    last = messages[-1].timestamp if messages else None
    ended_at = (flow.websocket and flow.websocket.timestamp_end) or last
    yield from socket.close(flow.error.msg if flow.error else None, ended_at)
