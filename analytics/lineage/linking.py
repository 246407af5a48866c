"""Linking (being written)."""

from collections.abc import Sequence

import duckdb


def link_exchanges(connection: duckdb.DuckDBPyConnection, exchange_ids: Sequence[str]) -> None:
    """Decide the lineage of these exchanges."""
