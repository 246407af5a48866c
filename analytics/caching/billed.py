"""A stored call with what it was billed, and the rates it was billed at."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import orjson

from analytics.caching.bill import InputCost
from analytics.caching.call import Call, Outcome
from analytics.dialects.exchange import Usage
from analytics.pricing.charges import charged
from analytics.pricing.cost import REPORTED, Rates
from analytics.pricing.pricer import Pricer, asked_ttl

type Scope = tuple[str, str]


class Row(NamedTuple):
    """The columns of `caching_calls.sql`, in their order; docs/tables.md says what those of the public tables mean."""

    exchange_id: str
    provider: str
    key_fingerprint: str | None
    api: str
    host: str
    request_model: str | None
    response_model: str | None
    started_at: float
    first_byte_at: float | None
    preamble_hash: bytes | None
    stem: bytes | None
    tail: bytes
    reply_hashes: list[bytes] | None
    state_ref: str | None
    session_hint: str | None
    service_tier: str | None
    parameters: str | None
    details: str | None
    input_tokens: int
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    cache_write_5m_tokens: int | None
    cache_write_30m_tokens: int | None
    cache_write_1h_tokens: int | None
    cache_write_12h_tokens: int | None
    cost_basis: str | None
    uncached_usd: float | None
    cache_read_usd: float | None
    cache_write_usd: float | None
    parent_exchange_id: str | None

    @property
    def model(self) -> str:
        return self.response_model or self.request_model or ""

    @property
    def usage(self) -> Usage:
        """What was billed as input."""
        return Usage(
            input_tokens=self.input_tokens,
            cache_read_tokens=self.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens,
            cache_write_5m_tokens=self.cache_write_5m_tokens,
            cache_write_30m_tokens=self.cache_write_30m_tokens,
            cache_write_1h_tokens=self.cache_write_1h_tokens,
            cache_write_12h_tokens=self.cache_write_12h_tokens,
        )


@dataclass(frozen=True, slots=True)
class BilledCall:
    """A call, whose cache it used (`scope`: provider and key), and what its input was billed."""

    call: Call
    scope: Scope
    paid: InputCost
    row: Row

    @property
    def usage(self) -> Usage:
        """What its input was billed as."""
        return self.row.usage

    def rates(self, pricer: Pricer) -> Rates:
        """The call's own rates per million tokens; scaled to the bill where the provider itself reported the cost."""
        row = self.row
        rates = pricer.rates_for(
            provider=self.scope[0],
            host=row.host,
            request_model=row.request_model,
            response_model=row.response_model,
            at=datetime.fromtimestamp(self.call.started_at, UTC),
            service_tier=row.service_tier,
            parameters={**self.call.parameters, **_spoken(row.details)},
            input_tokens=self.call.input_tokens,
            # Input is priced; a picture that was made has no part in it.
            text_only=True,
        )
        return self._as_reported(rates) if row.cost_basis == REPORTED else rates

    def _as_reported(self, rates: Rates) -> Rates:
        parts = charged(self.usage, rates, output_billed=False).parts
        listed = InputCost(parts.uncached_input, parts.cache_read, parts.cache_write).usd
        return rates.times(self.paid.usd / listed) if listed and self.paid.usd is not None else rates


def as_billed(billed: BilledCall) -> Outcome:
    """What the provider reported, as an outcome; writes that it does not split have the lifetime asked for."""
    usage, rule = billed.usage, billed.call.rule
    read, written = usage.cache_read_tokens or 0, usage.cache_write_tokens or 0
    split: dict[str, int] = {
        ttl: getattr(usage, f"cache_write_{ttl}_tokens") or 0 for ttl in ("5m", "30m", "1h", "12h")
    }
    asked = asked_ttl(billed.call.parameters)
    ttl = asked if asked and asked in rule.ttls else rule.ttl or "5m"
    split[ttl] = split.get(ttl, 0) + written - sum(split.values())
    writes = tuple((ttl, tokens) for ttl, tokens in split.items() if tokens)
    return Outcome(billed.call.call_id, read, writes, billed.call.input_tokens - read - written, read)


def _spoken(details: str | None) -> dict[str, object]:
    """What the response says of speed and place counts over what was asked for."""
    found = orjson.loads(details) if details else {}
    return {name: found[name] for name in ("speed", "inference_geo") if found.get(name)}
