"""Background responses: what a later call tells of the usage of the call that made the response.

`POST /responses` with `background: true` answers before there is any usage; `GET /responses/ID` brings it, as often as
a client polls. It counts once, for the call that made the response: there is the request, and there the conversation.
https://developers.openai.com/api/docs/guides/background
"""

from collections.abc import Iterable
from dataclasses import asdict

import duckdb
import orjson
import pyarrow as pa

from analytics.billing import Row
from analytics.dialects.exchange import Usage
from analytics.dialects.fields import obj
from analytics.dialects.openai_responses import OpenAIResponses
from analytics.pricing.pricer import Pricer
from analytics.repricing import price_stored, write
from analytics.store.database import sql


def tell_usage(connection: duckdb.DuckDBPyConnection, exchange_ids: Iterable[str], pricer: Pricer) -> list[str]:
    """Settle the usage of the responses that these calls made or fetched; the ids of the calls that changed.

    What comes out follows from the calls that are stored by then, not from the order in which they came.
    """
    at_hand = list(exchange_ids)
    if not at_hand:
        return []
    connection.register("at_hand", pa.table({"exchange_id": pa.array(at_hand, pa.string())}))
    found = connection.execute(sql("background_responses")).fetchall()
    connection.unregister("at_hand")
    write(connection, "update_usage", [_told(*row) for row in found])
    changed = [row[0] for row in found]
    if changed:
        price_stored(connection, changed, pricer)
    return changed


def _told(exchange_id: str, usage_from: str | None, raw: str | None) -> Row:
    usage = OpenAIResponses().usage(obj(orjson.loads(raw))) if raw else Usage()
    return {
        "exchange_id": exchange_id,
        "usage_from": usage_from,
        "usage_basis": "reported" if usage.reported else "none",
        "usage_raw": raw,
        **asdict(usage),
    }
