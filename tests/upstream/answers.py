"""What an endpoint gets and gives back: a `Call` in, an `Answer` or an `UpstreamError` out."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.upstream.controls import Controls
from tests.upstream.state import World

type Json = dict[str, Any]

SSE = "text/event-stream; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Call:
    """One request as an endpoint sees it: decoded, routed, with its controls."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: Json
    found: re.Match[str]
    controls: Controls
    world: World

    @property
    def organisation(self) -> str:
        """Whose call it is, told by the credential: caches are nobody else's."""
        names = ("authorization", "x-api-key", "x-goog-api-key", "api-key")
        return next((self.headers[name] for name in names if name in self.headers), "")


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: each piece is one write on the wire, before compression and tearing."""

    pieces: tuple[bytes, ...]
    status: int = 200
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    streamed: bool = False
    # Runs when the last byte is out, or the exchange broke off.
    done: Callable[[], None] | None = None


@dataclass(slots=True)
class UpstreamError(Exception):
    """An error for the provider's own format to word; what is left empty takes the provider's default."""

    status: int
    message: str = ""
    kind: str | None = None
    code: str | None = None
    param: str | None = None
    details: Json = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()


def dump(value: object) -> bytes:
    """Compact JSON with raw UTF-8, as the providers write it."""
    return utf8_json(value, separators=(",", ":"))


def utf8_json(value: object, **layout: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, **layout).encode()
    except UnicodeEncodeError:
        # A lone surrogate, which UTF-8 has no bytes for, stays an escape.
        return json.dumps(value, **layout).encode()


def whole(value: object, headers: tuple[tuple[str, str], ...] = (), status: int = 200) -> Answer:
    return Answer((dump(value),), status=status, headers=headers)


def sse(value: object, event: str | None = None) -> bytes:
    """One server-sent event."""
    name = f"event: {event}\n".encode() if event else b""
    return name + b"data: " + dump(value) + b"\n\n"


def stream(pieces: Iterable[bytes], headers: tuple[tuple[str, str], ...] = (), content_type: str = SSE) -> Answer:
    return Answer(tuple(pieces), headers=headers, content_type=content_type, streamed=True)


def broken_after(pieces: list[bytes], deltas: list[int], controls: Controls, event: bytes) -> list[bytes]:
    """The stream ended by `event` after the n-th text delta; `deltas` holds the indexes of the deltas."""
    if controls.error_after is None:
        return pieces
    kept = deltas[controls.error_after] if controls.error_after < len(deltas) else len(pieces)
    return [*pieces[:kept], event]
