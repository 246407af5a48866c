"""A call's cost, its parts, and the rates behind it. Values only; unknown is None with a reason, never 0."""

from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Literal

type Ttl = Literal["5m", "30m", "1h", "12h"]

REPORTED = "reported"
PRICE_FILE = "prices.toml"
GENAI_PRICES = f"genai-prices {version('genai-prices')}"
NONE = "none"


@dataclass(frozen=True, slots=True)
class CostParts:
    """USD per price class; None where unknown. Under a price list they add up to the cost.

    `outside` is what is billed beside the reported totals: see analytics/dialects/sampling.py.
    """

    uncached_input: float | None = None
    cache_read: float | None = None
    cache_write: float | None = None
    output: float | None = None
    outside: float | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What one call cost.

    `basis` is `reported`, `prices.toml`, `genai-prices VERSION`, or `none` (unknown, or a call nobody charges for).
    `reason` says why `usd` is None; beside a figure it says what had to be assumed. A cost that is unknown may still
    have known parts.
    """

    usd: float | None
    basis: str
    reason: str | None = None
    parts: CostParts = field(default_factory=CostParts)


@dataclass(frozen=True, slots=True)
class Rates:
    """USD per million tokens, all that one call of this size, at this time, in this service tier is priced with.

    None is a rate that no list states. `default_write` is the lifetime of a cache write that names none.
    `uncounted` is what else the call is charged for that its token counts do not show.
    """

    uncached_input: float | None = None
    cache_read: float | None = None
    cache_write_5m: float | None = None
    cache_write_30m: float | None = None
    cache_write_1h: float | None = None
    cache_write_12h: float | None = None
    output: float | None = None
    audio_input: float | None = None
    audio_output: float | None = None
    default_write: Ttl = "5m"
    basis: str = NONE
    reason: str | None = None
    uncounted: str | None = None

    def cache_write(self, ttl: Ttl | None = None) -> float | None:
        """The rate of a cache write that lives that long."""
        match ttl or self.default_write:
            case "5m":
                return self.cache_write_5m
            case "30m":
                return self.cache_write_30m
            case "1h":
                return self.cache_write_1h
            case "12h":
                return self.cache_write_12h

    @property
    def known(self) -> bool:
        """Whether anything at all can be priced."""
        return self.uncached_input is not None or self.output is not None

    def times(self, factor: float) -> "Rates":
        """Every rate, multiplied."""
        return replace(
            self,
            uncached_input=_times(self.uncached_input, factor),
            cache_read=_times(self.cache_read, factor),
            cache_write_5m=_times(self.cache_write_5m, factor),
            cache_write_30m=_times(self.cache_write_30m, factor),
            cache_write_1h=_times(self.cache_write_1h, factor),
            cache_write_12h=_times(self.cache_write_12h, factor),
            output=_times(self.output, factor),
            audio_input=_times(self.audio_input, factor),
            audio_output=_times(self.audio_output, factor),
        )


def _times(rate: float | None, factor: float) -> float | None:
    return None if rate is None else rate * factor


def joined(*reasons: str | None) -> str | None:
    """Reasons as one sentence row; None where there is none."""
    return "; ".join(reason for reason in reasons if reason) or None
