"""`tokenecho up`, `proxy` and `run`: capture everybody's calls, or one command's."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click

from analytics.cli.dashboard import ANYWHERE, check_login
from analytics.cli.options import database_option, option, proxy_options, proxy_settings
from analytics.launch.environment import LOOPBACK, proxy_url, routing, trusting
from analytics.launch.places import Places
from analytics.launch.processes import WINDOWS, ProxySettings, check_port, children, free_port, start, start_proxy
from analytics.spool import Spool

DRAIN_TIMEOUT_S = 30.0
RESTART_PAUSE_S = 1.0
EXPOSED = "This proxy listens on {listen}: whoever reaches it can send traffic through this machine{logins}."


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@database_option
@option("--port", type=int, default=0, help="The proxy's port. Default: a free one.")
@proxy_options
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run(at: Places, port: int, command: tuple[str, ...], **given: Any) -> None:
    """Run COMMAND with its LLM calls captured: tokenecho run -- python app.py"""
    settings = proxy_settings(port or free_port(), **given)
    with children() as running:
        running["proxy"] = start_proxy(settings, at)
        running["collector"] = start("analytics.cli", ["collect", "--db", str(at.database)])
        code = _run_routed(command, settings, at)
    _wait_until_collected(at)
    from analytics.cli.summary import print_summary

    print_summary(at, settings.capture_id)
    sys.exit(code)


def _run_routed(command: tuple[str, ...], settings: ProxySettings, at: Places) -> int:
    """The command's exit code; 128 + n where signal n ended it."""
    environment = {**os.environ, **_route(settings, at)}
    try:
        with _passing_signals() as pass_to:
            child = subprocess.Popen(command, env=environment)  # noqa: S603  # what the user asked to run
            pass_to(child)
            code = child.wait()
    except FileNotFoundError:
        click.echo(f"tokenecho: {command[0]}: no such command", err=True)
        return 127
    except PermissionError:
        click.echo(f"tokenecho: {command[0]}: not executable", err=True)
        return 126
    return 128 - code if code < 0 else code


def _route(settings: ProxySettings, at: Places) -> dict[str, str]:
    """What the command's environment gets."""
    if not settings.explicit:
        return trusting(at.client_bundle)
    url = proxy_url(settings.listen, settings.port)
    return routing(url, at.client_bundle, before=os.environ, hosts=settings.hosts)


@contextmanager
def _passing_signals() -> Iterator[Callable[[subprocess.Popen[bytes]], None]]:
    """Hand signals on to the child, once there is one. What a terminal sends reaches the child by itself."""
    started: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def hand_on(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT and _at_terminal():
            return
        if started:
            started[0].send_signal(number)
        else:
            early.append(number)

    def pass_to(child: subprocess.Popen[bytes]) -> None:
        started.append(child)
        for number in early:
            child.send_signal(number)

    before = {number: signal.signal(number, hand_on) for number in _PASSED}
    try:
        yield pass_to
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _at_terminal() -> bool:
    """Whether we are in the foreground of a terminal, which then signals our whole group."""
    try:
        return not WINDOWS and os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGBREAK")
_PASSED = tuple(getattr(signal, name) for name in _NAMES if hasattr(signal, name))


def _wait_until_collected(at: Places) -> None:
    """Collect what is left: a short command ends before its collector has begun. Or leave it to another one at work."""
    from analytics.cli.draining import draining  # reads and writes DuckDB: not before the command has started

    spool = Spool(at.spool)
    deadline = time.monotonic() + DRAIN_TIMEOUT_S
    if spool.waiting():
        with draining(at, spool) as drain:
            while spool.waiting() and time.monotonic() < deadline:
                drain.step()
    spool.close()


@click.command()
@database_option
@option("--port", type=int, default=8080, show_default=True, help="The proxy's port.")
@option("--listen", default="127.0.0.1", show_default=True, help="The proxy's address.")
@proxy_options
def proxy(at: Places, port: int, listen: str, **given: Any) -> None:
    """Start the proxy alone: a collector elsewhere (`tokenecho collect`) empties its spool."""
    settings = proxy_settings(port, listen, **given)
    _say_what_it_exposes(settings)
    with children() as running:
        running["proxy"] = start_proxy(settings, at)
        _supervise(running, at)


@click.command()
@database_option
@option("--port", type=int, default=8080, show_default=True, help="The proxy's port.")
@option("--listen", default="127.0.0.1", show_default=True, help="The proxy's address.")
@option("--dashboard/--no-dashboard", default=True, show_default=True, help="Start the dashboard too.")
@option("--dashboard-port", type=int, default=8501, show_default=True, help="The dashboard's port.")
@option(
    "--dashboard-listen",
    default="127.0.0.1",
    show_default=True,
    help="The dashboard's address; elsewhere than on loopback it asks for a login.",
)
@proxy_options
def up(
    at: Places, port: int, listen: str, dashboard: bool, dashboard_port: int, dashboard_listen: str, **given: Any
) -> None:
    """Start proxy, collector and dashboard, and keep them running until Ctrl-C."""
    settings = proxy_settings(port, listen, **given)
    if dashboard:
        check_port(dashboard_listen, dashboard_port, "--dashboard-port")
        check_login(at, dashboard_listen)
    _say_what_it_exposes(settings)
    with children() as running:
        running["proxy"] = start_proxy(settings, at)
        running["collector"] = start("analytics.cli", ["collect", "--db", str(at.database)])
        if dashboard:
            arguments = ["dashboard", "--db", str(at.database)]
            arguments += ["--port", str(dashboard_port), "--listen", dashboard_listen]
            running["dashboard"] = start("analytics.cli", arguments, quiet=True)
        _greet(at, settings, _address(dashboard_listen, dashboard_port) if dashboard else None)
        _supervise(running, at)


def _say_what_it_exposes(settings: ProxySettings) -> None:
    if settings.listen not in LOOPBACK:
        logins = "" if settings.logins else ", and no --logins file says who may"
        click.echo(EXPOSED.format(listen=settings.listen, logins=logins), err=True)


def _address(listen: str, port: int) -> str:
    """Where a browser of this machine finds the dashboard."""
    host = "127.0.0.1" if listen in ANYWHERE else f"[{listen}]" if ":" in listen else listen
    return f"http://{host}:{port}"


def _greet(at: Places, settings: ProxySettings, dashboard: str | None) -> None:
    click.echo(f"Send an app through it:  {_way_in(at, settings)}")
    click.echo(f"See its calls:           {dashboard or f'tokenecho exchanges --db {at.database}'}")
    click.echo("Ctrl-C ends it.", err=True)


def _way_in(at: Places, settings: ProxySettings) -> str:
    """How traffic comes to the proxy, which its mode decides."""
    port = "" if settings.port == 8080 else f" --port {settings.port}"
    if settings.explicit:
        return f'eval "$(tokenecho env{port})" && python your_app.py'
    if any(mode.startswith("reverse:") for mode in settings.mode):
        return f"give it the base URL http://{settings.listen}:{settings.port} instead of the provider's"
    return f"it catches traffic by itself; let the app trust {at.authority_certificate}"


def _supervise(running: dict[str, subprocess.Popen[bytes]], at: Places) -> None:
    """Watch until the proxy ends, or a signal comes; a collector that dies is started again."""
    try:
        while running["proxy"].poll() is None:
            time.sleep(0.2)
            if "collector" in running and running["collector"].poll() is not None:
                click.echo("The collector ended; starting it again. Captured calls wait in the spool.", err=True)
                time.sleep(RESTART_PAUSE_S)
                running["collector"] = start("analytics.cli", ["collect", "--db", str(at.database)])
    except SystemExit as asked:
        raise SystemExit(0) from asked
    raise click.ClickException("The proxy ended.")
