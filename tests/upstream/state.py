"""What the upstream remembers: a clock, a counter, ids, prompt caches and server-side conversation state."""

import hashlib
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tests.upstream.caching import PromptCache

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(slots=True)
class StoredResponse:
    """A response of the Responses API and the whole chain of items up to it, its own output included."""

    items: list[dict[str, Any]]
    response: dict[str, Any]


@dataclass(slots=True)
class StoredThread:
    """An Anthropic message that a thread can continue from, with all that the thread holds."""

    body: dict[str, Any]
    expires: float
    continued: bool = False
    in_flight: bool = False


@dataclass(slots=True)
class World:
    """The state of one upstream. Tests may move its clock with `advance`."""

    cache: PromptCache = field(default_factory=PromptCache)
    responses: dict[str, StoredResponse] = field(default_factory=dict)
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    conversations: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    threads: dict[str, StoredThread] = field(default_factory=dict)
    interactions: dict[str, dict[str, Any]] = field(default_factory=dict)
    cached_contents: dict[str, dict[str, Any]] = field(default_factory=dict)
    _seen: dict[bytes, int] = field(default_factory=dict)
    _number: int = 0
    _ahead: float = 0
    _moves: list[tuple[float, float]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> float:
        """Unix time as this upstream sees it, in seconds."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        self._moves.append((time.time(), seconds))
        self._ahead += seconds

    def ahead_at(self, moment: float) -> float:
        """The seconds by which its clock was ahead of the real one at a moment of that."""
        return sum(seconds for moved_at, seconds in self._moves if moved_at <= moment)

    def next_number(self) -> int:
        with self._lock:
            self._number += 1
            return self._number

    def new_id(self, prefix: str, length: int = 24, alphabet: str = ALPHABET) -> str:
        """A provider's kind of id: random to look at, the same in every run."""
        digest = hashlib.sha512(f"{prefix}{self.next_number()}".encode()).digest()
        value = int.from_bytes(digest)
        letters = []
        for _ in range(length):
            value, index = divmod(value, len(alphabet))
            letters.append(alphabet[index])
        return prefix + "".join(letters)

    def sightings(self, body: bytes) -> int:
        """How often this very body was seen before."""
        digest = hashlib.blake2b(body, digest_size=16).digest()
        before = self._seen.get(digest, 0)
        self._seen[digest] = before + 1
        return before
