"""Which of genai-prices' models a call used, and its prices at that time. The bundled list: nothing is downloaded.

https://github.com/pydantic/genai-prices
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache

from genai_prices.data import providers
from genai_prices.types import ModelInfo, ModelPrice, Provider, StartDateConstraint, TieredPrices

from analytics.pricing.rules import DEEPSEEK_WEEKENDS_FROM, LISTS

# A price per million tokens, flat or by the size of the call.
type Price = Decimal | TieredPrices
type Prices = Mapping[str, Price]

BEIJING = timedelta(hours=8)

# A path before the model's name: `models/…` (Gemini), `publishers/google/models/…` (Vertex AI).
_PATH = re.compile(r"(?:.*/)?models/(?P<name>[^/]+)")
# https://huggingface.co/docs/inference-providers: `org/model:provider`
_ROUTED = re.compile(r"(?P<model>[^:]+):(?P<by>[a-z0-9-]+)")
# Where the requested name says more about the price than the answering one: a Bedrock profile has its region in front
# (`us.`, `global.`), a Hugging Face model its provider behind.
REQUEST_FIRST = frozenset({"bedrock", "huggingface"})


@dataclass(frozen=True, slots=True)
class Listed:
    """A model of the list, and whether the list prices it itself or borrows it from another (Azure from OpenAI)."""

    list_id: str
    info: ModelInfo
    own: bool


@lru_cache(maxsize=4096)
def find_listed(provider: str, host: str, model: str) -> Listed | None:
    """The listed model of that provider under that name, or None."""
    by_id = _lists()
    for list_id, name in _lookups(provider, host, model):
        prices = by_id.get(list_id)
        info = prices.find_model(name, all_providers=providers) if prices else None
        if prices and info:
            return Listed(list_id, info, any(info is own for own in prices.models))
    return None


def _lookups(provider: str, host: str, model: str) -> Iterator[tuple[str, str]]:
    """Where to look, under which name, in order."""
    if provider == "huggingface":
        routed = _ROUTED.fullmatch(model)
        if routed:
            yield f"huggingface_{routed['by']}", routed["model"]
        return
    list_id = list_of(provider, host)
    if list_id and model:
        yield from ((list_id, name) for name in _names(provider, model))


def list_of(provider: str, host: str) -> str | None:
    """genai-prices' name for the price list of a provider."""
    if provider == "zhipu":
        return "zai" if "z.ai" in host else "zhipuai"
    return LISTS.get(provider)


def _names(provider: str, model: str) -> Iterator[str]:
    yield model
    path = _PATH.fullmatch(model)
    if path:
        yield path["name"]
    if model.startswith("arn:") or provider == "vertex":
        yield model.rpartition("/")[2]


@cache
def _lists() -> dict[str, Provider]:
    return {provider.id: provider for provider in providers}


def prices_at(found: Listed, at: datetime, context: Mapping[str, str]) -> Prices:
    """The prices in force. Of variants that agree on a key the first wins, as in genai-prices."""
    prices = _known(_standard(found, at))
    for variant in reversed(found.info.price_variants or ()):
        fits = all(context.get(name) == value for name, value in variant.when.items())
        if fits and (variant.constraint is None or variant.constraint.active(at)):
            prices.update(_known(variant.prices))
    return prices


def has_variant(found: Listed, at: datetime, name: str, value: str) -> bool:
    """Whether the list prices that variant then. A borrowed model's variants are its own provider's prices."""
    return found.own and any(
        variant.when.get(name) == value and (variant.constraint is None or variant.constraint.active(at))
        for variant in found.info.price_variants or ()
    )


def _known(prices: ModelPrice) -> dict[str, Price]:
    return {name: price for name, price in vars(prices).items() if price is not None}


def _standard(found: Listed, at: datetime) -> ModelPrice:
    """The last price whose condition holds. A daily window belongs to the dated price that it follows.

    genai-prices lets a window win on any day, even before the date on which it was introduced.
    """
    listed = found.info.prices
    if isinstance(listed, ModelPrice):
        return listed
    current, era = listed[0].prices, True
    for price in listed:
        if price.constraint is None or isinstance(price.constraint, StartDateConstraint):
            era = price.constraint is None or price.constraint.active(at)
            current = price.prices if era else current
        elif era and price.constraint.active(at) and not _off_peak_day(found, at):
            current = price.prices
    return current


def _off_peak_day(found: Listed, at: datetime) -> bool:
    there = at + BEIJING
    return found.list_id == "deepseek" and there.date() >= date(*DEEPSEEK_WEEKENDS_FROM) and there.weekday() >= 5
