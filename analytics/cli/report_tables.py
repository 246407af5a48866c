"""What a report says, in tables and sentences: cells as people read them, for whatever dress."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from analytics.cli.numbers import UNKNOWN, count, dollars
from analytics.cli.tables import CONTROLS
from analytics.findings.worth import Digest
from analytics.reporting import Report, Row


class Table(NamedTuple):
    """A title, headings and rows of as many cells."""

    title: str
    headings: Sequence[str]
    rows: list[list[str]]


def share(value: object) -> str:
    """A share in per cent."""
    return f"{value:.1%}" if isinstance(value, float) else UNKNOWN


def money(row: Row) -> str:
    """A cost, and for how many calls it is not known."""
    usd, unpriced = amount(row, "cost_usd"), row["unpriced"]
    if usd is None:
        return "unknown" if unpriced else UNKNOWN
    return f"{dollars(usd)} (+ {unpriced} unknown)" if unpriced else dollars(usd)


def amount(row: Row, name: str) -> float | None:
    """A sum of money of a row, None where it is not known."""
    found = row[name]
    return found if isinstance(found, float) else None


def number(row: Row, name: str) -> str:
    """A count of a row."""
    found = row[name]
    return count(found) if isinstance(found, int | float) else UNKNOWN


def tables(report: Report, found: Digest) -> list[Table]:
    """The parts of the report."""
    if not report.totals["calls"]:
        return [Table("Totals", PAIR, [["calls", "none"]])]
    groups = [(name, rows) for name, rows in report.groups.items() if any(row["name"] for row in rows)]
    made = [
        Table("Totals", PAIR, totals(report.totals)),
        *_found(found),
        *(Table(f"By {name}", (name, *GROUP), [_group(row) for row in rows]) for name, rows in groups),
        Table("Most expensive conversations", CONVERSATION, [conversation_cells(row) for row in report.conversations]),
    ]
    return [Table(title, heads, [[plain(cell) for cell in row] for row in rows]) for title, heads, rows in made]


def plain(text: str) -> str:
    """What was captured may hold what breaks a line, or steers a terminal."""
    return text.translate(CONTROLS)


PAIR = ("", "value")
GROUP = ("calls", "input tokens", "output tokens", "echo", "cost")
CONVERSATION = ("conversation", "started (UTC)", "calls", "model", "app", "input tokens", "echo", "from cache", "cost")
KIND = ("finding", "avoidable", "of unknown worth", "times", "conversations", "mostly")
FINDING = ("id", "finding", "sure", "avoidable", "paid", "app", "model", "what")

# Columns of words; the others are figures, and stand at the right.
TEXTS = frozenset(
    {*PAIR, "conversation", "started (UTC)", "model", "app", "team", "day", "id", "finding", "sure", "mostly", "what"}
)


def totals(row: Row) -> list[list[str]]:
    """What the calls came to: name and value."""
    echo = f"{share(row['echo_share'])} of input tokens ({share(row['exact_share'])} of the resent counted exactly)"
    lines = [
        ["calls", f"{number(row, 'calls')} in {number(row, 'conversations')} conversations"],
        ["from – to (UTC)", f"{_time(row['first_call'])} – {_time(row['last_call'])}"],
        ["input tokens", f"{number(row, 'input_tokens')} ({share(row['cache_hit_share'])} from cache)"],
        ["output tokens", number(row, "output_tokens")],
        ["echo", echo],
        ["cost", money(row)],
        ["of it for the echo", dollars(amount(row, "echo_usd")) if amount(row, "echo_usd") is not None else "unknown"],
    ]
    troubles = ("failed", "incomplete", "unread", "unmetered")
    return lines + [[name, number(row, name)] for name in troubles if row[name]]


def _found(found: Digest) -> Iterator[Table]:
    """What was found, and what it is worth."""
    yield Table("Findings", PAIR, list(_worth(found)))
    if found.kinds:
        yield Table("What was found", KIND, [_kind(row) for row in found.kinds])
        title = "Findings worth most" if found.count > len(found.findings) else "The findings"
        yield Table(title, FINDING, [_finding(row) for row in found.findings])


def _worth(found: Digest) -> Iterator[list[str]]:
    yield ["found", count(found.count) if found.count else "none"]
    if found.count:
        yield ["avoidable", avoidable(found)]
    smaller = found.avoidable.smaller_history_usd
    if smaller is not None:
        yield ["by a smaller history", f"{dollars(smaller)}, which overlaps with that"]
    if found.muted:
        yield ["muted", count(found.muted)]
    if found.waiting:
        yield ["not examined yet", f"{count(found.waiting)} conversations"]


def avoidable(found: Digest) -> str:
    """What is avoidable in all, what of it is certain, and how much is unknown."""
    known, unknown = found.avoidable.usd, found.avoidable.unknown
    if known is None:
        return "unknown"
    said = [f"{dollars(found.avoidable.certain_usd)} of it certain"] if found.avoidable.certain_usd else []
    said += [f"+ {count(unknown)} findings of unknown worth"] if unknown else []
    return f"{dollars(known)} ({', '.join(said)})" if said else dollars(known)


def _kind(row: Row) -> list[str]:
    usd, unknown = dollars(amount(row, "usd")), number(row, "unknown") if row["unknown"] else ""
    return [str(row["finding"]), usd, unknown, number(row, "times"), number(row, "conversations"),
            str(row["confidence"])]  # fmt: skip


def _finding(row: Row) -> list[str]:
    return [
        *(str(row[name]) for name in ("finding_id", "finding", "confidence")),
        *(dollars(amount(row, name)) for name in ("usd", "paid_usd")),
        *(str(row[name] or UNKNOWN) for name in ("app", "model", "advice")),
    ]


def _group(row: Row) -> list[str]:
    name = str(row["name"] or "(none)")
    return [name, number(row, "calls"), number(row, "input_tokens"), number(row, "output_tokens"),
            share(row["echo_share"]), money(row)]  # fmt: skip


def conversation_cells(row: Row) -> list[str]:
    """A conversation's cells under the headings of CONVERSATION."""
    return [
        str(row["conversation_id"])[:12],
        _time(row["started_at"]),
        number(row, "calls"),
        str(row["model"] or UNKNOWN),
        str(row["app"] or UNKNOWN),
        number(row, "input_tokens"),
        share(row["echo_share"]),
        share(row["cache_hit_share"]),
        money(row),
    ]


def _time(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if value else UNKNOWN


def notes(found: Digest) -> list[str]:
    """What the figures mean, in sentences; none where there is nothing to explain."""
    if not found.count:
        return []
    return [
        "Avoidable is money that another way of calling would not have cost, net of what that way costs itself; “–” is "
        "unknown, or nothing is claimed.",
        "Findings may speak of the same tokens: in all, those count once, so that the sum is less than that of the "
        "lines. What a smaller history would save overlaps with all of it.",
    ]
