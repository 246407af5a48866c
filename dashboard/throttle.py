"""Slows down who guesses passwords: after each wrong one the same name waits longer."""

from collections import OrderedDict
from dataclasses import dataclass

LONGEST_S = 30.0
# Names are forgotten when so many newer ones were tried, or nobody tried this one for so long.
MOST_NAMES = 1_000
FORGOTTEN_S = 900.0


@dataclass(frozen=True, slots=True)
class Failures:
    """How often in a row, and when the last time was."""

    count: int
    at: float


class Throttle:
    """The names that were tried with a wrong password; times are those of a clock that only goes on."""

    def __init__(self) -> None:
        self._failed: OrderedDict[str, Failures] = OrderedDict()

    def wait(self, name: str, now: float) -> float:
        """The seconds until this name may try again; 0 is now."""
        last = self._failed.get(name)
        if last is None or now - last.at > FORGOTTEN_S:
            return 0.0
        return max(0.0, last.at + min(2.0 ** (last.count - 1), LONGEST_S) - now)

    def failed(self, name: str, now: float) -> None:
        last = self._failed.pop(name, None)
        count = last.count if last and now - last.at <= FORGOTTEN_S else 0
        self._failed[name] = Failures(min(count, 16) + 1, now)
        while len(self._failed) > MOST_NAMES:
            self._failed.popitem(last=False)

    def passed(self, name: str) -> None:
        self._failed.pop(name, None)
