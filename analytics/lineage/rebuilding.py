"""Rebuilding: keys, links, and all that follows from them, made anew from the facts."""

from collections.abc import Callable
from itertools import batched

import duckdb
import pyarrow as pa

from analytics.garbage import no_search
from analytics.lineage.keys import offers, seeks
from analytics.lineage.linking import link_exchanges
from analytics.lineage.loading import load_facts
from analytics.store.database import sql
from analytics.store.hours import rebuild_hours

PAGE = 500


def rebuild_links(connection: duckdb.DuckDBPyConnection, advance: Callable[[int], None] = lambda done: None) -> None:
    """Forget every link and ledger and decide them again; the connection is in a transaction.

    `advance` is told after each page how many exchanges it held.
    """
    ids = [row[0] for row in connection.execute(sql("chained_exchanges")).fetchall()]
    connection.execute("delete from links")
    connection.execute("delete from ledgers")
    for page in batched(ids, PAGE):  # Python 3.12 has no `strict`
        _rebuild_keys(connection, page)
    for page in batched(ids, PAGE):  # Python 3.12 has no `strict`
        with no_search():
            link_exchanges(connection, page)
        advance(len(page))
    rebuild_hours(connection)


def _rebuild_keys(connection: duckdb.DuckDBPyConnection, page: tuple[str, ...]) -> None:
    found = load_facts(connection, page).values()
    keys = pa.list_(pa.uint64())
    columns = {
        "exchange_id": pa.array([facts.exchange_id for facts in found], pa.string()),
        "offers": pa.array([offers(facts) for facts in found], keys),
        "seeks": pa.array([seeks(facts) for facts in found], keys),
    }
    connection.register("keyed", pa.table(columns))
    connection.execute(sql("update_keys"))
    connection.unregister("keyed")
