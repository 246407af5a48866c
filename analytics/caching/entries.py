"""Entries of a cache that knows single beginnings of prompts, with their lifetimes."""

from dataclasses import dataclass
from math import inf

from analytics.caching.prompt import Prefix, Prompt
from analytics.caching.requests import Seal


@dataclass(slots=True)
class Entry:
    """A beginning that was written: read from `ready_at` until `ttl_s` after its last use (None: for ever)."""

    ttl_s: float | None
    used_at: float
    ready_at: float

    def alive(self, now: float) -> bool:
        return self.ready_at <= now <= self.used_at + (inf if self.ttl_s is None else self.ttl_s)


class Entries:
    """Entries by what parts caches and by the beginning they hold."""

    def __init__(self) -> None:
        self._entries: dict[tuple[Seal, Prefix, Prefix], Entry] = {}
        self._preambles: set[tuple[Seal, Prefix]] = set()

    def get(self, seal: Seal, preamble: Prefix, history: Prefix) -> Entry | None:
        return self._entries.get((seal, preamble, history))

    def any_after(self, seal: Seal, preamble: Prefix) -> bool:
        """Whether there may be entries that end in a history after this preamble."""
        return (seal, preamble) in self._preambles

    def keep(self, seal: Seal, part: Prompt, entry: Entry) -> None:
        self._entries[seal, *part] = entry
        if part.history.depth:
            self._preambles.add((seal, part.preamble))
