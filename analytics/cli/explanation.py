"""A finding explained on the terminal."""

import textwrap
from collections.abc import Iterator, Sequence

import click

from analytics.cli.numbers import UNKNOWN, dollars, size
from analytics.cli.report_tables import number
from analytics.cli.tables import CONTROLS, print_table
from analytics.findings.evidence import facts, quotes
from analytics.findings.fixes import SDKS, Fix
from analytics.findings.hit import Finding
from analytics.findings.mutes import Mute
from analytics.reporting import Row

WIDTH = 100
TURN = ("turn", "relation", "input", "from cache", "written", "new", "resent", "echoed", "output", "cost", "ended")


def explanation(about: Finding, found: Row, turns: Sequence[Row], code: Sequence[Fix], mute: Mute | None) -> None:
    """Print all that is known of it."""
    click.echo(f"{found['finding']}  {found['finding_id']}  ({found['confidence']}, {found['severity']})")
    if mute:
        click.echo(f"Muted since {mute.since or UNKNOWN}: {_plain(mute.reason)}")
    click.echo(f"\n{_plain(str(found['advice']))}\n")
    for line in _figures(found):
        click.echo(f"  {line}")
    for paragraph in about.text.split("\n\n")[1:]:
        click.echo("\n" + textwrap.fill(paragraph, WIDTH))
    click.echo("\nEvidence")
    for line in _evidence(found["evidence"]):
        click.echo(f"  {line}")
    if turns:
        click.echo()
        print_table(TURN, [_cells(row) for row in turns], right=set(TURN) - {"relation", "ended"})
        click.echo(f"\n`tokenecho turns {found['conversation_id']}` shows all turns of the conversation.")
    for fix in code:
        click.echo(f"\n{SDKS[fix.sdk]}\n\n{textwrap.indent(fix.code, '    ')}")
        if fix.note:
            click.echo("\n" + textwrap.fill(fix.note, WIDTH))


def _figures(found: Row) -> Iterator[str]:
    """What it is about, in lines of name and value."""
    usd, paid = found["usd"], found["paid_usd"]
    yield f"avoidable     {dollars(usd) if isinstance(usd, float) else 'unknown, or none is claimed'}"
    yield f"paid          {dollars(paid) if isinstance(paid, float) else 'unknown'}"
    yield f"tokens        {number(found, 'tokens')}"
    yield f"on the wire   {size(found['bytes'] if isinstance(found['bytes'], int) else None)}"
    yield f"conversation  {found['conversation_id']}"
    where = (found["app"], found["team"], found["client"], found["provider"], found["model"])
    yield f"where         {', '.join(_plain(str(part)) for part in where if part)}"


def _evidence(evidence: object) -> Iterator[str]:
    """Name and value, texts of the traffic last."""
    fields = evidence if isinstance(evidence, dict) else {}
    for name, value in facts(fields):
        yield f"{name}: {_plain(value)}"
    for _, text in quotes(fields):
        yield from (f"  {_plain(line)}" for line in text.splitlines())


def _cells(row: Row) -> list[str]:
    names = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "new_tokens", "resent_tokens", "echoed_tokens")
    cost = row["cost_usd"]
    return [
        str(row["turn"]),
        str(row["relation"]),
        *(number(row, name) for name in names),
        number(row, "output_tokens"),
        dollars(cost if isinstance(cost, float) else None),
        str(row["ended"] or UNKNOWN),
    ]


def _plain(text: str) -> str:
    """What was captured may hold what steers a terminal."""
    return text.translate(CONTROLS)
