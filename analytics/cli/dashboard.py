"""`tokenecho dashboard`: the pages, in a browser."""

import importlib.util
import json
import os
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from analytics.cli.options import database_option, option
from analytics.launch.environment import LOOPBACK
from analytics.launch.login import LOGIN, LOGIN_HEADER, Login, possible_login
from analytics.launch.places import Places
from analytics.launch.processes import check_port
from analytics.launch.users import UsersError

ANYWHERE = ("0.0.0.0", "::")  # noqa: S104  # what is asked for, not what we choose
# Addresses for documentation, which nobody has: RFC 5737 and RFC 3849.
ELSEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
NO_LOGIN = (
    "A dashboard on {listen} needs a login. `tokenecho password NAME --role admin` makes one, docs/dashboard.md "
    "tells of single sign-on, and --no-login goes without."
)
OPEN = "This dashboard listens on {listen} without a login: whoever reaches it reads the calls."
CLEAR = "This dashboard is on {listen} without TLS: passwords can be read on the way. See --certificate."
SETTINGS = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    # The gate hands the login on to the pages, as `st.user.login`.
    "server.trustedUserHeaders": json.dumps({LOGIN_HEADER: "login"}),
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
}


@click.command()
@database_option
@option("--port", type=int, default=8501, show_default=True, envvar="TOKENECHO_DASHBOARD_PORT", help="The port.")
@option("--listen", default="127.0.0.1", show_default=True, envvar="TOKENECHO_DASHBOARD_LISTEN", help="The address.")
@option(
    "--login/--no-login",
    default=None,
    envvar="TOKENECHO_DASHBOARD_LOGIN",
    help="Ask for a login. Default: not on loopback, always elsewhere.",
)
@option(
    "--name",
    "names",
    multiple=True,
    envvar="TOKENECHO_DASHBOARD_NAME",
    help="A host name that browsers have for it, as a TLS proxy's. This machine's own names are known.",
)
@option(
    "--certificate",
    type=click.Path(exists=True, dir_okay=False),
    envvar="TOKENECHO_DASHBOARD_CERTIFICATE",
    help="A PEM file, for HTTPS.",
)
@option(
    "--key",
    type=click.Path(exists=True, dir_okay=False),
    envvar="TOKENECHO_DASHBOARD_KEY",
    help="The certificate's private key.",
)
def dashboard(at: Places, port: int, listen: str, login: bool | None, names: Sequence[str], **tls: str | None) -> None:
    """Show the captured calls at http://127.0.0.1:8501."""
    check_port(listen, port, "--port")
    gate = _gate(at, listen, login)
    encrypted = {"server.sslCertFile": tls["certificate"], "server.sslKeyFile": tls["key"]}
    if None in encrypted.values() and any(encrypted.values()):
        raise click.UsageError("--certificate and --key go together.")
    if listen not in LOOPBACK and gate != "none" and not tls["certificate"]:
        click.echo(CLEAR.format(listen=listen), err=True)
    found = importlib.util.find_spec("dashboard")
    if found is None or found.origin is None:
        raise click.ClickException("The dashboard is not installed; reinstall tokenecho.")
    settings = {**SETTINGS, "server.address": listen, "server.port": str(port), **encrypted}
    if gate == "sign-on":
        settings["secrets.files"] = str(at.sign_on)
    flags = [f"--{name}={value}" for name, value in settings.items() if value]
    flags += [f"--server.allowedHosts={host}" for host in _hosts(listen, names)]
    served = str(Path(found.origin).with_name("server.py"))
    os.environ |= {"TOKENECHO_DB": str(at.database), "TOKENECHO_HOME": str(at.home), LOGIN: gate}
    # In this very process: who stops us stops the server.
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", served, *flags])  # noqa: S606  # our own app


def check_login(at: Places, listen: str) -> Login:
    """How a dashboard on that address asks who comes. Raises ClickException where it has to and cannot."""
    return "none" if listen in LOOPBACK else _login(at, listen)


def _login(at: Places, listen: str) -> Login:
    try:
        found = possible_login(at)
    except UsersError as error:
        raise click.ClickException(str(error)) from error
    if found == "none":
        raise click.ClickException(NO_LOGIN.format(listen=listen))
    return found


def _gate(at: Places, listen: str, login: bool | None) -> Login:
    """As it was asked for; says so where nobody is asked and anybody can come."""
    if login is None:
        return check_login(at, listen)
    if login:
        return _login(at, listen)
    if listen not in LOOPBACK:
        click.echo(OPEN.format(listen=listen), err=True)
    return "none"


def _hosts(listen: str, names: Sequence[str]) -> list[str]:
    """The names under which it answers: a page elsewhere must not reach it by a name of its own that leads here."""
    found = [*LOOPBACK, *names]
    if listen in ANYWHERE:
        own = socket.gethostname()
        found += [own, socket.getfqdn(), *_addresses(own)]
    else:
        found.append(listen)
    return list(dict.fromkeys(found))


def _addresses(name: str) -> list[str]:
    """This machine's addresses, as far as it knows them: those of its name, and those it would use to go elsewhere."""
    found = []
    with suppress(OSError):
        found += [str(entry[4][0]) for entry in socket.getaddrinfo(name, None)]
    for family, elsewhere in ELSEWHERE.items():
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))  # of a datagram socket: nothing is sent
            found.append(str(probe.getsockname()[0]))
    return found
