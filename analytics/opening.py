"""Opening a record: encodings and framings undone, JSON parsed, so that a dialect can read it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from analytics.dialects.call import Call, Event
from analytics.dialects.exchange import Json
from analytics.endpoints import path_and_query
from analytics.record import Body, Headers, Record
from analytics.wire.encodings import decode_body
from analytics.wire.eventstream import Message, bedrock_chunks, parse_eventstream
from analytics.wire.json_sequence import SEPARATOR, split_sequence
from analytics.wire.json_stream import loads, parse_json_stream
from analytics.wire.ndjson import parse_ndjson
from analytics.wire.resumed_json import loads_resumed
from analytics.wire.sse import parse_sse

TEXT_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Answer:
    """A response body, opened: a whole JSON value, or events, or only text."""

    body: object = None
    events: tuple[Event, ...] = ()
    streamed: bool = False
    done: bool = False
    complete: bool = True
    text: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """The call, and the sizes of both bodies once decoded."""

    call: Call
    request_bytes: int
    response_bytes: int


def open_call(record: Record) -> Opened:
    """The record as a call. Never raises: what cannot be decoded is left empty."""
    path, query = path_and_query(record.path)
    sent, got = decoded(record.request, record.request_headers), decoded(record.response, record.response_headers)
    answer = _answer(record, got)
    call = Call(
        provider=record.provider,
        api=record.api,
        host=record.host,
        path=path,
        query=dict(parse_qsl(query)),
        request_headers=_by_name(record.request_headers),
        request=_request(sent),
        status=record.status,
        response_headers=_by_name(record.response_headers),
        body=answer.body,
        events=answer.events,
        streamed=answer.streamed,
        done=answer.done,
        complete=record.complete and answer.complete and not record.response.trimmed,
        text=answer.text,
    )
    return Opened(call, len(sent), len(got))


def decoded(body: Body, headers: Headers) -> bytes:
    """The body without its content encoding, as far as it can be decoded."""
    return decode_body(body.data, next((v for k, v in headers if k == "content-encoding"), None)).data


def _by_name(headers: Headers) -> dict[str, str]:
    return dict(reversed(headers))  # of a repeated header the first counts


def _request(data: bytes) -> Json:
    """The request's JSON object; of a WebSocket pair with further client frames the first."""
    first = next(iter(split_sequence(data)), b"") if data.startswith(SEPARATOR) else data
    try:
        value = loads_resumed(first)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _answer(record: Record, data: bytes) -> Answer:
    if record.transport == "websocket":
        return _stream(_parsed(split_sequence(data)))
    media_type = (record.response_header("content-type") or "").partition(";")[0].strip().lower()
    return FRAMINGS.get(media_type, _sniffed)(data)


def _sniffed(data: bytes) -> Answer:
    """A body whose content type does not tell: by how it begins."""
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"data:", b"event:", b"id:", b"retry:", b":")):
        return _sse(data)
    if start.startswith(b"\0\0") and parse_eventstream(data).messages:
        return _eventstream(data)
    return _json(data)


def _sse(data: bytes) -> Answer:
    events: list[Event] = []
    done = False
    for event in parse_sse(data):
        if event.data.strip() == b"[DONE]":
            done = True
            continue
        try:
            events.append(Event(event.event, loads(event.data)))
        except ValueError:
            continue  # a last event that was cut off, or a comment in disguise
    if not events and not done:
        return _json(data)  # an error sent as plain JSON under the stream's content type
    return Answer(events=tuple(events), streamed=True, done=done)


def _json(data: bytes) -> Answer:
    try:
        return _whole(loads(data), complete=True)
    except ValueError:
        pass
    # Cut off, or several values: Gemini's array of chunks, or lines of JSON.
    found = parse_ndjson(data) if not data.lstrip().startswith(b"[") else parse_json_stream(data)
    if found.values:
        return _stream(found.values, complete=found.complete)
    return Answer(text=data[:TEXT_KEPT].decode("utf-8", "replace"), complete=False)


def _whole(value: object, complete: bool) -> Answer:
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return _stream(value, complete=complete)
    return Answer(body=value, complete=complete)


def _ndjson(data: bytes) -> Answer:
    found = parse_ndjson(data)
    return _stream(found.values, complete=found.complete) if found.values else _json(data)


def _eventstream(data: bytes) -> Answer:
    found = parse_eventstream(data)
    if not found.messages:
        return _json(data)
    events = [event for message in found.messages for event in _message(message)]
    return Answer(events=tuple(events), streamed=True, complete=found.complete)


def _message(message: Message) -> list[Event]:
    """The message's event; Bedrock's `chunk` wraps the model's own event in base64."""
    if message.headers.get(":message-type") == "error":  # says all in its headers
        return [
            Event(
                "error", {"code": message.headers.get(":error-code"), "message": message.headers.get(":error-message")}
            )
        ]
    inner = list(bedrock_chunks([message]))
    name = None if inner else message.event_type
    return [Event(name, value) for value in _parsed(inner or [message.payload])]


def _stream(values: Iterable[object], complete: bool = True) -> Answer:
    return Answer(events=tuple(Event(None, value) for value in values), streamed=True, complete=complete)


def _parsed(payloads: Iterable[bytes]) -> list[object]:
    values = []
    for payload in payloads:
        try:
            values.append(loads(payload))
        except ValueError:
            continue
    return values


FRAMINGS: dict[str, Callable[[bytes], Answer]] = {
    "text/event-stream": _sse,
    "application/x-ndjson": _ndjson,
    "application/jsonl": _ndjson,
    "application/stream+json": _ndjson,
    "application/vnd.amazon.eventstream": _eventstream,
}
