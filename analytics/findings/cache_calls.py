"""The calls of conversations whose cache has to be looked at, loaded together when the first of them is asked for."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

import duckdb

from analytics.caching.billed import BilledCall
from analytics.caching.loading import CallLoader
from analytics.findings.cache_doubt import doubtful
from analytics.findings.cached import Cached
from analytics.findings.turn import Turn
from analytics.pricing.pricer import Pricer


class CacheCalls:
    """Of these turns, sorted by conversation, the ones that are in doubt."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, turns: Sequence[Turn], pricer: Pricer) -> None:
        self._connection, self._turns, self._pricer = connection, turns, pricer
        self._billed: dict[str, list[list[BilledCall]]] | None = None

    def of(self, turns: Sequence[Turn]) -> tuple[Cached, ...]:
        """A conversation's calls by provider and key; none where there is no doubt."""
        by_id = {turn.exchange_id: turn for turn in turns}
        found = self._load().get(turns[0].conversation_id, [])
        rates = {each.call.call_id: each.rates(self._pricer) for calls in found for each in calls}
        return tuple(Cached(by_id, calls, rates) for calls in found)

    def _load(self) -> dict[str, list[list[BilledCall]]]:
        if self._billed is None:
            self._billed = {}
            conversation_of = dict(self._doubtful())
            loaded = CallLoader(self._connection).load(conversation_of) if conversation_of else {}
            for calls in loaded.values():
                mine: dict[str, list[BilledCall]] = {}
                for each in calls:
                    mine.setdefault(conversation_of[each.call.call_id], []).append(each)
                for conversation, found in mine.items():
                    self._billed.setdefault(conversation, []).append(found)
        return self._billed

    def _doubtful(self) -> Iterator[tuple[str, str]]:
        for conversation, group in groupby(self._turns, attrgetter("conversation_id")):
            turns = list(group)
            if doubtful(turns):
                yield from ((turn.exchange_id, conversation) for turn in turns)
