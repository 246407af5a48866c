"""Prompt caches by real prefix matching: automatic in token steps, or at breakpoints, with a lifetime."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.upstream.segments import BYTES_PER_TOKEN, Segment

MINUTE = 60.0
LIFETIMES = {"5m": 5 * MINUTE, "30m": 30 * MINUTE, "1h": 60 * MINUTE, "12h": 720 * MINUTE}
STEP = 128
LOOKBACK = 20


@dataclass(frozen=True, slots=True)
class Cached:
    """Tokens read from the cache and written to it, by lifetime; the rest of the prompt was neither."""

    read: int = 0
    written: dict[str, int] = field(default_factory=dict)

    @property
    def write(self) -> int:
        return sum(self.written.values())


@dataclass(frozen=True, slots=True)
class _Prefix:
    digest: bytes
    tokens: int
    segment: Segment


class PromptCache:
    """Digests of prefixes with the time each expires; reads refresh it."""

    def __init__(self) -> None:
        self._expiry: dict[bytes, float] = {}
        self._ttl: dict[bytes, str] = {}

    def automatic(self, seed: str, segments: Sequence[Segment], minimum: int, now: float) -> Cached:
        """Longest known prefix in steps of 128 tokens from `minimum` on; writing is free and not reported."""
        digests = _steps(seed, b"".join(segment.padded for segment in segments))
        read = 0
        for number, digest in enumerate(digests, 1):
            if number * STEP >= minimum and self._alive(digest, now):
                read = number * STEP
        for digest in digests:
            self._keep(digest, "5m", now)
        return Cached(read)

    def at_breakpoints(self, seed: str, segments: Sequence[Segment], minimum: int, now: float) -> Cached:
        """Longest known prefix within 20 segments before a breakpoint; writes up to the last breakpoint.

        Prefixes below the provider's minimum are neither read nor written.
        """
        prefixes = _chain(seed, segments)
        marks = [i for i, prefix in enumerate(prefixes) if prefix.segment.ttl and prefix.tokens >= minimum]
        if not marks:
            return Cached()
        read = self._longest(prefixes, marks, now)
        return Cached(read, self._write([prefixes[mark] for mark in marks], read, now))

    def _longest(self, prefixes: list[_Prefix], marks: list[int], now: float) -> int:
        near = {i for mark in marks for i in range(max(0, mark - LOOKBACK), mark + 1)}
        for index in sorted(near, reverse=True):
            digest = prefixes[index].digest
            if self._alive(digest, now):
                self._keep(digest, self._ttl[digest], now)
                return prefixes[index].tokens
        return 0

    def _write(self, marked: list[_Prefix], read: int, now: float) -> dict[str, int]:
        written: dict[str, int] = {}
        covered = read
        for prefix in marked:
            ttl = prefix.segment.ttl or "5m"
            if prefix.tokens > covered:
                written[ttl] = written.get(ttl, 0) + prefix.tokens - covered
                covered = prefix.tokens
            self._keep(prefix.digest, ttl, now)
        return written

    def _alive(self, digest: bytes, now: float) -> bool:
        return self._expiry.get(digest, 0) > now

    def _keep(self, digest: bytes, ttl: str, now: float) -> None:
        self._ttl[digest] = ttl
        self._expiry[digest] = now + LIFETIMES[ttl]


def _steps(seed: str, data: bytes) -> list[bytes]:
    rolling = hashlib.blake2b(seed.encode(), digest_size=16)
    digests = []
    size = STEP * BYTES_PER_TOKEN
    for start in range(0, len(data) - size + 1, size):
        rolling.update(data[start : start + size])
        digests.append(rolling.copy().digest())
    return digests


def _chain(seed: str, segments: Sequence[Segment]) -> list[_Prefix]:
    rolling = hashlib.blake2b(seed.encode(), digest_size=16)
    prefixes = []
    for segment in segments:
        rolling.update(segment.kind.encode() + b"\0" + segment.padded + b"\0")
        prefixes.append(_Prefix(rolling.copy().digest(), segment.tokens, segment))
    return _cumulated(prefixes)


def _cumulated(prefixes: list[_Prefix]) -> list[_Prefix]:
    summed = 0
    result = []
    for prefix in prefixes:
        summed += prefix.tokens
        result.append(_Prefix(prefix.digest, summed, prefix.segment))
    return result


def implicit(segments: Sequence[Segment], ttl: str, kinds: tuple[str, ...]) -> list[Segment]:
    """The segments with a breakpoint behind the last one of `kinds`, as providers set it by themselves."""
    marked = list(segments)
    for index in range(len(marked) - 1, -1, -1):
        if marked[index].kind in kinds:
            marked[index] = Segment(marked[index].kind, marked[index].text, ttl)
            break
    return marked
