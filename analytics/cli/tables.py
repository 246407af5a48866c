"""Tables on a terminal, and plain columns where a pipe reads them."""

import sys
from collections.abc import Collection, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

# What was captured may hold them, and must not steer the terminal.
CONTROLS = {code: " " for code in (*range(32), *range(127, 160))}


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[str] = ()) -> None:
    """Print rows under headings; those in `right` are aligned right. Tab-separated where nobody looks."""
    if not sys.stdout.isatty():
        for row in (headings, *rows):
            print("\t".join(" ".join(cell.split()) for cell in row))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="right" if heading in right else "left", no_wrap=heading in right)
    for row in rows:
        table.add_row(*(Text(cell.translate(CONTROLS)) for cell in row))  # Text: what was captured is never markup
    Console().print(table)
