"""The ledger of one exchange: its row of `ledgers` from its own facts, its parent's, and what was sent. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from analytics.billing import usage_of
from analytics.dialects.exchange import Usage
from analytics.ledger.billed import UNKNOWN, Metered, Sent, as_read, billed
from analytics.ledger.classes import classes_of
from analytics.ledger.composition import KINDS, NO_COUNTS, Counts, composition
from analytics.ledger.money import money
from analytics.pricing.cost import CostParts

type Row = dict[str, object]

PAID = {"uncached_input": "uncached_usd", "cache_read": "cache_read_usd", "cache_write": "cache_write_usd"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger knows of one exchange, all of it the exchange's own. `replied` are the reply's blocks.

    `full` is whether it was captured with its texts.
    """

    exchange_id: str
    metered: Metered
    usage: Usage
    paid: CostParts
    request: Counts
    echo: Counts
    replied: tuple[bytes, ...] = ()
    full: bool = False


def entry_of(row: Mapping[str, object]) -> Entry:
    """The entry of a row of `exchanges` with its columns of `meters`."""
    usage = usage_of(row)
    return Entry(
        exchange_id=str(row["exchange_id"]),
        metered=_metered(row, usage),
        usage=usage,
        paid=CostParts(**{part: cast("float | None", row.get(column)) for part, column in PAID.items()}),
        request=_counts(row.get("request")),
        echo=_counts(row.get("echo")),
        replied=tuple(
            bytes.fromhex(block.replace("-", "")) for block in cast("Sequence[str]", row.get("reply_hashes") or ())
        ),
        full=row.get("content") == "full",
    )


def ledger_row(x: Entry, parent: Entry | None, sent: Sent | None) -> Row:
    """The row: the four parts of the input, what it is made of, and the money of each part.

    `sent` is None where the parent is ambiguous: then it is not known what was sent before.
    """
    sent, known = as_read(x.metered, sent or Sent()), sent is not None
    bill = billed(x.metered, parent.metered if parent else None, sent) if known else UNKNOWN
    worth = money(bill, classes_of(x.usage), x.paid)
    return {
        "exchange_id": x.exchange_id,
        "resent_tokens": bill.resent,
        "echoed_tokens": bill.echoed,
        "new_tokens": bill.new,
        "remembered_tokens": bill.remembered,
        "token_basis": bill.token_basis,
        "echo_basis": bill.echo_basis,
        "resent_usd": worth.resent,
        "echoed_usd": worth.echoed,
        "new_usd": worth.new,
        "remembered_usd": worth.remembered,
        **_composition("", [(bill.resent, sent.resent), (bill.echoed, sent.echoed), (bill.new, sent.new)]),
        **_composition("new_", [(bill.new, sent.new)]),
    }


def _composition(prefix: str, parts: Sequence[tuple[int | None, Counts]]) -> Row:
    known = [(tokens, counts) for tokens, counts in parts if tokens is not None]
    sums = composition(known) if len(known) == len(parts) else [None] * len(KINDS)
    return {f"{prefix}{kind}_tokens": tokens for kind, tokens in zip(KINDS, sums, strict=True)}


def _metered(row: Mapping[str, object], usage: Usage) -> Metered:
    model, state = row.get("response_model") or row.get("request_model"), row.get("state_ref")
    return Metered(
        input_tokens=usage.input_tokens,
        prompt_tokens=cast("int | None", row.get("prompt_tokens")),
        cache_read_tokens=usage.cache_read_tokens,
        output_tokens=usage.output_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        model=f"{row.get('provider')}/{model}" if model else None,
        state=state.partition(":")[0] if isinstance(state, str) else None,
        looped=row.get("looped") is True,
        reply=_counts(row.get("reply")),
    )


def _counts(value: object) -> Counts:
    return tuple(value) if isinstance(value, list | tuple) and len(value) == len(KINDS) else NO_COUNTS
