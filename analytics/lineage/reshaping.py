"""How a history was changed before it was sent again: edited, cut, or summed up."""

from collections.abc import Sequence
from typing import Literal

type Reshaping = Literal["append", "edit", "truncate", "compact"]


def reshaping(before: Sequence[bytes], parent: Sequence[bytes]) -> Reshaping:
    """What became of the parent's blocks in those that stand before the echo (both from where they part).

    Blocks left out are a cut; a stretch that gave way to much fewer blocks, with later ones kept, was summed up.
    """
    start = _alike(before, parent)
    end = _alike(before[start:][::-1], parent[start:][::-1])
    left_out, put_in = len(parent) - start - end, len(before) - start - end
    if not left_out:
        return "edit" if put_in and end else "append"
    if not put_in:
        return "truncate" if end or not start else "edit"
    return "compact" if end and left_out > 2 * put_in + 2 else "edit"


def _alike(x: Sequence[bytes], y: Sequence[bytes]) -> int:
    """How many first members are the same."""
    return next((at for at, (a, b) in enumerate(zip(x, y, strict=False)) if a != b), min(len(x), len(y)))
