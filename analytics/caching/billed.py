"""A stored call with what it was billed, and the rates it was billed at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from analytics.caching.bill import InputCost
from analytics.caching.call import Call, Outcome
from analytics.dialects.exchange import Usage
from analytics.pricing.charges import charged
from analytics.pricing.cost import REPORTED, Rates
from analytics.pricing.pricer import Pricer, asked_ttl

type Row = Mapping[str, object]
type Scope = tuple[str, str]


@dataclass(frozen=True, slots=True)
class BilledCall:
    """A call, whose cache it used (`scope`: provider and key), and what its input was billed."""

    call: Call
    scope: Scope
    usage: Usage
    paid: InputCost
    row: Row

    def rates(self, pricer: Pricer) -> Rates:
        """The call's own rates per million tokens; scaled to the bill where the provider itself reported the cost."""
        row, parameters = self.row, dict(self.call.parameters)
        rates = pricer.rates_for(
            provider=self.scope[0],
            host=str(row["host"]),
            request_model=_text(row["request_model"]),
            response_model=_text(row["response_model"]),
            at=datetime.fromtimestamp(self.call.started_at, UTC),
            service_tier=_text(row["service_tier"]),
            parameters=parameters | _spoken(row["details"]),
            input_tokens=self.call.input_tokens,
            # Input is priced; a picture that was made has no part in it.
            text_only=True,
        )
        parts = charged(self.usage, rates, output_billed=False).parts
        listed = InputCost(parts.uncached_input, parts.cache_read, parts.cache_write).usd
        if row["cost_basis"] != REPORTED or not listed or self.paid.usd is None:
            return rates
        return rates.times(self.paid.usd / listed)


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


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _spoken(details: object) -> dict[str, object]:
    """What the response says of speed and place counts over what was asked for."""
    found = orjson.loads(details) if isinstance(details, str) else {}
    return {name: found[name] for name in ("speed", "inference_geo") if found.get(name)}
