"""`tokenecho whatif`: the same calls, made in other ways, and what they would have cost."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from analytics.cli.filters import filter_options, none_chosen
from analytics.cli.json_output import print_json
from analytics.cli.numbers import UNKNOWN, count, dollars
from analytics.cli.options import database_option, json_option, option
from analytics.cli.progress import progress_bar
from analytics.cli.reader import make_pricer
from analytics.cli.tables import CONTROLS, print_table
from analytics.launch.places import Places
from analytics.reporting import Selection
from analytics.store.database import Database
from analytics.whatif.comparison import Comparison, Line, compare
from analytics.whatif.curves import curve_points
from analytics.whatif.traffic import Traffic, load_traffic
from analytics.whatif.ways import Options

HEAD = ("made", "calls", "unknown", "billed", "would cost", "change", "in %")


@click.command()
@database_option
@filter_options
@option("--all", "everything", is_flag=True, envvar=None, help="All conversations.")
@option("--keep", type=click.IntRange(min=1), default=10, show_default=True, envvar=None, help="Turns to keep.")
@option(
    "--trim-after",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    envvar=None,
    help="Turns after which tool results are trimmed.",
)
@json_option
@click.argument("conversation", required=False)
def whatif(
    at: Places,
    everything: bool,
    keep: int,
    trim_after: int,
    as_json: bool,
    conversation: str | None,
    **chosen: Any,
) -> None:
    """Show what the calls of CONVERSATION (the beginning of its id) would have cost, had they been made otherwise.

    With ideal prompt caching, a longer cache lifetime, server-side state as the provider bills it, the last turns kept,
    tool results trimmed. "billed" is always what was really paid for the calls of that line.
    """
    if bool(conversation) == everything:
        raise click.UsageError("Name a conversation, or give --all; `tokenecho conversations` lists them.")
    selection, options = Selection(**chosen), Options(keep, trim_after)
    pricer = make_pricer(at)
    with Database(at.database).reading() as connection:
        traffic = load_traffic(connection, selection, conversation)
    with progress_bar("calls × ways", traffic.loaded * len(options.names)) as advance:
        found = compare(traffic, pricer, options, advance)
    if as_json:
        _print_json(found, traffic, everything)
    elif traffic.chosen:
        _print(found)
    else:
        click.echo(none_chosen(selection), err=True)


def _print(found: Comparison) -> None:
    lines = found.lines()
    print_table(HEAD, [_cells(line) for line in lines], right=set(HEAD) - {"made"})
    for sentence in notes(found, lines):
        click.echo(f"\n{sentence.translate(CONTROLS)}")


def notes(found: Comparison, lines: Sequence[Line]) -> list[str]:
    """What the figures rest on, in sentences."""
    billed, was = found.billed_usd, lines[0]
    said = [
        f"{count(len(found.chosen))} calls were billed {'an unknown amount' if billed is None else dollars(billed)}"
    ]
    said[0] += f", and an unknown amount for {count(found.unpriced)} of them." if found.unpriced and billed else "."
    if was.billed_usd and was.usd is not None:
        ratio = was.usd / was.billed_usd
        said.append(f"The simulation of what happened comes to {ratio:.1%} of the bill of the calls it knows.")
    if was.unknown > found.unpriced:
        said.append(
            f"{count(was.unknown - found.unpriced)} calls have a cost but no caching rule that is documented, or their "
            "prompt was not seen: what they would cost is unknown."
        )
    if found.unlike:
        said.append(
            f"{count(found.unlike)} calls were billed less than the documented rule gives for what was seen of them: "
            "what they would cost otherwise is unknown."
        )
    said.append("“change” is against the simulation of what happened, for the same calls.")
    return said + [f"{line.name}: {line.assumption}" for line in lines]


def _cells(line: Line) -> list[str]:
    first = line.change_usd is None or line.usd is None or line.as_it_was_usd is None
    return [
        line.name,
        count(line.calls),
        count(line.unknown) if line.unknown else "",
        dollars(line.billed_usd),
        "unknown" if line.usd is None else dollars(line.usd),
        UNKNOWN if first else signed(line.change_usd or 0.0),
        UNKNOWN if first or not line.as_it_was_usd else f"{(line.change_usd or 0.0) / line.as_it_was_usd:+.1%}",
    ]


def signed(usd: float) -> str:
    """A difference of money with its sign."""
    if abs(usd) < 0.000_001:
        return "$0.00"
    return f"{'−' if usd < 0 else '+'}{dollars(abs(usd))}"


def _print_json(found: Comparison, traffic: Traffic, everything: bool) -> None:
    made: dict[str, object] = {
        "calls": len(found.chosen),
        "billed_usd": found.billed_usd,
        "unpriced": found.unpriced,
        "unlike": found.unlike,
        "ways": [asdict(line) for line in found.lines()],
    }
    if not everything:
        made["curves"] = curve_points(found, [call.exchange_id for call in traffic.chosen])
    print_json(made)
