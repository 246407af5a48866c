"""The calls that a comparison is about, with those around them that share their caches."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from analytics.caching.billed import BilledCall, Scope
from analytics.caching.loading import CallLoader
from analytics.caching.prompt import EMPTY, Prefix, Prompt
from analytics.pricing.pricer import UNBILLED
from analytics.reporting import Row, Selection, choose, one_conversation, rows
from analytics.store.database import sql

type Group = tuple[BilledCall, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A call that the comparison is about. `usd` is what it was billed, None where that is unknown."""

    exchange_id: str
    conversation_id: str
    turn: int
    relation: str
    provider: str
    api: str
    model: str | None
    stateful: bool
    usd: float | None


@dataclass(frozen=True, slots=True)
class Traffic:
    """The chosen calls in the order of their starts, and groups of calls that no other group can share a cache with.

    A chosen call whose caching rule is unknown, or whose prompt was not seen, is in no group.
    """

    chosen: tuple[Chosen, ...]
    groups: tuple[Group, ...]

    @property
    def loaded(self) -> int:
        """The calls in all groups."""
        return sum(map(len, self.groups))


def load_traffic(
    connection: duckdb.DuckDBPyConnection, selection: Selection, conversation: str | None = None
) -> Traffic:
    """The calls of the selection, all or those of the conversation whose id begins so, and what was sent around them.

    Around them are the other calls of their conversations, and those with the same instructions from a day before the
    first chosen call (the longest documented lifetime of a cache) up to the last, the latest 20,000 of them.
    Raises DatabaseError where there is no such conversation, or several.
    """
    choose(connection, selection)
    whole = one_conversation(connection, conversation) if conversation else None
    connection.execute("set variable conversation = ?::varchar", [whole])
    chosen = tuple(_chosen(row) for row in rows(connection, "whatif_calls") if row["api"] not in UNBILLED)
    scopes = CallLoader(connection).load(_around(connection, [call.exchange_id for call in chosen]))
    return Traffic(chosen, tuple(_groups(scopes.items())))


def _chosen(row: Row) -> Chosen:
    usd, model = row["cost_usd"], row["model"]
    return Chosen(
        exchange_id=str(row["exchange_id"]),
        conversation_id=str(row["conversation_id"]),
        turn=row["turn"] if isinstance(row["turn"], int) else 0,
        relation=str(row["relation"]),
        provider=str(row["provider"]),
        api=str(row["api"]),
        model=str(model) if model else None,
        stateful=bool(row["stateful"]),
        usd=usd if isinstance(usd, float) else None,
    )


def _around(connection: duckdb.DuckDBPyConnection, exchange_ids: Sequence[str]) -> list[str]:
    """These calls and those around them."""
    connection.register("wanted", pa.table({"exchange_id": pa.array(list(exchange_ids), pa.string())}))
    found = connection.execute(sql("whatif_around")).fetchall()
    connection.unregister("wanted")
    return [str(exchange_id) for exchange_id, api in found if api not in UNBILLED]


def _groups(scopes: Iterable[tuple[Scope, Sequence[BilledCall]]]) -> Iterator[Group]:
    """Calls of one organisation and model whose prompts begin with the same block: nobody else can read their cache."""
    firsts: dict[Prefix, Prefix] = {EMPTY: EMPTY}
    for _, calls in scopes:
        groups: dict[tuple[str, Prefix], list[BilledCall]] = {}
        for billed in calls:
            groups.setdefault((billed.call.model, _first(billed.call.prompt, firsts)), []).append(billed)
        yield from map(tuple, groups.values())


def _first(prompt: Prompt, firsts: dict[Prefix, Prefix]) -> Prefix:
    """The first block of a prompt. Every prefix is walked once."""
    node = prompt.preamble if prompt.preamble.depth else prompt.history
    walked = []
    while node not in firsts and node.depth > 1 and node.parent:
        walked.append(node)
        node = node.parent
    first = firsts.get(node, node)
    firsts.update(dict.fromkeys((*walked, node), first))
    return first
