"""The table of caching rules, `rules.toml`: read and checked. What it does not know is None; nothing is guessed."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import get_args

from analytics.caching.rules import CacheRule, Family, Figure, Level, Line, Source, Table

FILE = "rules.toml"
SECTIONS = ("rule", "minimum", "read")
NUMBERS = ("minimum", "granularity", "breakpoints", "lookback", "readable")
AMOUNTS = ("ttl_longest_s", "read")
FLAGS = ("refreshed", "runs_count_once", "keyed", "guaranteed")
TEXTS = ("ttl", "ttl_parameter", "storage", "note")
KEYS = frozenset(
    {"name", "family", "providers", "api", "model", "source", "checked", "ttls", "write", "breaks"}
    | {*NUMBERS, *AMOUNTS, *FLAGS, *TEXTS}
)
FIGURE_KEYS = frozenset({"rules", "model", "source", "checked", "tokens", "factor"})

type Json = Mapping[str, object]


class RulesError(ValueError):
    """A table of rules that cannot be read as meant; the message names file, line and field."""


def rule_for(provider: str, api: str, model: str | None) -> CacheRule | None:
    """How this provider caches prompts of this API and model; None is unknown. Names as in `exchanges`."""
    return _found(provider, api, model.lower()) if model else None


@cache
def _found(provider: str, api: str, model: str) -> CacheRule | None:
    return rules().find(provider, api, model)


@cache
def rules() -> Table:
    """The table that comes with the package."""
    return read_rules(files("analytics.caching").joinpath(FILE).read_text("utf-8"), FILE)


def read_rules(text: str, file: str) -> Table:
    """A table from its text; RulesError on a mistake."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"{file}: {error}") from error
    unknown = data.keys() - set(SECTIONS)
    if unknown:
        raise RulesError(f"{file}: [[{min(unknown)}]] is no section; there are {', '.join(SECTIONS)}")
    lines = [_line(entry) for entry in _entries(data, "rule", text, file)]
    minimums = [_figure(entry, "tokens") for entry in _entries(data, "minimum", text, file)]
    reads = [_figure(entry, "factor") for entry in _entries(data, "read", text, file)]
    return Table(tuple(lines), tuple(minimums), tuple(reads))


class _Entry:
    """One entry of the file, which knows its line. Every getter names its field when it is not as it should be."""

    def __init__(self, values: Json, place: str) -> None:
        self._values, self._place = values, place

    def wrong(self, field: str, what: str) -> RulesError:
        return RulesError(f"{self._place}: {field}: {what}")

    def only(self, known: frozenset[str]) -> None:
        for field in self._values.keys() - known:
            raise self.wrong(field, "there is no such field")

    def text(self, field: str) -> str | None:
        value = self._values.get(field)
        if value is not None and not isinstance(value, str):
            raise self.wrong(field, f"a text is needed, not {value!r}")
        return value

    def needed(self, field: str) -> str:
        value = self.text(field)
        if not value:
            raise self.wrong(field, "is missing")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        value = self._values.get(field)
        if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
            raise self.wrong(field, f"a list of texts is needed, not {value!r}")
        return tuple(value)

    def pattern(self, field: str) -> re.Pattern[str]:
        try:
            return re.compile(self.text(field) or ".*")
        except re.error as error:
            raise self.wrong(field, f"{error} in {self.text(field)!r}") from error

    def amount(self, field: str) -> float | None:
        value = self._values.get(field)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
            raise self.wrong(field, f"a number of at least 0 is needed, not {value!r}")
        return value

    def number(self, field: str) -> int | None:
        value = self.amount(field)
        if value is not None and not isinstance(value, int):
            raise self.wrong(field, f"a whole number is needed, not {value!r}")
        return value

    def flag(self, field: str) -> bool | None:
        value = self._values.get(field)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(field, f"true or false is needed, not {value!r}")
        return value

    def amounts(self, field: str) -> dict[str, float]:
        value = self._values.get(field, {})
        if not isinstance(value, dict):
            raise self.wrong(field, f"a table is needed, not {value!r}")
        inner = _Entry(value, f"{self._place}: {field}")
        return {name: inner.amount(name) or 0.0 for name in value}

    def source(self) -> Source:
        day = self._values.get("checked")
        if not isinstance(day, date):
            raise self.wrong("checked", f"a date is needed, not {day!r}")
        return Source(self.needed("source"), day)

    def breaks(self) -> tuple[tuple[str, Level], ...]:
        levels: dict[str, Level] = {"all": "all", "system": "system", "history": "history"}
        value = self._values.get("breaks", {})
        if not isinstance(value, dict) or value.keys() - levels.keys():
            raise self.wrong("breaks", f"a table with {', '.join(levels)} is needed, not {value!r}")
        inner = _Entry(value, f"{self._place}: breaks")
        return tuple((name, levels[level]) for level in value for name in inner.texts(level))


def _entries(data: Json, section: str, text: str, file: str) -> list[_Entry]:
    found = data.get(section, [])
    if not isinstance(found, list):
        raise RulesError(f"{file}: {section}: write [[{section}]]")
    places = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == f"[[{section}]]"]
    return [_Entry(entry, f"{file}, line {place}") for entry, place in zip(found, places, strict=True)]


def _line(entry: _Entry) -> Line:
    entry.only(KEYS)
    rule = _rule(entry)
    if rule.ttl is not None and rule.ttl not in rule.ttls:
        raise entry.wrong("ttl", f"{rule.ttl!r} is not among the ttls")
    if rule.write.keys() - rule.ttls.keys():
        raise entry.wrong("write", "prices a lifetime that is not among the ttls")
    return Line(entry.texts("providers"), entry.pattern("api"), entry.pattern("model"), rule)


def _rule(entry: _Entry) -> CacheRule:
    given: dict[str, object] = {field: entry.number(field) for field in NUMBERS}
    given |= {field: entry.amount(field) for field in AMOUNTS}
    given |= {field: entry.flag(field) for field in FLAGS}
    given |= {field: entry.text(field) for field in TEXTS}
    given = {field: value for field, value in given.items() if value is not None}
    given |= {"ttls": entry.amounts("ttls"), "write": entry.amounts("write"), "breaks": entry.breaks()}
    return CacheRule(entry.needed("name"), _family(entry), entry.source(), **given)  # type: ignore[arg-type]


def _family(entry: _Entry) -> Family:
    value, families = entry.needed("family"), get_args(Family.__value__)
    if value not in families:
        raise entry.wrong("family", f"{value!r} is none of {', '.join(families)}")
    family: Family = value  # type: ignore[assignment]  # checked above
    return family


def _figure(entry: _Entry, unit: str) -> Figure:
    entry.only(FIGURE_KEYS)
    value = entry.amount(unit)
    if value is None:
        raise entry.wrong(unit, "is missing")
    return Figure(entry.texts("rules"), entry.pattern("model"), value, entry.source())
