"""The processes of a running tokenecho: the proxy, the collector, the dashboard. Each ends with its parent's word."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from analytics.launch.certificates import write_bundles
from analytics.launch.places import Places
from analytics.record import Who
from analytics.spool import Spool

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 30.0
WINDOWS = sys.platform == "win32"
STOPPING = (signal.SIGINT, signal.SIGTERM)
STOP_SIGNAL = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM)  # Windows has no SIGTERM to send
# How the login of a company's own proxy reaches ours: not on the command line, which any user can list.
UPSTREAM_AUTH = "TOKENECHO_UPSTREAM_AUTH"
POLLED_EVERY_S = 0.1
# The signals that asked this process to end.
_asked: list[int] = []


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """How a proxy is to run; what `up` and `run` take on their command line."""

    port: int
    listen: str = "127.0.0.1"
    mode: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    who: Who = field(default_factory=Who)
    content: str = "full"
    addons: tuple[Path, ...] = ()
    options: tuple[str, ...] = ()
    logins: Path | None = None
    upstream_auth: str | None = field(default=None, repr=False)
    capture_id: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def explicit(self) -> bool:
        """Whether clients are told of this proxy; the other modes catch traffic by themselves."""
        return all(mode == "regular" or mode.startswith(("regular@", "upstream:")) for mode in self.mode)


def proxy_arguments(settings: ProxySettings, places: Places) -> list[str]:
    """The arguments of mitmdump. Nothing secret is among them: any user can list them."""
    values = {
        "confdir": str(places.authority),
        "ssl_verify_upstream_trusted_ca": str(places.upstream_roots),
        "termlog_verbosity": "warn",
        "flow_detail": "0",
        "tokenecho_spool": str(places.spool),
        "tokenecho_home": str(places.home),
        "tokenecho_capture_id": settings.capture_id,
        "tokenecho_app": settings.who.app or "",
        "tokenecho_team": settings.who.team or "",
        "tokenecho_user": settings.who.user_name or "",
        "tokenecho_content": settings.content,
    }
    if settings.logins:
        values["proxyauth"] = f"@{settings.logins}"
    # mitmproxy refuses to start on two values for one option: the user's own replaces ours.
    own = {name: value for name, value in values.items() if name not in {o.partition("=")[0] for o in settings.options}}
    sets = [f"{name}={value}" for name, value in own.items() if value]
    sets += [f"tokenecho_hosts={host}" for host in _all_hosts(settings)]
    return [
        *("--listen-host", settings.listen, "--listen-port", str(settings.port)),
        *(part for mode in settings.mode for part in ("--mode", mode)),
        *(part for value in (*sets, *settings.options) for part in ("--set", value)),
        *(part for addon in settings.addons for part in ("-s", str(addon))),
    ]


def _all_hosts(settings: ProxySettings) -> list[str]:
    """The hosts the user named, and the target of a reverse proxy: whoever points one there means it."""
    targets = [mode.removeprefix("reverse:") for mode in settings.mode if mode.startswith("reverse:")]
    return [*settings.hosts, *(target.partition("://")[2].partition("/")[0] or target for target in targets)]


@contextmanager
def children() -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Processes by name, which end with the block in the order they were put in. A signal ends the block too."""
    running: dict[str, subprocess.Popen[bytes]] = {}
    for number in STOPPING:
        signal.signal(number, _leave)
    try:
        yield running
    finally:
        for number in STOPPING:  # once is enough: what is captured is being written
            signal.signal(number, signal.SIG_IGN)
        for process in running.values():
            stop(process)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    _asked.append(number)
    raise SystemExit(128 + number)


def outlast(process: subprocess.Popen[bytes]) -> None:
    """Return when a child ends. Raises SystemExit where a signal asks us to end, or asked and was not heard.

    A library in C that imports something while a signal comes may drop the exception that the signal raised.
    """
    while not _asked and process.poll() is None:
        time.sleep(POLLED_EVERY_S)
    if _asked:
        raise SystemExit(128 + _asked[0])


def start_proxy(settings: ProxySettings, places: Places) -> subprocess.Popen[bytes]:
    """A running proxy; raises ClickException where it does not come up."""
    if settings.explicit:
        check_port(settings.listen, settings.port, "--port")
    write_bundles(places, os.environ)
    secret = {UPSTREAM_AUTH: settings.upstream_auth} if settings.upstream_auth else {}
    process = start("proxy_addons", proxy_arguments(settings, places), secret)
    try:
        _wait_for_proxy(process, settings, places)
    except BaseException:
        stop(process)
        raise
    return process


def _wait_for_proxy(process: subprocess.Popen[bytes], settings: ProxySettings, places: Places) -> None:
    """Return at the proxy's first sign of life, which it leaves in the spool."""
    deadline = time.monotonic() + START_TIMEOUT_S
    with closing(Spool(places.spool)) as spool:
        while not any(proxy.capture_id == settings.capture_id for proxy in spool.proxies()):
            if process.poll() is not None:
                raise click.ClickException("The proxy did not start; its own words are above.")
            if time.monotonic() > deadline:
                raise click.ClickException(f"The proxy did not start within {START_TIMEOUT_S:.0f} s.")
            time.sleep(0.05)


def start(
    module: str, arguments: Sequence[str], extra: Mapping[str, str] | None = None, *, quiet: bool = False
) -> subprocess.Popen[bytes]:
    """A Python module as a child in its own process group, so that a Ctrl-C at the terminal reaches only us.

    `extra` is added to its environment. What it prints goes to stderr, since stdout may be a command's own; what a
    quiet one prints goes nowhere.
    """
    output = subprocess.DEVNULL if quiet else sys.stderr
    command, environment = [sys.executable, "-m", module, *arguments], {**os.environ, **(extra or {})}
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP
        return subprocess.Popen(command, env=environment, stdout=output, creationflags=flags)  # noqa: S603  # our own module
    return subprocess.Popen(command, env=environment, stdout=output, start_new_session=True)  # noqa: S603  # our own module


def stop(process: subprocess.Popen[bytes], timeout: float = STOP_TIMEOUT_S) -> None:
    """Ask a child to end, and end it where it does not."""
    if process.poll() is None:
        process.send_signal(STOP_SIGNAL)
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def check_port(host: str, port: int, option: str) -> None:
    """Raise ClickException where nobody can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        if not WINDOWS:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Cannot listen on {host}:{port} ({error.strerror}); choose another port with {option}."
            ) from error


def free_port(host: str = "127.0.0.1") -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        found: int = probe.getsockname()[1]
        return found
