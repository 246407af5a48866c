"""What changed between two lists of blocks: which are fresh, which were dropped, and how much of a fresh one is old.

Clients rewrite a block rather than add one: a date in the instructions, a reminder at the end of a long message. So a
fresh block is compared with the dropped one of its kind, and the text that both begin or end with was sent before.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analytics.ledger.composition import Counts, counts_of


@dataclass(frozen=True, slots=True)
class Piece:
    """A stored block: its kind, its tokens, and its text where both sides' texts are kept."""

    kind: str
    tokens: int
    text: str | None = None


type Pieces = Mapping[bytes, Piece]


@dataclass(frozen=True, slots=True)
class Change:
    """Blocks that only the later list has, and those that only the earlier one has, each in order."""

    fresh: tuple[bytes, ...] = ()
    dropped: tuple[bytes, ...] = ()

    def without(self, blocks: Iterable[bytes]) -> "Change":
        """The change, with these blocks not counted as fresh."""
        return Change(_left(self.fresh, blocks), self.dropped)


NO_CHANGE = Change()


def change(later: Sequence[bytes], earlier: Sequence[bytes]) -> Change:
    """The change from one list to the other. Blocks count as often as they are there, wherever they are."""
    return Change(_left(later, earlier), _left(earlier, later))


def _left(blocks: Sequence[bytes], taken: Iterable[bytes]) -> tuple[bytes, ...]:
    taking = Counter(taken)
    left = []
    for block in blocks:
        taking[block] -= 1
        if taking[block] < 0:
            left.append(block)
    return tuple(left)


def counted(blocks: Iterable[bytes], pieces: Pieces) -> Counts:
    """The blocks as counts by kind."""
    found = (pieces[block] for block in blocks if block in pieces)
    return counts_of((piece.kind, piece.tokens) for piece in found)


def rewritten(made: Change, pieces: Pieces) -> Counts:
    """What the fresh blocks have of the text of dropped ones, as counts by kind: first with first, kind by kind."""
    older: dict[str, deque[Piece]] = defaultdict(deque)
    for block in made.dropped:
        if block in pieces:
            older[pieces[block].kind].append(pieces[block])
    fresh = [pieces[block] for block in made.fresh if block in pieces]
    return counts_of((piece.kind, _old(piece, older[piece.kind].popleft())) for piece in fresh if older[piece.kind])


def _old(piece: Piece, before: Piece) -> int:
    """The tokens of the text that both begin or end with, at most all."""
    if not piece.text or not before.text:
        return 0
    shared = shared_ends(piece.text, before.text)
    # Less is no rewriting: texts of one kind often begin alike.
    return piece.tokens * shared // len(piece.text) if 2 * shared >= min(len(piece.text), len(before.text)) else 0


def shared_ends(a: str, b: str) -> int:
    """The characters that two texts begin with alike, and those of the rest that they end with alike."""
    start = shared_start(a, b)
    rest_a, rest_b = a[start:], b[start:]
    return start + shared_start(rest_a[::-1], rest_b[::-1])


def shared_start(a: str, b: str) -> int:
    """How many characters two texts begin with alike.

    By halves, each compared at once: a loop over characters would take seconds for a long text.
    """
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
