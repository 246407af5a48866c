"""Dividing a whole number so that the parts add up to it."""

from collections.abc import Sequence


def apportioned(total: int, weights: Sequence[int]) -> list[int]:
    """The parts of `total` in proportion to `weights`, by largest remainder; the earlier part wins a tie.

    They sum to `total` and none is negative. Without any weight the last part takes all.
    """
    if not total:
        return [0] * len(weights)
    whole = sum(weights)
    if not whole:
        return [0] * (len(weights) - 1) + [total]
    shares = [divmod(total * weight, whole) for weight in weights]
    parts = [part for part, _ in shares]
    largest_first = sorted(range(len(shares)), key=lambda at: -shares[at][1])
    for at in largest_first[: total - sum(parts)]:
        parts[at] += 1
    return parts
