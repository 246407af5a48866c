"""Finding the parent: a decision about one exchange from its own facts and those of earlier ones.

The order: an explicit state reference; the same request once more; the parent's reply at the end of the history; a
history that goes on from a shared prefix; a summary of it; else a new conversation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from analytics.lineage import evidence
from analytics.lineage.facts import Facts
from analytics.lineage.keys import state_of

type Relation = Literal["append", "retry", "fork", "edit", "truncate", "compact", "state", "ambiguous", "new"]

# Of two parents alike, the latest is taken where the other was so many times longer ago.
TELLING_TIMES = 5
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
    heard = _by_reply(x, earlier)
    retried = _latest(y for y in earlier if evidence.repeated(x, y))
    if retried and not _overtaken(retried, heard):
        return Decision("retry", retried)
    return heard or _by_prefix(x, earlier) or _by_nodes(x, earlier) or _by_summary(x, earlier)


def _overtaken(retried: Facts, heard: Decision | None) -> bool:
    """Whether x continues something that began after what it seems to repeat: then it has its own history."""
    return heard is not None and heard.parent is not None and heard.parent.started_at > retried.started_at


def _by_reply(x: Facts, earlier: Sequence[Facts]) -> Decision | None:
    """The exchange whose reply is the last thing said in x's history."""
    found = [y for y in earlier if evidence.convincing(x, y)]
    if not found:
        return None
    best = max(evidence.rank(x, y) for y in found)
    parent = _choose(x, [y for y in found if evidence.rank(x, y) == best])
    if parent is None:
        return Decision("ambiguous")
    return Decision("append" if evidence.exact(x, parent) else "overlap", parent)


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


def _choose(x: Facts, alike: Sequence[Facts]) -> Facts | None:
    """The latest of those that content and hints do not tell apart; None where time does not either."""
    latest = _latest(alike)
    if latest is None:
        return None
    strangers = (y for y in alike if y is not latest and not _same_conversation(latest, y))
    nearest = _latest(strangers)
    if nearest is None or evidence.gap(x, nearest) >= TELLING_TIMES * max(evidence.gap(x, latest), AT_LEAST):
        return latest
    return None


def _same_conversation(y: Facts, z: Facts) -> bool:
    """Whether two exchanges alike belong together: one is the other once more, or follows from it."""
    return evidence.follows(y, z) or evidence.follows(z, y) or evidence.repeated_at_once(y, z)


def _latest(found: Iterable[Facts]) -> Facts | None:
    return max(found, key=lambda y: y.order, default=None)
