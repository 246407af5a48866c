"""A part that is made anew comes out as it does with all the rest."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import duckdb
import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.pricing.pricer import Pricer
from analytics.rebuilding import calls_anew, rebuild
from analytics.record import Body, Record, Who
from analytics.reporting import Selection
from tests.analytics.lineage.test_order import WAYS, Client
from tests.analytics.lineage.traffic import fresh, store
from tests.analytics.test_background import TRAFFIC

LISTED = Pricer()
APPS = "shop", "desk", None
# What may be wrong with what is derived from the chosen calls.
DAMAGES = (
    "delete from links where exchange_id in (from wrong)",
    "update links set conversation_id = 'lost', turn = 7, relation = 'fork' where exchange_id in (from wrong)",
    "update links set parent_exchange_id = null, resent_bytes = 0 where exchange_id in (from wrong)",
    "delete from ledgers where exchange_id in (from wrong)",
    "update ledgers set new_tokens = 0, resent_usd = 1 where exchange_id in (from wrong)",
    "update exchanges set cost_usd = 7, cost_basis = 'none' where exchange_id in (from wrong)",
    "update exchanges set usage_from = null, usage_basis = 'none', usage_raw = null, input_tokens = null, "
    "output_tokens = null where usage_from is not null and exchange_id in (from wrong)",
    "update chains set offers = [], seeks = [] where exchange_id in (from wrong)",
    "delete from hours where hour in (select date_trunc('hour', started_at) from exchanges semi join wrong "
    "using (exchange_id))",
    "update findings set advice = 'Nothing.', conversation_id = 'lost' where exchange_id in (from wrong)",
    "delete from findings where exchange_id in (from wrong)",
    "insert into ledgers (exchange_id) values ('nobody')",
)


def traffic(seed: int, ways: Sequence[str]) -> list[Record]:
    """Calls of a client that goes on from any earlier one, each an app's and with usage, and a background response."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    client = Client(chance)
    calls = [client.call(way) for way in ways]
    return [replace(_metered(call, chance), who=Who(chance.choice(APPS))) for call in (*calls, *TRAFFIC)]


def _metered(record: Record, chance: random.Random) -> Record:
    answer = orjson.loads(record.response.data)
    if record.api != "openai.chat" or "choices" not in answer:
        return record
    given, cached = chance.randint(50, 3000), chance.choice((0, 0, 40))
    usage = {"prompt_tokens": given, "completion_tokens": 9, "prompt_tokens_details": {"cached_tokens": cached}}
    return replace(record, response=Body(orjson.dumps(answer | {"usage": usage})))


def chosen(chance: random.Random, records: Sequence[Record]) -> Selection:
    """Some of these calls, by app or by time or by both."""
    at = sorted(chance.choice(records).started_at for _ in range(2))
    since, until = (datetime.fromtimestamp(moment, UTC).replace(tzinfo=None) for moment in at)
    by_time = chance.choice((Selection(since, until), Selection(since), Selection(until=until), Selection()))
    return replace(by_time, app=chance.choice(APPS))


def everything(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    names = [row[0] for row in connection.execute("select table_name from duckdb_tables() order by all").fetchall()]
    return {name: connection.table(name).order("all").fetchall() for name in names}


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 2**32),
    st.lists(st.sampled_from(WAYS), min_size=2, max_size=20),
    st.integers(0, 2**32),
    st.sets(st.sampled_from(DAMAGES)),
)
def test_a_part_made_anew_is_what_it_was_whatever_was_wrong_with_it(
    seed: int, ways: list[str], choice: int, damages: set[str]
) -> None:
    records = traffic(seed, ways)
    connection = fresh()
    store(connection, records)
    rebuild(connection, LISTED)
    expected = everything(connection)
    selection = chosen(random.Random(choice), records)  # noqa: S311  # no secret
    calls_anew(connection, selection)
    connection.execute("create temp table wrong as select exchange_id from exchanges where "
                       "started_at >= getvariable('since') and started_at < getvariable('until') "
                       "and (getvariable('app') is null or app = getvariable('app'))")  # fmt: skip
    connection.execute("drop table anew")
    for damage in sorted(damages):
        connection.execute(damage)
    connection.execute("drop table wrong")
    made = rebuild(connection, LISTED, selection=selection)
    assert everything(connection) == expected
    assert made.exchanges <= made.stored_exchanges == len(records)
