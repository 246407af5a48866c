"""Numbers as people read them: thousands separated, units named, unknown said. Pure."""

from math import isfinite

from analytics.cli import numbers

UNKNOWN = "unknown"


def known(value: object) -> float | None:
    """A number from a DataFrame's cell, where a missing one is NaN, NA or None."""
    try:
        found = float(value)  # type: ignore[arg-type]  # a number of numpy's or Python's, or none at all
    except (TypeError, ValueError):
        return None
    return found if isfinite(found) else None


def count(value: float | None) -> str:
    """A count with thousands separated."""
    return UNKNOWN if value is None else numbers.count(value)


def dollars(value: float | None) -> str:
    """US dollars, with as many digits as it takes."""
    return UNKNOWN if value is None else numbers.dollars(value)


def milliseconds(value: float | None) -> str:
    """A time span in ms or s."""
    return UNKNOWN if value is None else numbers.milliseconds(value)


def size(value: float | None) -> str:
    """Bytes in B, kB, MB or GB (powers of 1000)."""
    return UNKNOWN if value is None else numbers.size(value)


def compact(value: float | None) -> str:
    """A count in three digits: 950, 12.3 k, 4.56 M, 1.20 G."""
    if value is None:
        return UNKNOWN
    for step, name in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= step:
            scaled = value / (1e3 if name == "k" else step)
            digits = 2 if abs(scaled) < 10 else 1 if abs(scaled) < 100 else 0
            return f"{scaled:,.{digits}f} {name}"
    return f"{value:,.0f}"


def share(value: float | None) -> str:
    """A share of 1 in per cent."""
    return UNKNOWN if value is None else f"{value:.1%}"


def change(value: float | None, before: float | None, *, points: bool = False) -> str | None:
    """How much more than before: in per cent, or for a share in percentage points. None where that cannot be said."""
    if value is None or before is None:
        return None
    if points:
        return f"{(value - before) * 100:+.1f} points"
    return None if not before else f"{(value / before - 1) * 100:+,.0f}%"
