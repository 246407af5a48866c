"""Cache breakpoints: up to where a request asks its provider to cache the prompt."""

from collections.abc import Iterable

from analytics.dialects.exchange import Json


def cache_breakpoints(marks: Iterable[tuple[int, str | None]]) -> Json:
    """`{"cache_breakpoints": [[4, "1h"]]}` from pairs of a marked block's index and the lifetime it asks for.

    The position counts the blocks of preamble and history up to and with the marked one; the lifetime is None where
    the mark names none, and then the provider's own default holds. {} where nothing is marked.
    """
    found = [[index + 1, ttl] for index, ttl in dict.fromkeys(marks)]
    return {"cache_breakpoints": found} if found else {}
