"""What came in and what went out, as raw bytes, for assertions of transparency."""

import base64
import time
from dataclasses import dataclass, field, fields
from typing import Any

type Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Received:
    """A request as it arrived; over HTTP/1.1 header names keep the case they were sent in.

    `body` grows while the request arrives. A WebSocket is one request whose `messages` are its frames.
    """

    number: int
    method: str
    path: str
    http_version: str
    headers: Headers
    body: bytes = b""
    complete: bool = False
    messages: list[str | bytes] = field(default_factory=list)
    time: float = field(default_factory=time.time)

    @property
    def header(self) -> dict[str, str]:
        return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in self.headers}


@dataclass(slots=True)
class Sent:
    """The response to the request of the same number.

    `body` holds the bytes after content encoding; `times` is when each write happened. `ended` is `""` while
    it runs, then `complete`, `cut` or `gone` (the client left).
    """

    number: int
    status: int = 0
    headers: Headers = field(default_factory=list)
    writes: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    ended: str = ""
    _data: list[bytes] = field(default_factory=list, repr=False)

    @property
    def body(self) -> bytes:
        return b"".join(self._data)

    def write(self, data: bytes) -> None:
        self._data.append(data)
        self.writes.append(len(data))
        self.times.append(time.time())


@dataclass(slots=True)
class Log:
    """Requests and responses in order of arrival; `number` is the index in both lists."""

    requests: list[Received] = field(default_factory=list)
    responses: list[Sent] = field(default_factory=list)

    def add(self, method: str, path: str, http_version: str, headers: Headers) -> tuple[Received, Sent]:
        request = Received(len(self.requests), method, path, http_version, headers)
        response = Sent(request.number)
        self.responses.append(response)
        self.requests.append(request)
        return request, response

    def clear(self) -> None:
        self.requests.clear()
        self.responses.clear()


def as_json(record: Received | Sent) -> dict[str, Any]:
    """A record for `GET /__upstream__/requests`: bytes as base64, headers as text."""
    values = {each.name: getattr(record, each.name) for each in fields(record) if each.name != "_data"}
    values["headers"] = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in record.headers]
    values["body"] = base64.b64encode(record.body).decode()
    values["messages"] = [m if isinstance(m, str) else m.decode("latin-1") for m in record.messages]
    return values
