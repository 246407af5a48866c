"""The table of caching rules, `rules.toml`: read and checked. What it does not know is None; nothing is guessed."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import get_args

from analytics.caching.rules import CacheRule, Family, Figure, Level, Line, Source, Table
from analytics.toml_entry import Entry, TableError, entries

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


class RulesError(TableError):
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
    lines = [_line(entry) for entry in entries(data, "rule", text, file, RulesError)]
    minimums = [_figure(entry, "tokens") for entry in entries(data, "minimum", text, file, RulesError)]
    reads = [_figure(entry, "factor") for entry in entries(data, "read", text, file, RulesError)]
    return Table(tuple(lines), tuple(minimums), tuple(reads))


def _source(entry: Entry) -> Source:
    day = entry.day("checked")
    if day is None:
        raise entry.wrong("checked", "a date is needed, not None")
    return Source(entry.needed("source"), day)


def _breaks(entry: Entry) -> tuple[tuple[str, Level], ...]:
    levels: dict[str, Level] = {"all": "all", "system": "system", "history": "history"}
    value = entry.value("breaks", {})
    if not isinstance(value, dict) or value.keys() - levels.keys():
        raise entry.wrong("breaks", f"a table with {', '.join(levels)} is needed, not {value!r}")
    inner = entry.inner("breaks", value)
    return tuple((name, levels[level]) for level in value for name in inner.texts(level))


def _line(entry: Entry) -> Line:
    entry.only(KEYS)
    rule = _rule(entry)
    if rule.ttl is not None and rule.ttl not in rule.ttls:
        raise entry.wrong("ttl", f"{rule.ttl!r} is not among the ttls")
    if rule.write.keys() - rule.ttls.keys():
        raise entry.wrong("write", "prices a lifetime that is not among the ttls")
    return Line(entry.texts("providers"), entry.pattern("api"), entry.pattern("model"), rule)


def _rule(entry: Entry) -> CacheRule:
    given: dict[str, object] = {field: entry.number(field) for field in NUMBERS}
    given |= {field: entry.amount(field) for field in AMOUNTS}
    given |= {field: entry.flag(field) for field in FLAGS}
    given |= {field: entry.text(field) for field in TEXTS}
    given = {field: value for field, value in given.items() if value is not None}
    given |= {"ttls": entry.amounts("ttls"), "write": entry.amounts("write"), "breaks": _breaks(entry)}
    return CacheRule(entry.needed("name"), _family(entry), _source(entry), **given)  # type: ignore[arg-type]


def _family(entry: Entry) -> Family:
    value, families = entry.needed("family"), get_args(Family.__value__)
    if value not in families:
        raise entry.wrong("family", f"{value!r} is none of {', '.join(families)}")
    family: Family = value  # type: ignore[assignment]  # checked above
    return family


def _figure(entry: Entry, unit: str) -> Figure:
    entry.only(FIGURE_KEYS)
    value = entry.amount(unit)
    if value is None:
        raise entry.wrong(unit, "is missing")
    return Figure(entry.texts("rules"), entry.pattern("model"), value, _source(entry))
