"""`tokenecho env`: the lines that send a shell's programs through a running proxy."""

import os
import shlex

import click

from analytics.cli.options import database_option, option
from analytics.launch.certificates import write_bundles
from analytics.launch.environment import proxy_url, routing
from analytics.launch.places import Places
from analytics.record import Who

LINES = {
    "sh": "export {name}={value}",
    "fish": "set -gx {name} {value}",
    "powershell": "$env:{name} = {value}",
}


@click.command()
@database_option
@option("--port", type=int, default=8080, show_default=True, help="The proxy's port.")
@option("--proxy-host", default="127.0.0.1", show_default=True, help="The proxy's host.")
@option("--host", "hosts", multiple=True, help="A host that `up` was given with --host.")
@option("--app", help="Book the calls on this app.")
@option("--team", help="Book the calls on this team.")
@option("--user", help="Book the calls on this user.")
@option("--shell", type=click.Choice(list(LINES)), default="sh", show_default=True, help="Whose syntax.")
def env(
    at: Places, port: int, proxy_host: str, hosts: tuple[str, ...], app: str | None, team: str | None,
    user: str | None, shell: str,
) -> None:  # fmt: skip
    """Print the lines that route a shell: eval "$(tokenecho env)" """
    write_bundles(at, os.environ)
    url = proxy_url(proxy_host, port, Who(app, team, user))
    for name, value in routing(url, at.client_bundle, before=os.environ, hosts=hosts).items():
        quoted = "'" + value.replace("'", "''") + "'" if shell == "powershell" else shlex.quote(value)
        click.echo(LINES[shell].format(name=name, value=quoted))
