"""What a caching rule says. The rules themselves are in `rules.toml`; see `table`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

type Family = Literal["prefix", "units", "breakpoints", "hybrid", "none"]
type Level = Literal["all", "system", "history"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a line of the table comes from, and when it was looked up."""

    text: str
    checked: date


@dataclass(frozen=True, slots=True)
class CacheRule:
    """How one model's prompts are cached.

    `family`: `prefix` (automatic, any beginning), `units` (automatic, whole requests), `breakpoints` (only where the
    request says), `hybrid` (breakpoints, one of which the provider sets), `none`. Tokens, seconds. None is unknown
    or, for `lookback` and `readable`, no limit. `minimum` 0 means that none is documented.
    `keyed`: a cache key of the request separates caches. `guaranteed`: a hit within the lifetime is promised.
    `breaks` names the request's parameters that part caches, and from which level on. `read` and `write` are factors
    on the uncached price, for where the price list has none.
    """

    name: str
    family: Family
    source: Source
    minimum: int = 0
    minimum_source: Source | None = None
    granularity: int = 1
    ttl: str | None = None
    ttls: Mapping[str, float] = field(default_factory=dict)
    ttl_parameter: str | None = None
    ttl_longest_s: float | None = None
    refreshed: bool = True
    breakpoints: int = 0
    lookback: int | None = None
    runs_count_once: bool = False
    readable: int | None = None
    keyed: bool = False
    guaranteed: bool = False
    breaks: tuple[tuple[str, Level], ...] = ()
    read: float | None = None
    read_source: Source | None = None
    write: Mapping[str, float] = field(default_factory=dict)
    storage: str | None = None
    note: str | None = None

    @property
    def explicit(self) -> bool:
        """Whether a request can say where to cache."""
        return self.family in ("breakpoints", "hybrid")

    def seconds(self, ttl: str | None) -> float | None:
        """The lifetime of that name, or the default one's; None where no lifetime is documented."""
        return self.ttls.get(ttl or "", self.ttls.get(self.ttl or ""))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: whose calls it is about, and what it says of them."""

    providers: tuple[str, ...]
    api: re.Pattern[str]
    model: re.Pattern[str]
    rule: CacheRule

    def fits(self, provider: str, api: str, model: str) -> bool:
        return provider in self.providers and bool(self.api.fullmatch(api)) and bool(self.model.fullmatch(model))


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that depends on the model, within rules of one name."""

    rules: tuple[str, ...]
    model: re.Pattern[str]
    value: float
    source: Source


@dataclass(frozen=True, slots=True)
class Table:
    """The whole file: the first line that fits holds, completed with the first figures that fit."""

    lines: tuple[Line, ...]
    minimums: tuple[Figure, ...]
    reads: tuple[Figure, ...]

    def find(self, provider: str, api: str, model: str) -> CacheRule | None:
        """The rule of that model; None where the table does not know it."""
        line = next((line for line in self.lines if line.fits(provider, api, model)), None)
        return _completed(line.rule, model, self) if line else None


def _completed(rule: CacheRule, model: str, table: Table) -> CacheRule | None:
    """With the figures of this model; None where its minimum would have to be guessed."""
    minimum = _figure(table.minimums, rule.name, model)
    read = _figure(table.reads, rule.name, model)
    if minimum is None and any(rule.name in figure.rules for figure in table.minimums):
        return None
    changes: dict[str, object] = {}
    if minimum:
        changes |= {"minimum": int(minimum.value), "minimum_source": minimum.source}
    if read:
        changes |= {"read": read.value, "read_source": read.source}
    return replace(rule, **changes)  # type: ignore[arg-type]  # the fields have these types


def _figure(figures: tuple[Figure, ...], name: str, model: str) -> Figure | None:
    return next((f for f in figures if name in f.rules and f.model.fullmatch(model)), None)
