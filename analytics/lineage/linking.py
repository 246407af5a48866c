"""Linking a batch: candidates from the store, a decision for each exchange, the wire ledger, the places.

Everything is a function of the facts that are stored by then, so that it does not matter in what order or in how many
batches they came: an exchange that arrives late unsettles the later ones that seek a key which it offers, and those
are decided again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import duckdb
import pyarrow as pa

from analytics.lineage.facts import Facts
from analytics.lineage.ledgers import Linked, ledgers
from analytics.lineage.loading import load_facts
from analytics.lineage.parent import decide
from analytics.lineage.places import Link, settle_forks, settle_places
from analytics.store.database import sql

NOTHING: Mapping[str, Facts] = MappingProxyType({})


def link_exchanges(
    connection: duckdb.DuckDBPyConnection, exchange_ids: Sequence[str], fresh: Mapping[str, Facts] = NOTHING
) -> list[datetime]:
    """Decide the lineage of these exchanges, and again that of those which they unsettle: when all of them began.

    `fresh` holds facts that need not be loaded, since they were stored just now.
    """
    if not exchange_ids:
        return []
    _hand(connection, exchange_ids)
    unsettled = [row[0] for row in connection.execute(sql("lineage_unsettled")).fetchall()]
    at_hand = dict.fromkeys((*exchange_ids, *unsettled))
    _hand(connection, at_hand)
    candidates = dict(connection.execute(sql("lineage_candidates")).fetchall())
    wanted = {*at_hand, *(y for found in candidates.values() for y in found)}
    facts = {**fresh, **load_facts(connection, wanted - fresh.keys())}
    linked = [_linked(facts[x], candidates.get(x, ()), facts) for x in at_hand if x in facts]
    if linked:
        _write(connection, linked)
    connection.unregister("at_hand")
    return [found.x.started_at for found in linked]


def _linked(x: Facts, candidates: Iterable[str], facts: Mapping[str, Facts]) -> Linked:
    return Linked(x, decide(x, [facts[y] for y in candidates if y in facts]))


def _hand(connection: duckdb.DuckDBPyConnection, exchange_ids: Iterable[str]) -> None:
    connection.register("at_hand", pa.table({"exchange_id": pa.array(list(exchange_ids), pa.string())}))


def _write(connection: duckdb.DuckDBPyConnection, linked: Sequence[Linked]) -> None:
    rows = {str(link["exchange_id"]): link for link in ledgers(connection, linked)}
    links = _load_around(connection, linked)
    parents = {link.parent_exchange_id for link in links.values() if link.exchange_id in rows}
    before = {link.exchange_id: (link.place, link.relation) for link in links.values()}
    for found in linked:
        links[found.x.exchange_id] = found.link(str(rows[found.x.exchange_id]["relation"]))
    parents |= {found.decision.parent.exchange_id for found in linked if found.decision.parent}
    forked = settle_forks(links.values(), {parent for parent in parents if parent})
    moving = {link.exchange_id: link for link in (*forked, *(links[key] for key in rows))}
    moved = [link for link in settle_places(links, moving.values()) if link.exchange_id in before]
    displaced = [link for link in moved if before[link.exchange_id][0] != link.place]
    if displaced:
        conversations = {before[link.exchange_id][0][0] for link in displaced}
        _load_conversations(connection, conversations, links, before)
        stayed = (links[key] for key, (place, _) in before.items() if place[0] in conversations)
        settle_places(links, {link.exchange_id: link for link in (*moving.values(), *stayed)}.values())
    _store(connection, rows, links, before)


def _load_around(connection: duckdb.DuckDBPyConnection, linked: Sequence[Linked]) -> dict[str, Link]:
    near = ((found.x, found.decision.parent, found.decision.beside) for found in linked)
    _hand(connection, {facts.exchange_id for three in near for facts in three if facts})
    return {link.exchange_id: link for link in _links(connection.execute(sql("links_around")))}


def _load_conversations(
    connection: duckdb.DuckDBPyConnection,
    conversations: set[str],
    links: dict[str, Link],
    before: dict[str, tuple[tuple[str, int, str], str]],
) -> None:
    connection.register("wanted", pa.table({"conversation_id": list(conversations)}))
    for link in _links(connection.execute(sql("links_of_conversations"))):
        if link.exchange_id not in links:
            links[link.exchange_id] = link
            before[link.exchange_id] = link.place, link.relation
    connection.unregister("wanted")


def _links(result: duckdb.DuckDBPyConnection) -> list[Link]:
    return [Link(*row) for row in result.fetchall()]


def _store(
    connection: duckdb.DuckDBPyConnection,
    rows: Mapping[str, dict[str, object]],
    links: Mapping[str, Link],
    before: Mapping[str, tuple[tuple[str, int, str], str]],
) -> None:
    for key, row in rows.items():
        link = links[key]
        row |= {"relation": link.relation, "conversation_id": link.conversation_id}
        row |= {"turn": link.turn, "branch": link.branch}
    schema = connection.table("links").limit(0).to_arrow_table().schema
    connection.register("batch", pa.Table.from_pylist(list(rows.values()), schema=schema))
    connection.execute(sql("delete_links"))
    connection.execute(sql("insert_links"))
    connection.unregister("batch")
    moved = [
        link
        for link in links.values()
        if link.exchange_id not in rows and before.get(link.exchange_id) != (link.place, link.relation)
    ]
    if moved:
        names = ("exchange_id", "conversation_id", "turn", "branch", "relation")
        connection.register("moved", pa.table({name: [getattr(link, name) for link in moved] for name in names}))
        connection.execute(sql("update_places"))
        connection.unregister("moved")
    _mark(connection, [links[key] for key in rows] + moved, before)


def _mark(
    connection: duckdb.DuckDBPyConnection,
    placed: Sequence[Link],
    before: Mapping[str, tuple[tuple[str, int, str], str]],
) -> None:
    """Note the conversations that these are in, or were in before, as to be examined for findings."""
    changed = {link.conversation_id for link in placed}
    changed |= {before[link.exchange_id][0][0] for link in placed if link.exchange_id in before}
    connection.register("changed", pa.table({"conversation_id": sorted(changed)}))
    connection.execute(sql("mark_unexamined"))
    connection.unregister("changed")
