"""Finding the parent: a decision about one exchange from its own facts and those of earlier ones.

The order: an explicit state reference; the same request once more; the parent's reply at the end of the history, or
how it began; a history that goes on from a shared prefix; a summary of it; else a new conversation.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from analytics.lineage import evidence
from analytics.lineage.facts import Facts
from analytics.lineage.keys import state_of

type Relation = Literal["append", "retry", "fork", "edit", "truncate", "compact", "state", "ambiguous", "new"]

# Of two parents alike, the latest is taken where the other was so many times longer ago.
TELLING_TIMES = 4
AT_LEAST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Decision:
    """The parent and how it is continued. `overlap` leaves edit, truncate or compact to who compares the histories.

    `beside` is an exchange of the same conversation where the parent itself was never captured.
    """

    relation: Relation | Literal["overlap"] = "new"
    parent: Facts | None = None
    beside: Facts | None = None


def decide(x: Facts, earlier: Sequence[Facts]) -> Decision:
    """The decision on x. `earlier` holds every exchange before x that has a key which x seeks."""
    return _by_state(x, earlier) or _by_content(x, earlier) or Decision()


def _by_state(x: Facts, earlier: Sequence[Facts]) -> Decision | None:
    if not x.state_ref or x.state_ref.startswith("cachedContent:"):  # a cache is no conversation
        return None
    kind, name = state_of(x.state_ref)
    named = [y for y in earlier if name in (y.response_id, y.state_id)]
    referring = [y for y in earlier if y.state_ref == x.state_ref]
    again = _latest(y for y in referring if evidence.repeated(x, y))
    if again:
        return Decision("retry", again)
    parent = _latest(named + referring if kind == "conversation" else named)
    if parent:
        return Decision("state", parent)
    content = _by_content(x, [y for y in earlier if y not in referring])
    return content or Decision("state", None, _latest(referring))


def _by_content(x: Facts, earlier: Sequence[Facts]) -> Decision | None:
    heard = _heard(x, earlier)
    retried = _retried(x, heard, earlier)
    if retried:
        return Decision("retry", retried)
    return (
        _by_interruption(x, earlier)
        or _by_head(x, heard, earlier)
        or _by_reply(x, heard, earlier)
        or _by_prefix(x, earlier)
        or _by_nodes(x, earlier)
        or _by_summary(x, earlier)
    )


def _retried(x: Facts, heard: Sequence[Facts], earlier: Iterable[Facts]) -> Facts | None:
    """The latest request that x repeats, unless x goes on from what began later: then it has its own history."""
    retried = _latest(y for y in earlier if evidence.repeated(x, y))
    overtaken = retried and any(y.started_at > retried.started_at for y in heard)
    return None if overtaken else retried


def _heard(x: Facts, earlier: Sequence[Facts]) -> list[Facts]:
    """The exchanges whose reply is the last thing said in x's history, as far as nothing speaks for one of them."""
    found = [y for y in earlier if evidence.convincing(x, y)]
    best = max((evidence.rank(x, y) for y in found), default=None)
    return [y for y in found if evidence.rank(x, y) == best]


def _by_interruption(x: Facts, earlier: Sequence[Facts]) -> Decision | None:
    """The exchange whose whole history x goes on from without any reply: it was broken off, or went unheard."""
    for stop in x.stops:
        found = [y for y in earlier if y.prefix_hash == stop and evidence.hinted(x, y) >= 0]
        parent = _latest(y for y in found if x.spoken.runs or evidence.unheard(x, y))
        if parent:
            return Decision("append", parent)
    return None


def _by_reply(x: Facts, heard: Sequence[Facts], earlier: Sequence[Facts]) -> Decision | None:
    if not heard:
        return None
    parent = _choose(x, heard, _taken(x, heard, earlier) if len(heard) > 1 else frozenset())
    if parent is None:
        return Decision("ambiguous")
    return Decision("append" if evidence.exact(x, parent) else "overlap", parent)


def _by_head(x: Facts, heard: Sequence[Facts], earlier: Sequence[Facts]) -> Decision | None:
    """The exchange whose whole history x goes on from, with a text that begins like its reply.

    Clients of agents cut a reply at a stop word, and write what a tool observed behind it.
    """
    found = [y for y in earlier if evidence.begun(x, y) and evidence.hinted(x, y) >= 0]
    if heard:  # whole replies count more, unless the text comes after them
        found = [y for y in found if y.history_blocks > x.spoken.echo_at]
    best = max((_rank_begun(x, y) for y in found), default=None)
    if best is None:
        return None
    parent = _told_by_time(x, [y for y in found if _rank_begun(x, y) == best])
    return Decision("append", parent) if parent else Decision("ambiguous")


def _rank_begun(x: Facts, y: Facts) -> tuple[int, int, int, bool, bool]:
    return y.history_blocks, evidence.begun(x, y), *_rank_on_the_way(x, y)


def _by_prefix(x: Facts, earlier: Sequence[Facts]) -> Decision | None:
    """The exchange whose whole history x goes on from, but with another reply than it gave."""
    prefix = x.spoken.echo_prefix
    found = [y for y in earlier if prefix and y.prefix_hash == prefix and evidence.hinted(x, y) >= 0]
    # A mere opening is shared with strangers.
    found = [y for y in found if y.spoken.runs or evidence.hinted(x, y) > 0]
    best = max((_rank_on_the_way(x, y) for y in found), default=None)
    parent = _latest(y for y in found if _rank_on_the_way(x, y) == best)
    return Decision("append", parent) if parent else None


def _by_nodes(x: Facts, earlier: Sequence[Facts]) -> Decision | None:
    """The latest exchange that went the same way as x up to a reply that was captured.

    Without such a reply what is shared may be examples that every call begins with.
    """
    friendly = [y for y in earlier if evidence.hinted(x, y) >= 0]
    spoken = {y.spoken.reply_node for y in friendly}
    deepest = next((node for node in x.nodes if node in spoken), None)
    if deepest is None:
        return None
    on_the_way = _latest(y for y in friendly if deepest == y.spoken.echo_node or deepest in y.nodes)
    if on_the_way:
        return Decision("overlap", on_the_way)
    return Decision("append", _latest(y for y in friendly if y.spoken.reply_node == deepest))


def _by_summary(x: Facts, earlier: Sequence[Facts]) -> Decision | None:
    """The exchange of the same session whose reply x's history begins with, in place of the turns it sums up."""
    lines = {*x.spoken.opening_lines}
    found = (y for y in earlier if y.spoken.reply_line in lines and y.spoken.runs and evidence.hinted(x, y) > 0)
    parent = _latest(found)
    return Decision("compact", parent) if parent else None


def _rank_on_the_way(x: Facts, y: Facts) -> tuple[int, bool, bool]:
    return evidence.hinted(x, y), evidence.ended(x, y), evidence.instructed(x, y)


def _choose(x: Facts, alike: Sequence[Facts], taken: Set[str]) -> Facts | None:
    """One of those that content and hints do not tell apart, None where nothing does.

    The time may tell, or that all but one of them have been continued already.
    """
    found = _told_by_time(x, alike)
    free = [y for y in alike if y.exchange_id not in taken]
    return found or _told_by_time(x, free)


def _told_by_time(x: Facts, alike: Sequence[Facts]) -> Facts | None:
    """The latest, unless another that does not belong with it is not much longer ago."""
    latest = _latest(alike)
    if latest is None:
        return None
    nearest = _latest(y for y in alike if y is not latest and not _same_conversation(latest, y))
    if nearest is None or evidence.gap(x, nearest) >= TELLING_TIMES * max(evidence.gap(x, latest), AT_LEAST):
        return latest
    return None


def _taken(x: Facts, alike: Sequence[Facts], earlier: Sequence[Facts]) -> set[str]:
    """Which of these parents exchanges before x continued, with those that belong with one that was."""
    taken: set[str] = set()
    others = sorted((z for z in earlier if z.spoken.echo_node == x.spoken.echo_node), key=lambda z: z.order)
    for at, z in enumerate(others):
        heard = _heard(z, [y for y in alike if y.order < z.order])
        chosen = None if _retried(z, heard, others[:at]) else _choose(z, heard, taken)
        if chosen:
            taken |= {y.exchange_id for y in alike if y is chosen or _same_conversation(y, chosen)}
    return taken


def _same_conversation(y: Facts, z: Facts) -> bool:
    """Whether two exchanges alike belong together: one is the other once more, or follows from it."""
    first, then = sorted((y, z), key=lambda each: each.order)
    return evidence.follows(then, first) or evidence.repeated_at_once(then, first)


def _latest(found: Iterable[Facts]) -> Facts | None:
    return max(found, key=lambda y: y.order, default=None)
