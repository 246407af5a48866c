"""The command line: `tokenecho COMMAND`."""

import sys

import click

from analytics.cli.capturing import proxy, run, up
from analytics.cli.collecting import collect, reparse
from analytics.cli.connecting import env
from analytics.cli.dashboard import dashboard
from analytics.cli.doctor import doctor
from analytics.cli.exchanges import exchanges
from analytics.cli.importing import import_command
from analytics.store.database import DatabaseError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="tokenecho")
def tokenecho() -> None:
    """How much of your LLM bill is an echo?

    Captures an application's LLM calls through a local proxy into a DuckDB file, without a change to the application.
    """


for command in (up, run, proxy, collect, dashboard, env, doctor, import_command, exchanges, reparse):
    tokenecho.add_command(command)


def main() -> None:
    """The console script. A problem with the database is a message, not a traceback."""
    try:
        tokenecho()
    except DatabaseError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:  # the reader of our output has gone
        sys.exit(141)
