"""The command line: `tokenecho COMMAND`."""

import sys
from importlib import import_module

import click

from analytics.lean_imports import leave_out_pandas

# Where each command is: only the one that is called is imported, so that a command starts at once.
COMMANDS = {
    "demo": "analytics.cli.demo:demo",
    "up": "analytics.cli.capturing:up",
    "run": "analytics.cli.capturing:run",
    "proxy": "analytics.cli.capturing:proxy",
    "collect": "analytics.cli.collecting:collect",
    "dashboard": "analytics.cli.dashboard:dashboard",
    "password": "analytics.cli.password:password",
    "env": "analytics.cli.connecting:env",
    "doctor": "analytics.cli.doctor:doctor",
    "import": "analytics.cli.importing:import_command",
    "exchanges": "analytics.cli.exchanges:exchanges",
    "sql": "analytics.cli.querying:sql_command",
    "export": "analytics.cli.exporting:export_command",
    "verify": "analytics.cli.verifying:verify",
    "conversations": "analytics.cli.reporting:conversations",
    "turns": "analytics.cli.reporting:turns",
    "report": "analytics.cli.reporting:report",
    "whatif": "analytics.cli.whatif:whatif",
    "findings": "analytics.cli.findings:findings",
    "explain": "analytics.cli.findings:explain",
    "mute": "analytics.cli.findings:mute",
    "check": "analytics.cli.checking:check",
    "reparse": "analytics.cli.collecting:reparse",
    "rebuild": "analytics.cli.rebuilding:rebuild_command",
}


class Commands(click.Group):
    """A group that imports a command when it is asked for. https://click.palletsprojects.com/en/stable/complex/"""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """The command's result. A problem with the database is a message, not a traceback."""
        from analytics.store.database import DatabaseError

        try:
            return super().invoke(ctx)
        except DatabaseError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="tokenecho")
def tokenecho() -> None:
    """How much of your LLM bill is an echo?

    Captures an application's LLM calls through a local proxy into a DuckDB file, without a change to the application.
    """


def main() -> None:
    """The console script."""
    if "dashboard" not in sys.argv[1:2]:  # no other command has tables for a page
        leave_out_pandas()
    try:
        tokenecho()
    except BrokenPipeError:  # the reader of our output has gone
        sys.exit(141)
