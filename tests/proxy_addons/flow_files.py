"""Flows as mitmproxy saves them, and files of them."""

import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from mitmproxy import flow, http, websocket
from mitmproxy.addons.savehar import SaveHar
from mitmproxy.io import FlowWriter
from mitmproxy.test import tflow
from wsproto.frame_protocol import Opcode

from tests.analytics.importers.har_files import KEY, Entry, turn

AT = 1_772_359_200.0


def _same(data: bytes) -> bytes:
    return data


def _headers(values: dict[str, str]) -> http.Headers:
    return http.Headers([(name.encode(), value.encode()) for name, value in values.items()])


def call(
    number: int = 0,
    reply: bytes = b'{"id":"r"}',
    *,
    host: str = "api.openai.com",
    path: str = "/v1/chat/completions",
    body: bytes | None = None,
    request_headers: dict[str, str] | None = None,
    response_headers: dict[str, str] | None = None,
    packed: Callable[[bytes], bytes] = _same,
) -> http.HTTPFlow:
    """A model call that went well. `packed` is the response's content encoding."""
    made = tflow.tflow()
    made.id = f"flow-{number}"
    made.client_conn.id = f"connection-{number}"
    sent = {"authorization": f"Bearer {KEY}", "content-type": "application/json", **(request_headers or {})}
    content = body if body is not None else json.dumps({"model": "m", "n": number}).encode()
    made.request = http.Request.make("POST", f"https://{host}{path}", content, _headers(sent))
    made.request.timestamp_start, made.request.timestamp_end = AT + number, AT + number + 0.25
    got = {"content-type": "application/json", **(response_headers or {})}
    made.response = http.Response.make(200, b"", _headers(got))
    made.response.raw_content = packed(reply)
    made.response.timestamp_start, made.response.timestamp_end = AT + number + 0.5, AT + number + 2
    return made


def socket_call(number: int = 0, turns: int = 2, path: str = "/v1/responses") -> http.HTTPFlow:
    """A Responses WebSocket with that many turns."""
    made = tflow.twebsocketflow()
    made.id = f"socket-{number}"
    made.client_conn.id = f"connection-{number}"
    made.request = http.Request.make(
        "GET", f"https://api.openai.com{path}", b"", _headers({"authorization": f"Bearer {KEY}"})
    )
    made.request.timestamp_start = made.request.timestamp_end = AT + number
    said = [message for step in range(turns) for message in turn(step, AT + number + 10 * step)]
    assert made.websocket
    made.websocket.messages = [
        websocket.WebSocketMessage(Opcode.TEXT, item["type"] == "send", item["data"].encode(), item["time"])
        for item in said
    ]
    made.websocket.timestamp_end = AT + number + 1000
    return made


def saved(flows: Iterable[flow.Flow]) -> bytes:
    """The bytes of a flow file."""
    out = io.BytesIO()
    writer = FlowWriter(out)
    for one in flows:
        writer.add(one)
    return out.getvalue()


def flow_file(folder: Path, *flows: flow.Flow, name: str = "traffic.flow") -> Path:
    path = folder / name
    path.write_bytes(saved(flows))
    return path


def exported(flow: http.HTTPFlow) -> Entry:
    """The flow as an entry of the HAR that mitmproxy exports."""
    found: Entry = json.loads(json.dumps(SaveHar().flow_entry(flow, set())))
    return found
