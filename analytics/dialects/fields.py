"""Reading fields of foreign JSON: a wrong type is an absent value, never an exception."""

from collections.abc import Iterator

from analytics.dialects.exchange import Json

# More than any bill will hold, and well inside a BIGINT: a larger count is a broken response, not usage.
MOST_TOKENS = 10**12


def obj(value: object, *path: str) -> Json:
    """The object at that path, {} where there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def items(value: object, key: str) -> list[object]:
    """The list in that field, [] where there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def objects(value: object, key: str) -> Iterator[Json]:
    """The objects of the list in that field; other members are passed over."""
    return (item for item in items(value, key) if isinstance(item, dict))


def text(value: object, key: str) -> str | None:
    """The string in that field, None where it is empty or no string."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) and found else None


def count(value: object, key: str) -> int | None:
    """The token count in that field: a whole number from 0 to `MOST_TOKENS`, else None."""
    found = value.get(key) if isinstance(value, dict) else None
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    if not 0 <= found <= MOST_TOKENS or found != int(found):
        return None
    return int(found)


def money(value: object, key: str) -> float | None:
    """The amount in that field: a finite number of at least 0, else None."""
    found = value.get(key) if isinstance(value, dict) else None
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return float(found) if 0 <= found < 1e12 else None


def total(*parts: int | None) -> int | None:
    """The sum of the known parts, None where none is known."""
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def picked(value: Json, *names: str) -> Json:
    """Those fields of the object that are there and not null."""
    return {name: value[name] for name in names if value.get(name) is not None}
