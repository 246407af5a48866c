"""The user's own prices: `prices.toml`. Negotiated rates, discounts, self-hosted models. See docs/pricing.md."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from math import isfinite
from pathlib import Path
from typing import Literal

from analytics.pricing.cost import PRICE_FILE, Rates
from analytics.pricing.rules import LISTS, plain_tier

RATE_FIELDS = (
    "input",
    "output",
    "cache_read",
    "cache_write",
    "cache_write_5m",
    "cache_write_30m",
    "cache_write_1h",
    "cache_write_12h",
    "audio_input",
    "audio_output",
)
TEXT_FIELDS = ("provider", "model", "service_tier", "like_provider", "like_model", "currency")
DATE_FIELDS = ("valid_from", "valid_until")
FIELDS = frozenset({*RATE_FIELDS, *TEXT_FIELDS, *DATE_FIELDS, "discount", "context_window"})


class PriceFileError(ValueError):
    """A `prices.toml` that cannot be read as meant; the message names file, entry, field and remedy."""


@dataclass(frozen=True, slots=True)
class PriceEntry:
    """One `[[price]]`: whose calls it prices, and either rates of its own or a change to genai-prices' rates."""

    provider: str = "*"
    model: str = "*"
    service_tier: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    rates: Rates | None = None
    discount: float = 0.0
    like_provider: str | None = None
    like_model: str | None = None
    context_window: int | None = None

    @property
    def priced(self) -> bool:
        """Whether the entry says anything about money (it may give a context window only)."""
        return bool(self.rates or self.discount or self.like_provider or self.like_model)

    def fits(self, provider: str, models: Iterable[str], day: date | None = None, tier: str | None = None) -> bool:
        """Whether it holds for this provider and one of these names, on that day, in that tier (None: any)."""
        return (
            fnmatchcase(provider.lower(), self.provider)
            and any(fnmatchcase(model.lower(), self.model) for model in models)
            and (tier is None or self.service_tier in (None, tier))
            and (day is None or (self.valid_from or day) <= day <= (self.valid_until or day))
        )


@dataclass(frozen=True, slots=True)
class PriceFile:
    """The entries in their order. `subscriptions` is whether calls under a flat-fee plan get an API's prices."""

    entries: tuple[PriceEntry, ...] = ()
    subscriptions: Literal["unknown", "list"] = "unknown"

    def find(self, provider: str, models: tuple[str, ...], day: date, tier: str) -> PriceEntry | None:
        """The first entry that prices the call."""
        fitting = (entry for entry in self.entries if entry.fits(provider, models, day, tier))
        return next((entry for entry in fitting if entry.priced), None)

    def context_window(self, provider: str, model: str) -> int | None:
        """The first context window given for that model."""
        windows = (entry.context_window for entry in self.entries if entry.fits(provider, (model,)))
        return next((window for window in windows if window), None)


def read_price_file(path: Path) -> PriceFile:
    """Read `prices.toml`. A missing file is an OSError, a wrong one a PriceFileError."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PriceFileError(f"{path}: not TOML: {error}") from error
    unknown = sorted(table.keys() - {"price", "subscriptions"})
    if unknown:
        raise PriceFileError(f"{path}: `{unknown[0]}`: unknown; a price is an entry that starts with [[price]]")
    subscriptions = table.get("subscriptions", "unknown")
    if subscriptions not in ("unknown", "list"):
        raise PriceFileError(f'{path}: `subscriptions` is {subscriptions!r}: write "unknown" or "list"')
    prices = table.get("price", [])
    if not isinstance(prices, list):
        raise PriceFileError(f"{path}: `price` is one table: write [[price]], with two brackets")
    entries = tuple(_Reader(f"{path}: [[price]] {i}", entry).entry() for i, entry in enumerate(prices, 1))
    return PriceFile(entries, subscriptions)


class _Reader:
    """One entry's fields, checked; `where` begins every complaint."""

    def __init__(self, where: str, table: object) -> None:
        self.table: Mapping[str, object] = table if isinstance(table, dict) else {}
        named = " ".join(str(self.table[name]) for name in ("provider", "model") if name in self.table)
        self.where = f"{where} ({named})" if named else where

    def entry(self) -> PriceEntry:
        self.check_fields()
        tier = self.text("service_tier")
        return PriceEntry(
            provider=(self.text("provider") or "*").lower(),
            model=(self.text("model") or "*").lower(),
            service_tier=plain_tier(tier) if tier else None,
            valid_from=self.day("valid_from"),
            valid_until=self.day("valid_until"),
            rates=self.rates(),
            discount=self.discount(),
            like_provider=self.text("like_provider"),
            like_model=self.text("like_model"),
            context_window=self.window(),
        )

    def check_fields(self) -> None:
        unknown = sorted(self.table.keys() - FIELDS)
        if unknown:
            raise self.wrong(unknown[0], "is unknown", f"the fields are {', '.join(sorted(FIELDS))}")
        if self.table.get("currency", "USD") != "USD":
            raise self.wrong("currency", f"is {self.table['currency']!r}", "convert the rates and write USD")
        if not self.table.keys() - {"provider", "model", "service_tier", "currency", *DATE_FIELDS}:
            raise self.wrong("input", "is missing", "give rates (input, output), a discount, or like_provider")
        first, last = self.day("valid_from"), self.day("valid_until")
        if first and last and last < first:
            raise self.wrong("valid_until", "lies before valid_from", "swap the two")
        if self.given(RATE_FIELDS) and self.given(("discount", "like_provider", "like_model")):
            raise self.wrong("discount", "stands beside rates", "give rates, or a change to the listed ones, not both")

        like = self.text("like_provider")
        if like and like not in {*LISTS, "zhipu"}:
            raise self.wrong("like_provider", f"is {like!r}", f"write one of {', '.join(sorted({*LISTS, 'zhipu'}))}")

    def given(self, names: Iterable[str]) -> bool:
        return any(name in self.table for name in names)

    def text(self, name: str) -> str | None:
        value = self.table.get(name)
        if value is not None and (not isinstance(value, str) or not value):
            raise self.wrong(name, f"is {value!r}", f'write a name in quotes: {name} = "…"')
        return value

    def day(self, name: str) -> date | None:
        value = self.table.get(name)
        if value is None:
            return None
        if isinstance(value, datetime) or not isinstance(value, date):
            raise self.wrong(name, f"is {str(value)!r}", f"write a date without quotes: {name} = 2026-01-31")
        return value

    def number(self, name: str) -> float | None:
        value = self.table.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise self.wrong(name, f"is {value!r}", f"write a number: {name} = 2.5")
        return float(value)

    def discount(self) -> float:
        """A share of the listed price; a negative one is a surcharge."""
        share = self.number("discount") or 0.0
        if not -1 <= share <= 1:
            raise self.wrong("discount", f"is {share:g}", "write a share between -1 and 1: 15 % off is 0.15")
        return share

    def window(self) -> int | None:
        tokens = self.number("context_window")
        if tokens is not None and (tokens < 1 or tokens != int(tokens)):
            raise self.wrong("context_window", f"is {tokens:g}", "write a whole number of tokens")
        return None if tokens is None else int(tokens)

    def rates(self) -> Rates | None:
        """What is not given apart costs what input and output cost."""
        given = {name: rate for name in RATE_FIELDS if (rate := self.number(name)) is not None}
        for name, rate in given.items():
            if rate < 0:
                raise self.wrong(name, f"is {rate:g}", "write USD per million tokens, 0 or more")
        if not given:
            return None
        if "input" not in given:
            raise self.wrong("input", "is missing", "give it beside the other rates, in USD per million tokens")
        return _rates(given)

    def wrong(self, name: str, what: str, remedy: str) -> PriceFileError:
        return PriceFileError(f"{self.where}: `{name}` {what}: {remedy}")


def _rates(given: Mapping[str, float]) -> Rates:
    write = given.get("cache_write", given["input"])
    return Rates(
        uncached_input=given["input"],
        cache_read=given.get("cache_read", given["input"]),
        cache_write_5m=given.get("cache_write_5m", write),
        cache_write_30m=given.get("cache_write_30m", write),
        cache_write_1h=given.get("cache_write_1h", write),
        cache_write_12h=given.get("cache_write_12h", write),
        output=given.get("output"),
        audio_input=given.get("audio_input", given["input"]),
        audio_output=given.get("audio_output", given.get("output")),
        basis=PRICE_FILE,
    )
