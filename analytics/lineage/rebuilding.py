"""Rebuilding: keys and links made anew from the facts."""

from itertools import batched

import duckdb
import pyarrow as pa

from analytics.lineage.keys import offers, seeks
from analytics.lineage.linking import link_exchanges
from analytics.lineage.loading import load_facts
from analytics.store.database import sql

PAGE = 500


def rebuild_links(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget every link and decide it again; the connection is in a transaction, or each page is one."""
    ids = [row[0] for row in connection.execute(sql("chained_exchanges")).fetchall()]
    connection.execute("delete from links")
    for page in batched(ids, PAGE):  # Python 3.12 has no `strict`
        _rebuild_keys(connection, page)
    for page in batched(ids, PAGE):  # Python 3.12 has no `strict`
        link_exchanges(connection, page)


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
