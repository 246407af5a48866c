"""Billing: what a call cost, from its own row. Pure, and the same when it is read as when it is priced once more."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from math import fsum
from typing import cast

from analytics.dialects.exchange import Json, Usage
from analytics.dialects.fields import picked
from analytics.dialects.sampling import Sampling, samplings
from analytics.ledger.money import as_listed
from analytics.pricing.cost import NONE, REPORTED, Cost, joined
from analytics.pricing.pricer import Pricer

type Row = dict[str, object]

USAGE = tuple(field.name for field in fields(Usage))


def cost_columns(pricer: Pricer, row: Mapping[str, object], parameters: Json, details: Json, text_only: bool) -> Row:
    """The columns of `exchanges` that a price list has a part in.

    `row` holds the others, with `started_at` in UTC without a zone; `text_only` says that neither side holds media.
    """
    call = _Call(pricer, row, parameters, details, text_only)
    cost = call.cost()
    return {
        "cost_usd": cost.usd,
        "cost_basis": cost.basis,
        "cost_reason": cost.reason,
        "uncached_usd": cost.parts.uncached_input,
        "cache_read_usd": cost.parts.cache_read,
        "cache_write_usd": cost.parts.cache_write,
        "output_usd": cost.parts.output,
        "outside_usd": cost.parts.outside,
        "context_window": call.context_window(),
    }


def usage_of(row: Mapping[str, object]) -> Usage:
    """The usage in a row of `exchanges`."""
    return Usage(**{name: row.get(name) for name in USAGE})  # type: ignore[arg-type]  # the columns have these types


class _Call:
    """One call and the prices it is looked up in."""

    def __init__(
        self, pricer: Pricer, row: Mapping[str, object], parameters: Json, details: Json, text_only: bool
    ) -> None:
        self._pricer, self._row, self._details, self._text_only = pricer, row, details, text_only
        # What the response says of speed and place counts over what was asked for.
        self._parameters = {**parameters, **picked(details, "speed", "inference_geo")}

    def cost(self) -> Cost:
        usage = usage_of(self._row)
        cost = self._price(usage)
        if cost.basis != REPORTED:
            return self._with_outside(cost)
        listed = self._with_outside(self._price(replace(usage, reported_cost_usd=None)))
        return replace(cost, parts=as_listed(cost.usd, listed.parts))

    def context_window(self) -> int | None:
        model = self._text("response_model") or self._text("request_model")
        return self._pricer.context_window(self._provider, model, self._host) if model else None

    def _with_outside(self, cost: Cost) -> Cost:
        """The cost with that of the samplings which the usage leaves out: a part of its own."""
        found = list(samplings(self._details))
        if not found:
            return cost
        beside = [(each, self._price(each.usage, each.model)) for each in found if each.billed]
        amounts = [priced.usd for _, priced in beside if priced.usd is not None]
        unpriced = [f"{each.kind}: {priced.reason}" for each, priced in beside if priced.usd is None]
        reason = joined(cost.reason, *dict.fromkeys(unpriced), _left_out([each for each in found if not each.billed]))
        known = not unpriced and (bool(beside) or cost.parts.outside is not None)
        parts = replace(cost.parts, outside=fsum(amounts) if known else None)
        if cost.usd is None or unpriced:
            return Cost(None, NONE, reason, parts)
        return Cost(cost.usd + fsum(amounts), cost.basis, reason, parts)

    def _price(self, usage: Usage, model: str | None = None) -> Cost:
        return self._pricer.price(
            provider=self._provider,
            host=self._host,
            api=str(self._row["api"]),
            request_model=model or self._text("request_model"),
            response_model=model or self._text("response_model"),
            at=cast(datetime, self._row["started_at"]).replace(tzinfo=UTC),
            usage=usage,
            service_tier=self._text("service_tier"),
            parameters=self._parameters,
            text_only=self._text_only,
            path=self._text("path") or "",
        )

    @property
    def _provider(self) -> str:
        return str(self._row["provider"])

    @property
    def _host(self) -> str:
        return str(self._row["host"])

    def _text(self, name: str) -> str | None:
        value = self._row.get(name)
        return value if isinstance(value, str) and value else None


def _left_out(found: Sequence[Sampling]) -> str | None:
    """What the cost leaves out, since nobody can tell from here whether it is billed."""
    models = ", ".join(dict.fromkeys(each.model or "a model" for each in found))
    return f"without {models}, which declined: billed or not by how far it came" if models else None
