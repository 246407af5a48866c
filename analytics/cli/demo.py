"""`tokenecho demo`: the dashboard on the sample that comes with the package."""

import http.client
import os
import signal
import subprocess
import time
from contextlib import closing

import click

from analytics.cli.draining import draining
from analytics.demo.budgets import fitting_budgets, write_budgets
from analytics.demo.folder import demo_folder
from analytics.demo.sample import sample
from analytics.importers.importing import batches
from analytics.launch.places import Places
from analytics.launch.processes import check_port, children, free_port, outlast, start
from analytics.spool import Spool
from analytics.store.database import Database

HOST = "127.0.0.1"
START_TIMEOUT_S = 60.0


@click.command()
@click.option("--port", type=int, default=0, help="The dashboard's port. Default: a free one.")
def demo(port: int) -> None:
    """Show the dashboard with the calls of a made-up team, until Ctrl-C.

    Everything is in a temporary folder, which is removed at the end: your own data is neither read nor changed.
    """
    port = port or free_port()
    check_port(HOST, port, "--port")
    os.umask(0o077)
    with demo_folder() as at, children() as running:
        _end_with_the_terminal()
        arguments = ["dashboard", "--db", str(at.database), "--listen", HOST, "--port", str(port)]
        running["dashboard"] = start("analytics.cli", arguments, quiet=True)
        click.echo("Reading the sample …", err=True)
        try:
            calls = fill(at)
            _wait_for(running["dashboard"], port)
            click.echo(f"See {calls:,} calls of a made-up team:  http://{HOST}:{port}")
            click.echo("Ctrl-C ends it and removes its data.", err=True)
            outlast(running["dashboard"])
        except SystemExit as asked:
            raise SystemExit(0) from asked
        raise click.ClickException("The dashboard ended.")


def _end_with_the_terminal() -> None:
    """A terminal that is closed ends the demo like any other signal, unless it was started to outlive it (nohup)."""
    closed = getattr(signal, "SIGHUP", None)
    if closed and signal.getsignal(closed) is not signal.SIG_IGN:
        signal.signal(closed, signal.getsignal(signal.SIGTERM))


def fill(at: Places) -> int:
    """Collect the sample like any other calls, and look for findings; how many calls it holds."""
    calls = 0
    with closing(Spool(at.spool)) as spool, draining(at, spool) as drain:
        for batch in batches(sample(time.time())):
            spool.append(batch)
            calls += len(batch)
        drain.finish()
        drain.examine()
    with Database(at.database).reading() as connection:
        budgets = fitting_budgets(connection)
    write_budgets(at.database.parent, budgets)
    return calls


def _wait_for(dashboard: subprocess.Popen[bytes], port: int) -> None:
    """Return when the dashboard answers. Raises ClickException where it does not."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while not _answers(port):
        if dashboard.poll() is not None or time.monotonic() > deadline:
            raise click.ClickException("The dashboard did not start; its own words are above.")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    with closing(http.client.HTTPConnection(HOST, port, timeout=5)) as connection:
        try:
            connection.request("GET", "/_stcore/health")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
