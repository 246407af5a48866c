"""Earlier turns are no longer sent.

What happens: the conversation went on without some of what had been said: the client cut it from the front, kept only
a window of it, or put a summary in its place; or the provider cleared or compacted it as it was asked to. The model
does not know what was left out. Where the front of a prompt changes, what the prompt cache held behind it is lost.

What to do: if it was not meant, find the limit that cuts. Keep instructions and the first request of the user outside
of what is cut. Cut seldom and much rather than a little on every turn, so that the cache holds in between; or have the
provider clear old tool results.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import Literal

from analytics.findings.case import Case
from analytics.findings.evidence import times
from analytics.findings.hit import Hit, Severity
from analytics.findings.turn import Json, Turn

type Way = Literal["cut from the front", "left out within", "summed up", "cleared or compacted by the provider"]

MOST_IDS = 20
# So many changed histories are compared at most.
MOST_COMPARED = 200
# Cuts from the front that make a window.
WINDOW = 3


@dataclass(frozen=True, slots=True)
class Dropped:
    """`calls` were sent without what had been sent before, or had it cleared by the provider.

    `ways` says how often each happened, `window` whether the front is cut again and again. `dropped_blocks`,
    `dropped_bytes` and `dropped_tokens` (counted here, not billed) are what clients left out; `cleared_tokens` what the
    provider says that it cleared. The cache reads are the provider's counts, of the calls before the cuts and of
    those with them, over the cuts where both are known.
    """

    calls: int
    of_calls: int
    exchange_ids: tuple[str, ...]
    ways: dict[str, int]
    window: bool
    dropped_blocks: int
    dropped_bytes: int
    dropped_tokens: int
    dropped_kinds: dict[str, int]
    instructions_dropped: bool
    first_message_dropped: bool
    cleared_tokens: int | None
    cache_reads_before: int
    cache_reads_after: int
    cache_known: int


@dataclass(frozen=True, slots=True)
class Cut:
    """One such call. `blocks` are what was left out."""

    turn: Turn
    parent: Turn | None
    way: Way
    blocks: tuple[bytes, ...] = ()
    first: bool = False
    instructions: bool = False


def select(case: Case) -> Iterator[Hit]:
    changed = [turn for turn in case.turns if turn.relation in ("truncate", "compact", "edit")]
    cuts = [cut for turn in changed[:MOST_COMPARED] if (cut := _cut(case, turn))]
    cleared = [Cut(turn, case.parent(turn), "cleared or compacted by the provider") for turn in _cleared(case)]
    found = sorted([*cuts, *cleared], key=lambda cut: cut.turn.started_at)
    if found:
        yield _hit(case, found)


def _cut(case: Case, turn: Turn) -> Cut | None:
    """What the client left out, if it was more than the last thing said, and no thinking."""
    parent = case.parent(turn)
    if parent is None or not turn.well:
        return None
    before, after = case.archive.history(parent), case.archive.history(turn)
    pieces = case.archive.pieces((*before, *after))
    if not before or not after or any(block not in pieces for block in (*before, *after)):
        return None
    gone = _gone(before, after)
    tail = _last_run(before, [pieces[block].role for block in before])
    # A reminder at the end that is written anew each time is no history, nor is a last message said otherwise.
    early = [at for at in gone if at < tail and pieces[before[at]].kind != "thinking"]
    if tail == 0 and len(gone) == len(before) and turn.relation == "truncate":
        early = gone
    if not early or (turn.relation == "edit" and not _left_out(before, after, early)):
        return None
    return Cut(
        turn,
        parent,
        _way(turn, early),
        tuple(before[at] for at in early),
        first=early[0] == 0 and pieces[before[0]].role == "user" and _begins(case, before[0]),
        instructions=any(pieces[before[at]].role == "system" for at in early) or _uninstructed(case, turn, parent),
    )


def _gone(before: Sequence[bytes], after: Sequence[bytes]) -> list[int]:
    """The places in the earlier history of blocks that are not in the later one, each as often as it was there."""
    left = Counter(after)
    found = []
    for at in reversed(range(len(before))):
        if left[before[at]]:
            left[before[at]] -= 1
        else:
            found.append(at)
    return found[::-1]


def _last_run(before: Sequence[bytes], roles: Sequence[str]) -> int:
    """Where the last thing said begins: behind the last that the assistant said."""
    return next((at + 1 for at in reversed(range(len(before))) if roles[at] == "assistant"), 0)


def _left_out(before: Sequence[bytes], after: Sequence[bytes], early: Sequence[int]) -> bool:
    """Whether an edit left more out than it put in, and kept what comes behind: else it is the end that changed."""
    kept_behind = before[-1] in after and early[-1] < len(before) - 1
    put_in = len(after) - (len(before) - len(early))
    return kept_behind and put_in < len(early)


def _way(turn: Turn, early: Sequence[int]) -> Way:
    if turn.relation == "compact":
        return "summed up"
    return "cut from the front" if early[0] == 0 and turn.relation == "truncate" else "left out within"


def _begins(case: Case, block: bytes) -> bool:
    """Whether the conversation began with this block, as far as it was captured."""
    return case.archive.history(case.turns[0])[:1] == (block,)


def _uninstructed(case: Case, turn: Turn, parent: Turn) -> bool:
    """Whether the instructions that the call before had are gone."""
    if turn.preamble_hash == parent.preamble_hash:
        return False
    had, has = (
        any(piece.kind == "system" for piece in case.archive.pieces(case.archive.preamble(at)).values())
        for at in (parent, turn)
    )
    return had and not has


def _cleared(case: Case) -> Iterator[Turn]:
    for turn in case.turns:
        text = turn.details_json or ""
        if turn.well and ("compact" in text or "applied_edits" in text) and _clearing(turn.details):
            yield turn


def _clearing(details: Json) -> bool:
    outside = details.get("usage_outside_total")
    compacted = any(one.get("type") == "compaction" for one in outside) if isinstance(outside, list) else False
    return bool(compacted or details.get("compactions") or details.get("compacted") or list(_edits(details)))


def _edits(details: Json) -> Iterator[Json]:
    """Anthropic's `context_management.applied_edits`."""
    managed = details.get("context_management")
    edits = managed.get("applied_edits") if isinstance(managed, dict) else None
    yield from (edit for edit in edits or () if isinstance(edit, dict))


def _hit(case: Case, found: Sequence[Cut]) -> Hit:
    evidence = _evidence(case, found)
    return Hit(
        exchange_id=found[-1].turn.exchange_id,
        severity=_severity(evidence),
        confidence="certain" if all(cut.turn.relation != "edit" for cut in found) else "likely",
        evidence=evidence,
        advice=_advice(evidence),
        bytes=evidence.dropped_bytes,
    )


def _evidence(case: Case, found: Sequence[Cut]) -> Dropped:
    blocks = [block for cut in found for block in cut.blocks]
    pieces = case.archive.pieces(blocks)
    known = [(cut.parent, cut.turn) for cut in found if cut.parent and _reads_known(cut.parent, cut.turn)]
    cleared = [tokens for cut in found for edit in _edits(cut.turn.details) if isinstance(tokens := _tokens(edit), int)]
    return Dropped(
        calls=len(found),
        of_calls=len(case.turns),
        exchange_ids=tuple(cut.turn.exchange_id for cut in found[-MOST_IDS:]),
        ways=dict(Counter(cut.way for cut in found)),
        window=_window(case, found),
        dropped_blocks=len(blocks),
        dropped_bytes=sum(pieces[block].bytes for block in blocks),
        dropped_tokens=sum(pieces[block].tokens for block in blocks),
        dropped_kinds=dict(Counter(pieces[block].kind for block in blocks)),
        instructions_dropped=any(cut.instructions for cut in found),
        first_message_dropped=any(cut.first for cut in found),
        cleared_tokens=sum(cleared) if cleared else None,
        cache_reads_before=sum(parent.cache_read_tokens or 0 for parent, _ in known),
        cache_reads_after=sum(turn.cache_read_tokens or 0 for _, turn in known),
        cache_known=len(known),
    )


def _reads_known(*turns: Turn) -> bool:
    return all(turn.cache_read_tokens is not None for turn in turns)


def _tokens(edit: Json) -> object:
    return edit.get("cleared_input_tokens")


def _window(case: Case, found: Iterable[Cut]) -> bool:
    """Whether the front is cut again and again: three times at least, and on every third call once it began."""
    cut = {one.turn.exchange_id for one in found if one.way == "cut from the front"}
    since = dropwhile(lambda turn: turn.exchange_id not in cut, case.turns)
    return len(cut) >= WINDOW and WINDOW * len(cut) >= sum(1 for _ in since)


def _severity(found: Dropped) -> Severity:
    """By what the model no longer knows. What the provider cleared was asked for."""
    if found.instructions_dropped:
        return "high"
    if found.first_message_dropped:
        return "medium"
    return "low" if found.dropped_blocks else "info"


def _advice(found: Dropped) -> str:
    ways = ", ".join(f"{way} ({times(count)})" for way, count in found.ways.items())
    said = f"History was dropped: {ways}."
    if found.instructions_dropped:
        said += " Instructions went with it."
    if found.first_message_dropped:
        said += " The first message went with it."
    if found.cache_reads_after < found.cache_reads_before:
        said += f" Cache reads fell from {found.cache_reads_before:,} to {found.cache_reads_after:,} tokens by it."
    return said
