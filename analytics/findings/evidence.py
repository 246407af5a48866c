"""A finding's evidence as people read it: names and values, apart from what quotes the traffic. Pure."""

from collections.abc import Iterator, Mapping

from analytics.findings.hit import QUOTING

# As many values of a list as one wants to read.
MOST_VALUES = 6


def facts(evidence: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Name and value of every field that holds something and quotes nothing; texts are as they were captured."""
    for name, value in evidence.items():
        if name not in QUOTING and value not in (None, "", [], {}):
            yield name.replace("_", " "), spoken(value)


def quotes(evidence: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Name and text of what quotes the traffic: only for those who may read messages."""
    for name, value in evidence.items():
        if name in QUOTING:
            yield from ((name, str(text)) for text in (value if isinstance(value, list) else [value]) if text)


def spoken(value: object) -> str:
    """A value of the evidence in words."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:,.4g}"
        case list():
            rest = f" and {len(value) - MOST_VALUES} more" if len(value) > MOST_VALUES else ""
            return ", ".join(spoken(part) for part in value[:MOST_VALUES]) + rest
        case dict():
            return ", ".join(f"{name} {spoken(part)}" for name, part in value.items())
    return str(value)


def times(count: int) -> str:
    """How often, in words."""
    return "once" if count == 1 else f"{count:,} times"
