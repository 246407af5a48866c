"""Rebuilding: keys, links, and all that follows from them, made anew from the facts."""

from collections.abc import Callable, Collection
from datetime import datetime
from itertools import batched

import duckdb
import pyarrow as pa

from analytics.garbage import no_search
from analytics.lineage.keys import offers, seeks
from analytics.lineage.linking import link_exchanges
from analytics.lineage.loading import load_facts
from analytics.store.database import sql
from analytics.store.hours import settle_hours

PAGE = 500


def rebuild_links(
    connection: duckdb.DuckDBPyConnection,
    advance: Callable[[int], None] = lambda done: None,
    only: Collection[str] | None = None,
) -> None:
    """Forget the links and ledgers of `only` these exchanges, or of all, and decide them again, in a transaction.

    What these decisions unsettle elsewhere is decided again, too. `advance` is told after each page how many exchanges
    it held.
    """
    chained = (row[0] for row in connection.execute(sql("chained_exchanges")).fetchall())
    ids = [exchange_id for exchange_id in chained if only is None or exchange_id in only]
    _forget(connection, ids)
    for page in batched(ids, PAGE):  # Python 3.12 has no `strict`
        _rebuild_keys(connection, page)
    moments: set[datetime] = set()
    for page in batched(ids, PAGE):  # Python 3.12 has no `strict`
        with no_search():
            moments.update(link_exchanges(connection, page))
        advance(len(page))
    settle_hours(connection, moments)


def _forget(connection: duckdb.DuckDBPyConnection, exchange_ids: list[str]) -> None:
    connection.register("batch", pa.table({"exchange_id": pa.array(exchange_ids, pa.string())}))
    connection.execute(sql("delete_links"))
    connection.execute(sql("delete_ledgers"))
    connection.unregister("batch")


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
