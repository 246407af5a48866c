"""How a conversation grows: a line through its input, and the turn at which the context window is full. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

# Fewer points do not show whether a line fits at all.
FEWEST = 3


@dataclass(frozen=True, slots=True)
class Trend:
    """Least squares over `points` turns: input = `start` + `slope` × turn, in tokens.

    `fit` is the share of the variance that the line explains (r², 0 to 1). `full_at` is the first turn whose input
    would not fit the context window; None where the window is unknown or the input does not grow.
    """

    points: int
    slope: float
    start: float
    fit: float
    full_at: int | None

    def at(self, turn: float) -> float:
        """The line's input at that turn, in tokens."""
        return self.start + self.slope * turn


def trend(turns: Sequence[int], tokens: Sequence[float], window: float | None) -> Trend | None:
    """The line through these turns' input tokens; None for fewer than three turns, which say nothing."""
    count = len(turns)
    if count < FEWEST or len(set(turns)) < FEWEST:
        return None
    middle, mean = sum(turns) / count, sum(tokens) / count
    spread = sum((turn - middle) ** 2 for turn in turns)
    slope = sum((turn - middle) * (size - mean) for turn, size in zip(turns, tokens, strict=True)) / spread
    start = mean - slope * middle
    total = sum((size - mean) ** 2 for size in tokens)
    left = sum((size - start - slope * turn) ** 2 for turn, size in zip(turns, tokens, strict=True))
    return Trend(count, slope, start, 1 - left / total if total else 1.0, _full_at(slope, start, window, max(turns)))


def _full_at(slope: float, start: float, window: float | None, last: int) -> int | None:
    """The first turn after the last one at which the line is above the window."""
    if window is None or slope <= 0:
        return None
    return max(last + 1, int((window - start) // slope) + 1)
