"""What an import is told, and what it notes while it reads."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from analytics.endpoints import Endpoints
from analytics.record import Who


@dataclass(frozen=True, slots=True)
class Importing:
    """One import. `secret` is the installation's own, so that a key has the fingerprint it has in live traffic."""

    endpoints: Endpoints
    secret: bytes
    who: Who = field(default_factory=Who)
    content: Literal["full", "none"] = "full"
    capture_id: str = ""


def _nobody_asks(entries: int) -> None:
    """The progress of an import that nobody watches."""


@dataclass(slots=True)
class Tally:
    """What a reader has seen so far. An entry is a HAR entry or a flow: one request, or one WebSocket connection.

    `other` entries are no model calls. `skipped` ones could not be read, the first of them because of `problem`.
    `stopped_at` says where the file could not be read on, and why; None after a file that was read to its end.
    """

    entries: int = 0
    other: int = 0
    skipped: int = 0
    problem: str | None = None
    stopped_at: str | None = None
    progress: Callable[[int], None] = field(default=_nobody_asks, repr=False)

    def count(self, entries: int, other: int, skipped: int, problem: str | None) -> None:
        """Note how far the reader is."""
        self.entries, self.other, self.skipped = entries, other, skipped
        self.problem = self.problem or problem
        self.progress(entries)

    def called(self) -> None:
        """One more entry, with a model call."""
        self.count(self.entries + 1, self.other, self.skipped, None)

    def pass_over(self) -> None:
        """One more entry, no model call."""
        self.count(self.entries + 1, self.other + 1, self.skipped, None)

    def skip(self, problem: str) -> None:
        """One more entry, unreadable."""
        self.count(self.entries + 1, self.other, self.skipped + 1, f"entry {self.entries + 1}: {problem}")
