"""A call as a dialect meets it: framings and encodings undone, JSON parsed, nothing interpreted yet."""

from dataclasses import dataclass, field
from typing import Protocol

from analytics.dialects.exchange import Json, RequestReading, ResponseReading


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a streamed response: the framing's event name, where it has one, and its JSON value."""

    name: str | None
    value: object


@dataclass(frozen=True, slots=True)
class Call:
    """One model call, decoded.

    `request` is the request's JSON object ({} where there was none). Exactly one of `body` (a whole JSON answer) and
    `events` (a streamed one, in order; an SSE `[DONE]` is left out and noted in `done`) is filled; both are empty
    where no JSON came, and `text` then holds the start of what came instead. Header names are lower case.
    `path` is without the query, percent-decoded; `complete` is false where the transport was cut off.
    """

    provider: str
    api: str
    host: str
    path: str
    query: dict[str, str]
    request_headers: dict[str, str]
    request: Json
    status: int | None = None
    response_headers: dict[str, str] = field(default_factory=dict)
    body: object = None
    events: tuple[Event, ...] = ()
    streamed: bool = False
    done: bool = False
    complete: bool = True
    text: str = ""


class Dialect(Protocol):
    """One API's wire format. Neither method raises, whatever the call holds; what is missing stays None."""

    def read_request(self, call: Call) -> RequestReading: ...

    def read_response(self, call: Call) -> ResponseReading: ...
