"""What queries on the public tables cost, as a notebook or a page asks them: open, query, close.

    python -m benchmarks.bench_queries [--calls 50000] [--db tokenecho.duckdb]

Without a database, made-up calls are written by SQL: 90 days, a hundred people, conversations of 37 turns. The best of
three is given, in wall time and in CPU time of all threads together; the machine may have other work.
"""

import argparse
import tempfile
import time
from pathlib import Path

from analytics.store.database import Database
from analytics.store.hours import rebuild_hours
from benchmarks.figures import Row, print_machine, print_table

HEAD = ("query", "rows", "wall ms", "CPU ms")
ROUNDS = 3
# A conversation is asked for by its id, as a page does.
OPENED = "select conversation_id from conversations order by started_at desc limit 1 offset 10"
QUERIES = {
    "calls by day and model": """
        select started_at::date, response_model, count(*), sum(input_tokens), sum(cost_usd)
        from exchanges group by all""",
    "calls of a team in a month": """
        select client, count(*), sum(cost_usd) from exchanges
        where team = (select min(team) from exchanges)
          and started_at > (select max(started_at) - interval 30 day from exchanges) group by all""",
    "time to the first byte by model": """
        select response_model, quantile_cont(ttft_ms, [0.5, 0.95]) from exchanges group by all""",
    "the newest 50 calls": "select * from exchanges order by started_at desc, exchange_id limit 50",
    "echo by relation": "select relation, sum(resent_tokens), sum(resent_usd) from turns group by all",
    "echo by app": """
        select app, sum(input_tokens), sum(resent_tokens + echoed_tokens), sum(cost_usd)
        from exchanges join turns using (exchange_id) group by all""",
    "the ten most expensive conversations": "select * from conversations order by cost_usd desc limit 10",
    "conversations of a team": """
        select * from conversations where team = (select min(team) from exchanges) order by started_at desc limit 50""",
    "cache reads by model": "select model, sum(cache_read_usd), avg(cache_hit_share) from turn_costs group by all",
    "one conversation's turns": "select * from turns where conversation_id = $opened order by started_at",
    "one conversation's costs": "select * from turn_costs where conversation_id = $opened order by started_at",
    "by the hour: all of it by day and model": """
        select hour::date, model, sum(calls), sum(input_tokens), sum(resent_tokens), sum(cost_usd), sum(resent_usd)
        from hours group by all""",
    "by the hour: totals": """
        select sum(calls), sum(input_tokens), sum(resent_tokens + echoed_tokens), sum(cost_usd) from hours""",
    "by the call: the same totals": """
        select count(*), sum(input_tokens), sum(resent_tokens + echoed_tokens), sum(cost_usd)
        from exchanges left join turns using (exchange_id)""",
}  # fmt: skip


def filled(path: Path, calls: int) -> Database:
    """A database of made-up calls."""
    database = Database(path)
    with database.writing() as connection:
        connection.execute(f"set variable calls = {calls:d}")
        connection.execute(Path(__file__).with_name("calls.sql").read_text("utf-8"))
        rebuild_hours(connection)
    return database


def row(database: Database, name: str, opened: str) -> Row:
    """The best of some rounds."""
    best, rows = (float("inf"), float("inf")), 0
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        with database.reading() as connection:
            asked = {"opened": opened} if "$opened" in QUERIES[name] else None
            rows = len(connection.execute(QUERIES[name], asked).fetchall())
        best = min(best, (time.perf_counter() - wall, time.process_time() - cpu))
    return name, f"{rows:,}", f"{best[0] * 1e3:.0f}", f"{best[1] * 1e3:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--db", type=Path, help="a database of yours instead")
    given = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory() as place:
        database = Database(given.db) if given.db else filled(Path(place, "tokenecho.duckdb"), given.calls)
        with database.reading() as connection:
            counts = connection.execute(
                "select (select count(*) from exchanges), (select count(*) from hours)"
            ).fetchone()
            opened = connection.execute(OPENED).fetchone()
        print("{:,} calls, {:,} rows by the hour\n".format(*(counts or (0, 0))))
        print_table(HEAD, [row(database, name, opened[0] if opened else "") for name in QUERIES])


if __name__ == "__main__":
    main()
