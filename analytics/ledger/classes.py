"""Price classes: the reported tokens by what providers charge differently for. Pure."""

from dataclasses import dataclass

from analytics.dialects.exchange import Usage


@dataclass(frozen=True, slots=True)
class Classes:
    """Input as uncached + cache read + cache writes, output as text + reasoning; each side sums to what was reported.

    None on a side that was not reported or contradicts itself. A count that a provider does not give beside counts that
    it gives is none: no `cached_tokens` means that nothing was read from a cache.
    """

    uncached: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    output: int | None = None
    reasoning: int | None = None


def classes_of(usage: Usage) -> Classes:
    """The classes of a usage."""
    uncached, read, written = _input(usage)
    output, reasoning = _output(usage)
    return Classes(uncached, read, written, output, reasoning)


def _input(usage: Usage) -> tuple[int, int, int] | tuple[None, None, None]:
    whole, read = usage.input_tokens, usage.cache_read_tokens or 0
    written = usage.cache_write_tokens
    if written is None:
        written = sum(count or 0 for count in _writes(usage))
    if whole is None or min(read, written, whole - read - written) < 0:
        return None, None, None
    return whole - read - written, read, written


def _writes(usage: Usage) -> tuple[int | None, ...]:
    return (
        usage.cache_write_5m_tokens,
        usage.cache_write_30m_tokens,
        usage.cache_write_1h_tokens,
        usage.cache_write_12h_tokens,
    )


def _output(usage: Usage) -> tuple[int, int] | tuple[None, None]:
    """The output without reasoning, and the reasoning in it."""
    whole, reasoning = usage.output_tokens, usage.reasoning_tokens or 0
    if whole is None or min(reasoning, whole - reasoning) < 0:
        return None, None
    return whole - reasoning, reasoning
