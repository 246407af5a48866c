"""`tokenecho dashboard`: the pages, in a browser."""

import importlib.util
import os
import sys
from pathlib import Path

import click

from analytics.cli.options import database_option, option
from analytics.launch.environment import LOOPBACK
from analytics.launch.places import Places
from analytics.launch.processes import check_port


@click.command()
@database_option
@option("--port", type=int, default=8501, show_default=True, envvar="TOKENECHO_DASHBOARD_PORT", help="The port.")
@option("--listen", default="127.0.0.1", show_default=True, envvar="TOKENECHO_DASHBOARD_LISTEN", help="The address.")
def dashboard(at: Places, port: int, listen: str) -> None:
    """Show the captured calls at http://127.0.0.1:8501."""
    check_port(listen, port, "--port")
    if listen not in LOOPBACK:
        click.echo(f"This dashboard listens on {listen} without a login: whoever reaches it reads the calls.", err=True)
    found = importlib.util.find_spec("dashboard")
    if found is None or found.origin is None:
        raise click.ClickException("The dashboard is not installed; reinstall tokenecho.")
    settings = {
        "server.address": listen,
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
    }
    if listen not in LOOPBACK:  # under whatever name this machine has
        settings["server.allowedHosts"] = "*"
    flags = [f"--{name}={value}" for name, value in settings.items()]
    app = str(Path(found.origin).with_name("app.py"))
    os.environ["TOKENECHO_DB"] = str(at.database)
    # In this very process: who stops us stops the server.
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", app, *flags])  # noqa: S606  # our own app
