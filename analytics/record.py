"""A record: one model call as it was on the wire, redacted, before anyone has read it.

The proxy and the importers make records, the spool keeps them, the collector reads them. A record holds bytes
and times only; what they mean is the dialects' business.
"""

from dataclasses import dataclass, field, fields
from typing import Literal

import orjson

from analytics.transport_errors import own_words

type Headers = tuple[tuple[str, str], ...]
type Transport = Literal["http", "websocket"]
type Source = Literal["live", "har", "flow"]


@dataclass(frozen=True, slots=True)
class Who:
    """Whose call it was: from the proxy login, the `x-tokenecho-*` headers or the flags; None where nobody said."""

    app: str | None = None
    team: str | None = None
    user_name: str | None = None

    def over(self, other: "Who") -> "Who":
        """These names, and the other's where these are missing."""
        return Who(
            self.app or other.app,
            self.team or other.team,
            self.user_name or other.user_name,
        )


@dataclass(frozen=True, slots=True)
class Body:
    """One direction's body as it was on the wire, still content-encoded.

    `wire_bytes` is what crossed the wire, or None where that cannot be seen (a compressed WebSocket);
    `data` is shorter than that when `trimmed`.
    """

    data: bytes = b""
    wire_bytes: int | None = 0
    trimmed: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One model call. Times are seconds since the epoch, UTC; None is what was never seen.

    `provider` and `api` say what the endpoint table made of the request when it was captured.
    A WebSocket pair is a record too: the request body is the client's frame, the response body the server's
    frames as a JSON text sequence (RFC 7464), and `first_byte_at` the time of the first of them.
    """

    record_id: str
    started_at: float
    method: str
    scheme: str
    host: str
    port: int
    path: str
    http_version: str
    request_headers: Headers
    request: Body
    provider: str
    api: str
    transport: Transport = "http"
    source: Source = "live"
    capture_id: str = ""
    status: int | None = None
    response_headers: Headers = ()
    response: Body = field(default_factory=Body)
    request_ended_at: float | None = None
    first_byte_at: float | None = None
    ended_at: float | None = None
    complete: bool = True
    error: str | None = None
    warmup: bool = False
    connection_id: str | None = None
    who: Who = field(default_factory=Who)
    key_fingerprint: str | None = None
    content: Literal["full", "none"] = "full"

    def request_header(self, name: str) -> str | None:
        """The first request header of that name (lower case)."""
        return next((v for k, v in self.request_headers if k == name), None)

    def response_header(self, name: str) -> str | None:
        """The first response header of that name (lower case)."""
        return next((v for k, v in self.response_headers if k == name), None)

    def meta(self) -> bytes:
        """Everything but the two bodies' bytes, as JSON; of an error not what it quotes."""
        values = {name: getattr(self, name) for name in _FIELDS}
        values["error"] = own_words(self.error)
        for name in ("request", "response"):
            body: Body = values[name]
            values[name] = {"wire_bytes": body.wire_bytes, "trimmed": body.trimmed}
        return orjson.dumps(values)


_FIELDS = dict.fromkeys(field.name for field in fields(Record))


def from_meta(meta: bytes, request: bytes, response: bytes) -> Record:
    """The record that `Record.meta` and the two bodies came from. Unknown fields, of a newer version, are left out."""
    values = {k: v for k, v in orjson.loads(meta).items() if k in _FIELDS}
    for name, data in (("request", request), ("response", response)):
        values[name] = Body(**{**values[name], "data": data})
    values["who"] = Who(**values["who"])
    for name in ("request_headers", "response_headers"):
        values[name] = tuple((k, v) for k, v in values[name])
    return Record(**values)
