"""Narrowing: a connection whose tables and views hold the chosen calls only."""

import duckdb

from analytics.reporting import Selection, choose
from analytics.store.database import sql
from analytics.store.hours import rebuild_hours

# What the file's own tables are then under, whatever the file is called.
WHOLE = "stored"
# Tables of what is no call's, or of calls that were never read: they stay as they are, whatever is chosen.
KEPT = frozenset({"meta", "losses", "set_aside"})


def narrow(
    connection: duckdb.DuckDBPyConnection, selection: Selection, *, at_once: bool = False, hourly: bool = True
) -> int:
    """Have the connection's queries find these calls only, and what belongs to them; how many calls that are.

    The connection may be read-only: what they find are views in memory, added up and followed anew over these calls.
    From then on nothing can be written. All calls stay where they are, as `stored.exchanges` and so on; where nothing
    is chosen that name is all that changes. Histories are followed by each query that asks for them, or `at_once`. To
    add up `hours` takes as long as to read the calls: who asks for none says so (`hourly`), and finds that table empty.
    """
    _name_it(connection)
    if selection.given:
        choose(connection, selection)
        connection.execute(sql("chosen_tables"))
        connection.execute(sql("conversations"))
        if hourly:
            rebuild_hours(connection)
        if at_once:
            connection.execute(sql("followed_histories"))
        connection.execute("begin transaction read only")
    return len(connection.table("exchanges"))


def _name_it(connection: duckdb.DuckDBPyConnection) -> None:
    (name,) = connection.execute("select current_database()").fetchone() or (WHOLE,)
    if name != WHOLE:
        # A name cannot be a parameter, only be quoted; DuckDB gives the file's own, whatever it holds.
        connection.execute('alter database "{}" set alias to stored'.format(name.replace('"', '""')))
