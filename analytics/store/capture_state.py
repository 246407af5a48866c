"""What was lost and what was set aside, copied from the spool so that whoever reads the database sees it."""

from collections.abc import Sequence

import duckdb


def write_capture_state(
    connection: duckdb.DuckDBPyConnection,
    spool_id: str,
    losses: Sequence[tuple[str, str, int]],
    set_aside: Sequence[tuple[str, str]],
) -> None:
    """Replace this spool's counts: (reason, day, count) and (exchange_id, error)."""
    connection.execute("delete from losses where spool_id = ?", [spool_id])
    for reason, day, count in losses:
        connection.execute("insert into losses values (?, ?, ?, ?)", [spool_id, reason, day, count])
    connection.execute("delete from set_aside where spool_id = ?", [spool_id])
    for exchange_id, error in set_aside:
        connection.execute("insert into set_aside values (?, ?, ?)", [spool_id, exchange_id, error])
