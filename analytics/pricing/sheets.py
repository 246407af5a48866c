"""A call's rates by genai-prices: by who served it, which model, when, in which tier and where, for each size."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

from analytics.pricing.cost import GENAI_PRICES, Rates, joined
from analytics.pricing.listing import REQUEST_FIRST, Listed, find_listed, has_variant, list_of, prices_at
from analytics.pricing.rates import rates_of, sizes
from analytics.pricing.rules import STANDARD_TIERS_OF, surcharge


@dataclass(frozen=True, slots=True)
class Asked:
    """What a price depends on, but for the size of the call. `slot` is the half-hour (UTC) it falls in."""

    provider: str
    host: str
    request_model: str
    response_model: str
    slot: datetime
    tier: str = ""
    speed: str = ""
    geo: str = ""
    text_only: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rates by size: `rates[i]` holds above `starts[i]` input tokens (a cliff: it prices every token of the call)."""

    starts: tuple[int, ...]
    rates: tuple[Rates, ...]

    def at(self, input_tokens: int | None) -> Rates:
        """The rates of a call of that size; the base rates where nobody reported the size."""
        size = max(input_tokens or 0, 0)
        return next(rates for start, rates in zip(self.starts, self.rates, strict=True) if size > start)


def slot_of(at: datetime) -> datetime:
    """The half-hour, in UTC, that a moment falls in (all daily windows of the list begin and end on one).

    A naive moment is UTC.
    """
    moment = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)


@lru_cache(maxsize=8192)
def list_sheet(asked: Asked) -> Sheet:
    """genai-prices' rates for the call, or rates that are all unknown, with the reason."""
    found, note = _listed(asked)
    if found is None:
        return _unknown(note)
    context, problem = _context(asked, found)
    if problem:
        return _unknown(problem)
    prices = prices_at(found, asked.slot, context)
    if not {"input_mtok", "output_mtok"} & prices.keys():
        return _unknown(f"{GENAI_PRICES} lists {found.info.id} without a price per token")
    extra = surcharge(asked.provider, asked.host, found.info.id, asked.geo)
    factor = extra.factor if extra else 1.0
    reason = joined(note, f"{extra.factor - 1:.0%} surcharge: {extra.source}" if extra else None)
    starts = (*sizes(prices), -1)
    rates = (rates_of(found, prices, start + 1, asked.text_only).times(factor) for start in starts)
    return Sheet(starts, tuple(replace(each, reason=reason) for each in rates))


def _unknown(reason: str | None) -> Sheet:
    return Sheet((-1,), (Rates(reason=reason),))


def _listed(asked: Asked) -> tuple[Listed | None, str | None]:
    """The model that answered, or else the one asked for; with a note where it is not the name that counts."""
    answered, requested = asked.response_model, asked.request_model
    first, second = (requested, answered) if asked.provider in REQUEST_FIRST else (answered, requested)
    found = find_listed(asked.provider, asked.host, first)
    if found or first == second:
        return found, None if found else _not_listed(asked)
    found = find_listed(asked.provider, asked.host, second)
    why = f"{first} is not listed" if first else "no other model is named"
    return found, f"priced as {second}: {why}" if found else _not_listed(asked)


def _not_listed(asked: Asked) -> str:
    model = asked.response_model or asked.request_model
    if not model:
        return "neither request nor response names a model"
    if list_of(asked.provider, asked.host) is None:
        return f"{GENAI_PRICES} has no price list for {asked.provider}: give the price of {model} in prices.toml"
    return f"{GENAI_PRICES} does not list {asked.provider}'s {model}: give its price in prices.toml"


def _context(asked: Asked, found: Listed) -> tuple[dict[str, str], str | None]:
    """What selects a variant of the price; or why there is none to select."""
    context = {}
    if asked.tier and asked.tier not in STANDARD_TIERS_OF.get(asked.provider, ()):
        context = {"processing": "batch"} if asked.tier == "batch" else {"service_tier": asked.tier}
    if asked.speed not in ("", "standard"):
        context["speed"] = asked.speed
    missing = [f"{name} {value}" for name, value in context.items() if not has_variant(found, asked.slot, name, value)]
    if missing:
        what = f"{' and '.join(missing)} of {found.info.id} on {asked.slot:%Y-%m-%d}"
        return {}, f"{GENAI_PRICES} has no price for {what}".replace("service_tier", "service tier")
    return context, None
