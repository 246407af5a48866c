"""A case: one conversation with all that a finding may ask about it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import chain

from analytics.findings.archive import Archive
from analytics.findings.cache_calls import CacheCalls
from analytics.findings.cached import Cached
from analytics.findings.turn import Turn


class Case:
    """One conversation. `turns` are all its exchanges, retries and branches too, in the order of time.

    `latest` is the newest start among all exchanges stored: what had not happened by then may still happen.
    `archive` gives the blocks. `others` looks exchanges of other conversations up by id: those that the turns name as
    `twin_exchange_id` or `earlier_exchange_id`. `cache_calls` gives the calls as a prompt cache meets them.
    """

    def __init__(
        self,
        turns: Sequence[Turn],
        archive: Archive,
        latest: datetime,
        cache_calls: CacheCalls,
        others: Mapping[str, Turn] | None = None,
    ) -> None:
        self.turns, self.archive, self.latest, self._cache_calls = tuple(turns), archive, latest, cache_calls
        self._others = others or {}

    @property
    def conversation_id(self) -> str:
        return self.turns[0].conversation_id

    @cached_property
    def by_id(self) -> dict[str, Turn]:
        return {turn.exchange_id: turn for turn in self.turns}

    @cached_property
    def cached(self) -> tuple[Cached, ...]:
        """What the prompt cache did, by provider and key; empty where there is no doubt that it did what it could."""
        return self._cache_calls.of(self.turns)

    @cached_property
    def children(self) -> dict[str, list[Turn]]:
        """The exchanges that continue or repeat an exchange, by its id, in the order of time."""
        found: dict[str, list[Turn]] = {}
        for turn in self.turns:
            if turn.parent_exchange_id:
                found.setdefault(turn.parent_exchange_id, []).append(turn)
        return found

    def parent(self, turn: Turn) -> Turn | None:
        return self.by_id.get(turn.parent_exchange_id or "")

    def line(self, turn: Turn) -> Iterator[Turn]:
        """The exchange, its parent, its parent's parent …"""
        at: Turn | None = turn
        while at is not None:
            yield at
            at = self.parent(at)

    @cached_property
    def leaves(self) -> list[Turn]:
        """The exchanges that nothing continues: the ends of the branches."""
        return [turn for turn in self.turns if turn.exchange_id not in self.children]

    def other(self, exchange_id: str | None) -> Turn | None:
        """An exchange by its id, of this conversation or of another."""
        return self.by_id.get(exchange_id or "") or self._others.get(exchange_id or "")

    def names_others(self) -> set[str]:
        """The exchanges of other conversations that its turns name."""
        named = chain.from_iterable((turn.twin_exchange_id, turn.earlier_exchange_id) for turn in self.turns)
        return {exchange_id for exchange_id in named if exchange_id and exchange_id not in self.by_id}
