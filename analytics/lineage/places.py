"""Places: conversation, turn and branch, which follow from the parents of all exchanges."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

# Conversation, turn, branch.
type Place = tuple[str, int, str]


@dataclass(slots=True)
class Link:
    """One exchange's lineage. A branch is named after the exchange that begins it."""

    exchange_id: str
    started_at: datetime
    conversation_id: str
    turn: int
    branch: str
    parent_exchange_id: str | None
    beside_exchange_id: str | None
    relation: str

    @property
    def order(self) -> tuple[datetime, str]:
        return self.started_at, self.exchange_id

    @property
    def place(self) -> Place:
        return self.conversation_id, self.turn, self.branch

    @property
    def branches(self) -> bool:
        """Whether a branch begins here."""
        return self.branch == self.exchange_id

    def put(self, place: Place) -> None:
        self.conversation_id, self.turn, self.branch = place


def settle_forks(links: Iterable[Link], parents: set[str]) -> list[Link]:
    """Of each of these parents' children the first goes on its branch and each other begins one; who changed.

    `links` holds all children of these parents. A retry takes the place of what it repeats.
    """
    children: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        if link.parent_exchange_id in parents and link.relation != "retry":
            children[link.parent_exchange_id or ""].append(link)
    changed: list[Link] = []
    for family in children.values():
        first, *others = sorted(family, key=lambda link: link.order)
        changed += [link for link in (first,) if _set_fork(link, forked=False)]
        changed += [link for link in others if _set_fork(link, forked=True)]
    return changed


def _set_fork(link: Link, *, forked: bool) -> bool:
    before = link.relation, link.branches
    if link.relation in ("append", "fork"):
        link.relation = "fork" if forked else "append"
    if link.branches != forked:  # else its branch is that of its parent, or its own, already
        link.branch = link.exchange_id if forked else ""
    return before != (link.relation, link.branches)


def settle_places(links: dict[str, Link], moving: Iterable[Link]) -> list[Link]:
    """Put these links where their parents' places lead, parents first; who moved."""
    moved = []
    for link in sorted(moving, key=lambda link: link.order):
        place = _place(link, links)
        if place != link.place:
            link.put(place)
            moved.append(link)
    return moved


def _place(link: Link, links: dict[str, Link]) -> Place:
    own = link.exchange_id
    parent, beside = links.get(link.parent_exchange_id or ""), links.get(link.beside_exchange_id or "")
    if parent is None:
        return (beside.conversation_id, beside.turn, own) if beside else (own, 1, own)
    turn = parent.turn + (link.relation != "retry")
    return parent.conversation_id, turn, own if link.branches else parent.branch
