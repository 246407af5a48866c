"""A report as text, Markdown or a page of HTML: the same tables in three dresses."""

from collections.abc import Callable, Sequence
from html import escape

from analytics.cli.numbers import UNKNOWN, count, dollars
from analytics.cli.tables import CONTROLS
from analytics.reporting import Report, Row

type Table = tuple[str, Sequence[str], list[list[str]]]

STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;margin:.5rem 0 2rem}td,th{padding:.25rem .75rem;border-bottom:1px solid #ddd;"
    "text-align:right;font-variant-numeric:tabular-nums}td:first-child,th:first-child{text-align:left}"
)


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


def tables(report: Report) -> list[Table]:
    """Title, headings and rows of each part of the report."""
    if not report.totals["calls"]:
        return [("Totals", ("", "value"), [["calls", "none"]])]
    groups = [(name, rows) for name, rows in report.groups.items() if any(row["name"] for row in rows)]
    found = [
        ("Totals", ("", "value"), _totals(report.totals)),
        *((f"By {name}", (name, *GROUP), [_group(row) for row in rows]) for name, rows in groups),
        ("Most expensive conversations", CONVERSATION, [conversation_cells(row) for row in report.conversations]),
    ]
    # What was captured may hold them: they would break a line, or steer a terminal.
    return [
        (title, heads, [[cell.translate(CONTROLS) for cell in row] for row in rows]) for title, heads, rows in found
    ]


GROUP = ("calls", "input tokens", "output tokens", "echo", "cost")
CONVERSATION = ("conversation", "started (UTC)", "calls", "model", "app", "input tokens", "echo", "from cache", "cost")

# Columns of words; the others are figures, and stand at the right.
TEXTS = frozenset({"", "value", "conversation", "started (UTC)", "model", "app", "team", "day"})


def _totals(row: Row) -> list[list[str]]:
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


def as_text(report: Report) -> str:
    """Columns, aligned."""
    return "\n\n".join(f"{title}\n{_aligned(headings, rows)}" for title, headings, rows in tables(report))


def _aligned(headings: Sequence[str], rows: list[list[str]]) -> str:
    lines = [list(headings), *rows] if any(headings[:1]) else rows
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))] if lines else []
    return "\n".join("  " + _line(line, headings, widths) for line in lines)


def _line(line: list[str], headings: Sequence[str], widths: list[int]) -> str:
    cells = zip(line, headings, widths, strict=True)
    return "  ".join(
        cell.ljust(width) if heading in TEXTS else cell.rjust(width) for cell, heading, width in cells
    ).rstrip()


def as_markdown(report: Report) -> str:
    """Markdown tables."""

    def table(headings: Sequence[str], rows: list[list[str]]) -> str:
        lines = [list(headings), ["---"] * len(headings), *rows]
        return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)

    return "\n\n".join(f"## {title}\n\n{table(headings, rows)}" for title, headings, rows in tables(report))


def as_html(report: Report) -> str:
    """One page that needs nothing else. Every text in it is escaped."""

    def table(headings: Sequence[str], rows: list[list[str]]) -> str:
        head = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    parts = "".join(f"<h2>{escape(title)}</h2>{table(headings, rows)}" for title, headings, rows in tables(report))
    head = f'<meta charset="utf-8"><title>tokenecho report</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><h1>tokenecho</h1>{parts}</body></html>'


FORMATS: dict[str, Callable[[Report], str]] = {"text": as_text, "markdown": as_markdown, "html": as_html}
