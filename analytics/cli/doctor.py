"""`tokenecho doctor`: what is wrong with the installation, and which runtimes are captured."""

import signal
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from types import FrameType

import click
import orjson
from rich.console import Console
from rich.text import Text

from analytics.cli.options import database_option, json_option
from analytics.cli.tables import print_table
from analytics.doctor.check import Check, Level
from analytics.doctor.examination import examine
from analytics.launch.places import Places

STYLES: dict[Level, str] = {"ok": "green", "note": "dim", "warning": "yellow", "failure": "bold red"}
TITLES = {
    "version": "Versions",
    "file": "Files",
    "capture": "Capture",
    "shell": "This shell",
    "runtime": "Runtimes: one call from each, through a private proxy to a host on this machine",
}


@click.command()
@database_option
@json_option
def doctor(at: Places, as_json: bool) -> None:
    """Check the installation, and prove for each runtime found that its calls are captured.

    Python (urllib, requests, httpx, aiohttp), Node, Deno, Bun, curl and wget each send one call through a private proxy
    to a local TLS host. Nothing leaves this machine and nothing is added to your data.

    Exit code 1 where something fails; a warning, such as a runtime known to need a setting, does not count.
    """
    signal.signal(signal.SIGTERM, _leave)
    if sys.stdout.isatty() and not as_json:
        click.echo("Sending a call from each runtime found …", err=True)
    checks = examine(at)
    failed = any(check.level == "failure" for check in checks)
    _print(checks, as_json, failed)
    sys.exit(1 if failed else 0)


def _leave(number: int, frame: FrameType | None) -> None:
    """End by way of every `finally`: the private proxy is not to outlive us."""
    sys.exit(128 + number)


def _print(checks: Sequence[Check], as_json: bool, failed: bool) -> None:
    if as_json:
        document = {"ok": not failed, "checks": [asdict(check) for check in checks]}
        sys.stdout.buffer.write(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    elif sys.stdout.isatty():
        print_report(checks, Console(highlight=False))
    else:
        print_table(("level", "area", "subject", "found", "what to do"), [_cells(check) for check in checks])


def _cells(check: Check) -> tuple[str, ...]:
    return check.level, check.area, check.subject, check.found, check.remedy


def print_report(checks: Sequence[Check], console: Console) -> None:
    """By area, the remedy under its check, the count at the end."""
    for area, title in TITLES.items():
        console.print(Text(f"\n{title}", "bold"))
        for check in checks:
            if check.area == area:
                console.print(_line(check), soft_wrap=True)
    counts = Counter(check.level for check in checks)
    console.print(f"\nfailures: {counts['failure']}, warnings: {counts['warning']}, ok: {counts['ok']}")


def _line(check: Check) -> Text:
    mark = Text(f"  {check.level:<8}", STYLES[check.level])
    remedy = f"\n          → {check.remedy}" if check.remedy else ""
    return Text.assemble(mark, check.subject, ": ", check.found, remedy)
