"""Rebuilding: everything derived, made anew from the facts, after which it is what it was.

A part of it is a choice of calls, with the whole conversations that they are in: these are the calls made `anew`. What
others have from them is made anew as well, as it is when a call arrives late: links that they unsettle, the hours that
they are in, and the findings of the conversations next to theirs. So a part comes out as it does with all the rest.

What is derived is listed in `DERIVED`, each before what is made from it, and nowhere else.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched

import duckdb
import pyarrow as pa

from analytics.background import tell_usage
from analytics.findings.examination import examine
from analytics.lineage.rebuilding import rebuild_links
from analytics.pricing.pricer import Pricer
from analytics.reporting import Selection, choose
from analytics.repricing import price_stored
from analytics.store.database import create_views, sql
from analytics.store.hours import settle_hours

PAGE = 2000
EVERYTHING = Selection()
# Told after each page by how many exchanges the work went on.
type Advance = Callable[[int], None]
# Makes one kind of derived data; without a pricer costs stay what they are.
type Make = Callable[[duckdb.DuckDBPyConnection, Pricer | None, Advance], None]


@dataclass(frozen=True, slots=True)
class Derived:
    """One kind of derived data: what a person calls it, and how it is forgotten and made again."""

    name: str
    make: Make


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The calls and conversations that were made anew, of how many, and how many calls cost something else than before.

    The costs (USD) are those of the calls made anew.
    """

    exchanges: int
    stored_exchanges: int
    conversations: int
    stored_conversations: int
    repriced: int
    cost_before_usd: float | None
    cost_usd: float | None


def rebuild(
    connection: duckdb.DuckDBPyConnection,
    pricer: Pricer | None,
    progress: Callable[[str], Advance] = lambda name: lambda done: None,
    selection: Selection = EVERYTHING,
) -> Rebuilt:
    """Make what is derived anew, in the connection's transaction: it is all there, or nothing of it.

    All of it, or that of the conversations with a chosen call, and of chosen calls that are in none.
    `pricer` prices the calls at the time they were made; without one their costs are kept. `progress` is told the name
    of each part as it begins, and gives who is to be told how it goes on.
    """
    calls_anew(connection, selection)
    connection.execute(sql("delete_strays"))
    connection.execute(sql("costs_before"))
    for derived in DERIVED:
        derived.make(connection, pricer, progress(derived.name))
    found = connection.execute(sql("rebuilt")).fetchone()
    connection.execute("drop table costs_before")
    connection.execute("drop table anew")
    return Rebuilt(*(found or (0, 0, 0, 0, 0, None, None)))


def calls_anew(connection: duckdb.DuckDBPyConnection, selection: Selection) -> int:
    """Tell the connection, which may be read-only, which calls are made anew; how many they are."""
    choose(connection, selection)
    connection.execute(sql("calls_anew"))
    return len(connection.table("anew"))


def _make_costs(connection: duckdb.DuckDBPyConnection, pricer: Pricer | None, advance: Advance) -> None:
    """Usage that another call told, and every cost."""
    if pricer is None:
        return
    connection.execute(sql("forget_told_usage"))
    for page in _pages(connection, "exchange_ids"):
        price_stored(connection, page, pricer)
        advance(len(page))
    for page in _pages(connection, "polling_ids"):
        _join(connection, tell_usage(connection, page, pricer))


def _join(connection: duckdb.DuckDBPyConnection, told: Sequence[str]) -> None:
    """Make these calls anew, too: a call that is made anew told what they used."""
    connection.register("told", pa.table({"exchange_id": pa.array(told, pa.string())}))
    connection.execute(sql("join_anew"))
    connection.unregister("told")


def _make_links(connection: duckdb.DuckDBPyConnection, pricer: Pricer | None, advance: Advance) -> None:
    """Conversations with both of their ledgers, wire and billed."""
    rebuild_links(connection, advance, {row[0] for row in connection.execute(sql("exchange_ids")).fetchall()})


def _make_hours(connection: duckdb.DuckDBPyConnection, pricer: Pricer | None, advance: Advance) -> None:
    settle_hours(connection, (row[0] for row in connection.execute(sql("hours_anew")).fetchall()))


def _make_views(connection: duckdb.DuckDBPyConnection, pricer: Pricer | None, advance: Advance) -> None:
    create_views(connection)


def _make_findings(connection: duckdb.DuckDBPyConnection, pricer: Pricer | None, advance: Advance) -> None:
    connection.execute(sql("forget_findings"))
    while examine(connection, pricer=pricer):
        pass


def _pages(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[Sequence[str]]:
    return batched((row[0] for row in connection.execute(sql(query)).fetchall()), PAGE)  # 3.12 has no `strict`


DERIVED: tuple[Derived, ...] = (
    Derived("Costs", _make_costs),
    Derived("Conversations and ledgers", _make_links),
    Derived("Hours", _make_hours),
    Derived("Views", _make_views),
    Derived("Findings", _make_findings),
)
