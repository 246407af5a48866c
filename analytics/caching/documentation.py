"""The tables of docs/caching.md, from `rules.toml`: `python -m analytics.caching.documentation`."""

from collections.abc import Iterable, Iterator, Mapping

from analytics.caching.rules import CacheRule, Figure, Line, Source, Table
from analytics.caching.table import rules

UNKNOWN = "–"
UNITS = ((86400, "d"), (3600, "h"), (60, "min"))
ANY = ".*"


def documentation(table: Table) -> str:
    """The rules, what differs by model, what parts caches, and the sources, as Markdown."""
    sources = _Sources()
    parts = [_rules(table, sources), _figures(table, sources), _breaks(table), _notes(table), sources.listed()]
    return "\n".join(parts)


class _Sources:
    """Numbers sources in the order in which they are named."""

    def __init__(self) -> None:
        self._found: dict[Source, int] = {}

    def number(self, source: Source) -> str:
        return f"[{self._found.setdefault(source, len(self._found) + 1)}]"

    def listed(self) -> str:
        rows = (f"{number}. {source.text} ({source.checked})\n" for source, number in self._found.items())
        return "### Sources of the tables\n\n" + "".join(rows)


def _rules(table: Table, sources: _Sources) -> str:
    head = ("rule", "providers", "models", "family", "minimum", "step", "lifetime", "marks", "looks back", "read")
    rows = [(*_rule(line), sources.number(line.rule.source)) for line in table.lines]
    return "### Rules\n\n" + _table((*head, "write", "source"), rows)


def _rule(line: Line) -> Iterator[str]:
    rule = line.rule
    yield f"`{rule.name}`"
    yield ", ".join(line.providers)
    yield "all" if line.model.pattern == ANY else _code(line.model.pattern)
    yield rule.family
    yield f"{rule.minimum:,}" if rule.minimum else UNKNOWN
    yield f"{rule.granularity}" if rule.granularity > 1 else UNKNOWN
    yield _lifetimes(rule)
    yield str(rule.breakpoints or UNKNOWN)
    yield _sight(rule)
    yield f"{rule.read:g} ×" if rule.read is not None else "list"
    yield _writes(rule)


def _lifetimes(rule: CacheRule) -> str:
    names = [f"**{_lasting(s)}**" if name == rule.ttl else _lasting(s) for name, s in rule.ttls.items()]
    longest = f", at most {_lasting(rule.ttl_longest_s)}" if rule.ttl_longest_s else ""
    return (", ".join(names) or UNKNOWN) + longest


def _lasting(seconds: float) -> str:
    unit, name = next(((unit, name) for unit, name in UNITS if seconds >= unit), (1, "s"))
    return f"{seconds / unit:g} {name}"


def _sight(rule: CacheRule) -> str:
    if rule.lookback:
        return f"{rule.lookback} {'positions' if rule.runs_count_once else 'blocks'}"
    return f"{rule.readable} marks" if rule.readable else UNKNOWN


def _writes(rule: CacheRule) -> str:
    if not rule.explicit:
        return "as input"
    return ", ".join(f"{name} {factor:g} ×" for name, factor in rule.write.items()) or "list"


def _figures(table: Table, sources: _Sources) -> str:
    rows = [*_by_model(table.minimums, "minimum", sources), *_by_model(table.reads, "read", sources)]
    return "### What differs by model\n\n" + _table(("rules", "models", "what", "", "source"), rows)


def _by_model(figures: Iterable[Figure], what: str, sources: _Sources) -> Iterator[tuple[str, ...]]:
    for figure in figures:
        names = ", ".join(f"`{name}`" for name in figure.rules)
        value = f"{figure.value:,g} tokens" if what == "minimum" else f"{figure.value:g} × input"
        yield names, _code(figure.model.pattern), what, value, sources.number(figure.source)


def _breaks(table: Table) -> str:
    found: dict[str, Mapping[str, str]] = {}
    for line in table.lines:
        levels = {
            level: [n for n, broken in line.rule.breaks if broken == level] for level in ("all", "system", "history")
        }
        row = {level: ", ".join(f"`{name}`" for name in names) or UNKNOWN for level, names in levels.items()}
        row["key"] = "yes" if line.rule.keyed else "no"
        found.setdefault(line.rule.name, row)
    rows = [(f"`{name}`", row["key"], row["all"], row["system"], row["history"]) for name, row in found.items()]
    head = ("rule", "a cache key", "the whole prompt", "from the system text on", "the history only")
    return "### What parts caches, beside the content and the model\n\n" + _table(head, rows)


def _notes(table: Table) -> str:
    rows = [(line.rule, ", ".join(line.providers)) for line in table.lines if line.rule.note or line.rule.storage]
    notes = (f"- `{rule.name}` ({providers}): {_said(rule)}\n" for rule, providers in rows)
    return "### Notes\n\n" + "".join(notes)


def _said(rule: CacheRule) -> str:
    storage = f"Storage is charged for {rule.storage}." if rule.storage else ""
    return " ".join(text for text in (rule.note, storage) if text)


def _code(pattern: str) -> str:
    return "`" + pattern.replace("|", "\\|") + "`"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


if __name__ == "__main__":
    print(documentation(rules()), end="")
