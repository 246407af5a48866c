"""`tokenecho import`: recorded traffic into the database, by the same path as live traffic."""

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import click
import orjson

from analytics.cli.draining import draining
from analytics.cli.options import database_option, json_option, option
from analytics.cli.progress import progress_bar
from analytics.endpoints import Endpoints
from analytics.importers.importing import Imported, Importing, NobodyCollects, UnknownFormat, import_file
from analytics.launch.places import Places
from analytics.private import installation_secret
from analytics.record import Who
from analytics.spool import Spool, SpoolFull


@click.command("import")
@database_option
@option("--host", "hosts", multiple=True, help="One more host to treat as an LLM host.")
@option("--app", help="The app to book the calls on.")
@option("--team", help="The team to book the calls on.")
@option("--user", help="The user to book the calls on.")
@option(
    "--content",
    type=click.Choice(["full", "none"]),
    default="full",
    show_default=True,
    help="none: keep hashes and counts of messages, and no text.",
)
@json_option
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_command(
    at: Places, hosts: tuple[str, ...], app: str | None, team: str | None, user: str | None,
    content: Literal["full", "none"], as_json: bool, files: tuple[Path, ...],
) -> None:  # fmt: skip
    """Import HAR files, mitmproxy flow files, and spools of other hosts. The same file twice changes nothing."""
    os.umask(0o077)
    secret = installation_secret(at.home)
    importing = Importing(Endpoints(hosts), secret, Who(app, team, user), content, capture_id="import")
    results = {str(path): _imported(path, importing, at) for path in files}
    if as_json:
        sys.stdout.buffer.write(orjson.dumps({path: asdict(found) for path, found in results.items()}) + b"\n")
    else:
        for name, found in results.items():
            _print(name, found)
    sys.exit(1 if any(found.stopped_at for found in results.values()) else 0)


def _imported(path: Path, importing: Importing, at: Places) -> Imported:
    spool = Spool(at.spool)
    try:
        with draining(at, spool) as drain, progress_bar(f"Importing {path.name}", None) as advance:
            seen = 0

            def progress(entries: int) -> None:
                nonlocal seen
                advance(entries - seen)
                seen = entries

            found = import_file(path, spool, importing, progress, drain.step)
            drain.finish()
            drain.examine()
    except (UnknownFormat, NobodyCollects, OSError) as error:
        raise click.ClickException(str(error)) from error
    except SpoolFull as error:
        raise click.ClickException(f"{spool.path}: cannot take more ({error.reason}); free some disk space.") from error
    finally:
        spool.close()
    return found


def _print(name: str, found: Imported) -> None:
    click.echo(
        f"{name}: {found.calls:,} model calls in {found.entries:,} entries; {found.other:,} were no model calls."
    )
    if found.skipped:
        click.echo(f"  {found.skipped:,} entries could not be read; {found.problem}", err=True)
    if found.stopped_at:
        click.echo(f"  The file could not be read to its end: {found.stopped_at}. What came before is kept.", err=True)
