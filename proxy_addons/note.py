"""A note: what the event loop knows of an exchange when it is over, in plain values."""

from typing import NamedTuple

type Fields = tuple[tuple[bytes, bytes], ...]


class Note(NamedTuple):
    """As it was on the wire, credentials and all: in memory only. A tuple, because that is what a pipe takes at once.

    Times are seconds since the epoch, UTC. `error` is how the exchange ended, `flaw` what we missed of it.
    """

    provider: str
    api: str
    started_at: float
    request_ended_at: float | None
    first_byte_at: float | None
    ended_at: float | None
    method: str
    scheme: str
    host: str
    port: int
    path: str
    http_version: str
    request_headers: Fields
    request_bytes: int
    request_trimmed: bool
    status: int | None
    response_headers: Fields
    response_bytes: int
    response_trimmed: bool
    error: str | None
    flaw: str | None
    connection_id: str
    app: str | None
    team: str | None
    user_name: str | None
