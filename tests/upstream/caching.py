"""Prompt caches by real prefix matching: in token steps, at whole requests, or at breakpoints, each with a lifetime.

They apply what the providers document, to this upstream's own token counts of the rendered prompt. Each takes a seed
that holds all else that must be the same for a hit: organisation, model, key, parameters.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import inf

from tests.upstream.segments import BYTES_PER_TOKEN, Segment

MINUTE = 60.0
LIFETIMES = {"5m": 5 * MINUTE, "30m": 30 * MINUTE, "1h": 60 * MINUTE, "12h": 720 * MINUTE}
STEP = 128
# A run of tool calls, or of tool results, is one position of Anthropic's lookback.
RUNS = ("tool_call", "tool_result")


@dataclass(frozen=True, slots=True)
class Cached:
    """Tokens read from the cache and written to it, by lifetime; the rest of the prompt was neither."""

    read: int = 0
    written: dict[str, int] = field(default_factory=dict)

    @property
    def write(self) -> int:
        return sum(self.written.values())


@dataclass(frozen=True, slots=True)
class Seeds:
    """What must be the same for the tools, for the system text and for the messages to be found again."""

    tools: str
    system: str
    messages: str

    @classmethod
    def same(cls, seed: str) -> "Seeds":
        return cls(seed, seed, seed)

    def of(self, kind: str) -> str:
        return {"tools": self.tools, "system": self.system}.get(kind, self.messages)


@dataclass(frozen=True, slots=True)
class Sight:
    """How far a provider looks: `positions` back from a breakpoint, itself included, or over so many `breakpoints`."""

    positions: float = inf
    runs_count_once: bool = False
    breakpoints: float = inf


@dataclass(frozen=True, slots=True)
class _Prefix:
    """A prompt up to one of its segments, with the position of that segment as a lookback counts."""

    digest: bytes
    tokens: int
    position: int
    segment: Segment


@dataclass(slots=True)
class _Entry:
    lifetime: float
    used: float

    def alive(self, now: float) -> bool:
        return now <= self.used + self.lifetime


class PromptCache:
    """Digests of prefixes, and when each was last used. Reads refresh them."""

    def __init__(self) -> None:
        self._entries: dict[bytes, _Entry] = {}

    def in_steps(self, seed: str, segments: Sequence[Segment], minimum: int, now: float, lifetime: float) -> Cached:
        """Longest known prefix in steps of 128 tokens, from `minimum` on; writing is free and not reported."""
        digests = _steps(seed, b"".join(segment.padded for segment in segments))
        read = 0
        for number, digest in enumerate(digests, 1):
            if number * STEP >= minimum and self._alive(digest, now):
                read = number * STEP
        for digest in digests:
            self._entries[digest] = _Entry(lifetime, now)
        return Cached(read)

    def by_segment(self, seed: str, segments: Sequence[Segment], minimum: int, now: float) -> Cached:
        """Longest known prefix that ends with a segment, from `minimum` tokens on; nothing is ever forgotten."""
        prefixes = _chain(Seeds.same(seed), segments)
        known = [prefix.tokens for prefix in prefixes if self._alive(prefix.digest, now)]
        for prefix in prefixes:
            self._entries[prefix.digest] = _Entry(inf, now)
        read = max(known, default=0)
        return Cached(read if read >= minimum else 0)

    def in_units(self, seed: str, segments: Sequence[Segment], reply: Sequence[Segment], now: float) -> Cached:
        """Longest known unit: where an earlier request or its reply ended, or where two requests had parted."""
        prefixes = _chain(Seeds.same(seed), [*segments, *reply])
        asked = prefixes[: len(segments)]
        read = max((p.tokens for p in asked if self._alive(b"unit" + p.digest, now)), default=0)
        parted = [prefix for prefix in asked if self._alive(prefix.digest, now)][-1:]
        for prefix in (*parted, *asked[-1:], *prefixes[-1:]):
            self._entries[b"unit" + prefix.digest] = _Entry(inf, now)
        for prefix in asked:
            self._entries[prefix.digest] = _Entry(inf, now)
        return Cached(read)

    def at_breakpoints(
        self, seeds: Seeds, segments: Sequence[Segment], minimum: int, now: float, sight: Sight
    ) -> Cached:
        """Longest entry in sight of a breakpoint; writes up to the last breakpoint, each part at its lifetime.

        Prefixes below the provider's minimum are neither read nor written.
        """
        prefixes = _chain(seeds, segments, sight.runs_count_once)
        marks = [i for i, prefix in enumerate(prefixes) if prefix.segment.ttl and prefix.tokens >= minimum]
        read = max((self._longest(prefixes, mark, now, sight) for mark in marks), default=0)
        return Cached(read, self._write([prefixes[mark] for mark in marks], read, now))

    def _longest(self, prefixes: list[_Prefix], mark: int, now: float, sight: Sight) -> int:
        candidates = 0
        for prefix in reversed(prefixes[: mark + 1]):
            candidates += bool(prefix.segment.ttl) or prefix.segment.kind in IMPLICIT
            if prefixes[mark].position - prefix.position >= sight.positions or candidates > sight.breakpoints:
                return 0
            if self._alive(prefix.digest, now):
                self._entries[prefix.digest].used = now
                return prefix.tokens
        return 0

    def _write(self, marked: list[_Prefix], read: int, now: float) -> dict[str, int]:
        written: dict[str, int] = {}
        covered = read
        for prefix in marked:
            ttl = prefix.segment.ttl or "5m"
            if prefix.tokens > covered:
                written[ttl] = written.get(ttl, 0) + prefix.tokens - covered
                covered = prefix.tokens
            if self._alive(prefix.digest, now):
                self._entries[prefix.digest].used = now
            else:
                self._entries[prefix.digest] = _Entry(LIFETIMES[ttl], now)
        return written

    def _alive(self, digest: bytes, now: float) -> bool:
        entry = self._entries.get(digest)
        return entry is not None and entry.alive(now)


def _steps(seed: str, data: bytes) -> list[bytes]:
    rolling = hashlib.blake2b(seed.encode(), digest_size=16)
    digests = []
    size = STEP * BYTES_PER_TOKEN
    for start in range(0, len(data) - size + 1, size):
        rolling.update(data[start : start + size])
        digests.append(rolling.copy().digest())
    return digests


def _chain(seeds: Seeds, segments: Sequence[Segment], runs_count_once: bool = False) -> list[_Prefix]:
    rolling = hashlib.blake2b(digest_size=16)
    prefixes: list[_Prefix] = []
    tokens = position = 0
    before = ""
    for segment in segments:
        rolling.update(segment.kind.encode() + b"\0" + segment.padded + b"\0")
        tokens += segment.tokens
        position += not (runs_count_once and segment.kind in RUNS and segment.kind == before)
        before = segment.kind
        digest = seeds.of(segment.kind).encode() + b"\0" + rolling.digest()
        prefixes.append(_Prefix(digest, tokens, position, segment))
    return prefixes


# Kinds of segments that end a message of the user or of a tool, behind the latest of which OpenAI sets a breakpoint.
IMPLICIT = ("user", "image", "tool_result")


def implicit(segments: Sequence[Segment], ttl: str) -> list[Segment]:
    """The segments with a breakpoint behind the last one of a user or a tool, as OpenAI sets it by itself."""
    marked = list(segments)
    for index in range(len(marked) - 1, -1, -1):
        if marked[index].kind in IMPLICIT:
            marked[index] = replace(marked[index], ttl=ttl)
            break
    return marked


def latest(segments: Sequence[Segment], count: int) -> list[Segment]:
    """The segments with their last `count` breakpoints only."""
    marks = [index for index, segment in enumerate(segments) if segment.ttl]
    kept = set(marks[max(0, len(marks) - count) :])
    return [s if i in kept else replace(s, ttl=None) for i, s in enumerate(segments)]
