"""A report as text or Markdown: the same tables in two dresses."""

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence

from analytics.cli.report_tables import FINDING, TEXTS, Table, notes, tables
from analytics.findings.worth import Digest
from analytics.reporting import Report

WIDTH = 100
# Of the findings' last column: sentences, which have no room beside the others.
INDENT = "      "
# What begins a link, HTML, code or another cell in Markdown: names and texts are as they were captured.
MARKS = re.compile(r"([\\`*\[\]<>|~&])")


def as_text(report: Report, found: Digest) -> str:
    """Columns, aligned."""
    parts = [f"{table.title}\n{_columns(table)}" for table in tables(report, found)]
    said = [textwrap.fill(sentence, WIDTH) for sentence in notes(found)]
    if "what" in {heading for table in tables(report, found) for heading in table.headings}:
        said.append("`tokenecho explain ID` has the evidence of each, what to do, and the change of code.")
    return "\n\n".join([*parts, *said])


def _columns(table: Table) -> str:
    if table.headings != FINDING:
        return "\n".join("  " + line for line in _aligned(table.headings, table.rows))
    lines = _aligned(FINDING[:-1], [row[:-1] for row in table.rows])
    told = (textwrap.fill(row[-1], WIDTH, initial_indent=INDENT, subsequent_indent=INDENT) for row in table.rows)
    found = zip(lines[1:], told, strict=True)
    return "\n".join(["  " + lines[0], *(f"  {line}\n{said}" for line, said in found)])


def _aligned(headings: Sequence[str], rows: list[list[str]]) -> list[str]:
    lines = [list(headings), *rows] if any(headings[:1]) else rows
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))] if lines else []
    return [_line(line, headings, widths) for line in lines]


def _line(line: list[str], headings: Sequence[str], widths: list[int]) -> str:
    cells = zip(line, headings, widths, strict=True)
    return "  ".join(
        cell.ljust(width) if heading in TEXTS else cell.rjust(width) for cell, heading, width in cells
    ).rstrip()


def as_markdown(report: Report, found: Digest) -> str:
    """Markdown tables. What was captured is text in them."""
    parts = [f"## {table.title}\n\n{'\n'.join(_markdown(table))}" for table in tables(report, found)]
    return "\n\n".join([*parts, *notes(found)])


def _markdown(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(table.headings)} |"
    yield f"| {' | '.join('---' if heading in TEXTS else '---:' for heading in table.headings)} |"
    for row in table.rows:
        yield f"| {' | '.join(MARKS.sub(r'\\\1', cell) for cell in row)} |"


FORMATS: dict[str, Callable[[Report, Digest], str]] = {"text": as_text, "markdown": as_markdown}
