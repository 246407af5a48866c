"""Numbers as people read them: thousands separated, units named, unknown said."""

from math import floor, log10

UNKNOWN = "–"


def count(value: float | None) -> str:
    """A count with thousands separated."""
    return UNKNOWN if value is None else f"{value:,.0f}"


def dollars(value: float | None) -> str:
    """US dollars: cents where there are any to see, else as many digits as it takes."""
    if value is None:
        return UNKNOWN
    if value >= 1 or value == 0:
        return f"${value:,.2f}"
    digits = 4 if value >= 0.001 else 1 - floor(log10(abs(value)))
    return f"${value:.{digits}f}"


def milliseconds(value: float | None) -> str:
    """A time span in ms or s."""
    if value is None:
        return UNKNOWN
    return f"{value:,.0f} ms" if value < 10_000 else f"{value / 1000:,.1f} s"


def size(value: float | None) -> str:
    """Bytes in B, kB, MB or GB (powers of 1000)."""
    if value is None:
        return UNKNOWN
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:,.0f} {unit}" if unit == "B" else f"{value:,.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} GB"
