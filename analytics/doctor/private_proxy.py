"""A proxy for the doctor alone: the user's certificate authority, but a spool of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analytics.doctor.papers import Papers
from analytics.launch.certificates import write_bundles
from analytics.launch.environment import proxy_url
from analytics.launch.places import Places
from analytics.launch.processes import START_TIMEOUT_S, ProxySettings, free_port, proxy_arguments, stop
from analytics.spool import Spool

STOP_TIMEOUT_S = 10.0
# mitmproxy says this after the reason.
PARTING = "Error logged during startup, exiting..."


class ProxyDidNotStart(Exception):
    """The message is the proxy's own last word."""


@contextmanager
def private_proxy(at: Places, papers: Papers, folder: Path) -> Iterator[str]:
    """Its URL. At the end of the block it has ended, and what it captured is in `spool_of(folder)`."""
    write_bundles(at, os.environ)
    settings = ProxySettings(port=free_port(), hosts=("localhost",), options=(f"client_certs={papers.proxy}",))
    process = None
    try:
        with _put_off(signal.SIGTERM):  # or a child could be started that nobody knows to stop
            process = _start(_arguments(settings, at, papers, folder), folder / "proxy.log")
        _await(process, settings.capture_id, folder)
        yield proxy_url(settings.listen, settings.port)
    finally:
        if process:
            stop(process, STOP_TIMEOUT_S)


@contextmanager
def _put_off(number: signal.Signals) -> Iterator[None]:
    """A signal that comes during the block is handled at its end."""
    come: list[int] = []
    before = signal.signal(number, lambda number, frame: come.append(number))
    try:
        yield
    finally:
        signal.signal(number, before)
    if come:
        signal.raise_signal(number)


def spool_of(folder: Path) -> Path:
    """The private spool."""
    return _places(folder, folder).spool


def _places(home: Path, folder: Path) -> Places:
    return Places(folder / "doctor.duckdb", home)


def _arguments(settings: ProxySettings, at: Places, papers: Papers, folder: Path) -> list[str]:
    """As for any other proxy of this installation, but that it trusts the doctor's host and no other."""
    name = "ssl_verify_upstream_trusted_ca="
    given = proxy_arguments(settings, _places(at.home, folder))
    return [f"{name}{papers.roots}" if argument.startswith(name) else argument for argument in given]


def _start(arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
    """What it says goes to a file: the terminal is for the report, and for JSON where a program reads it."""
    command, quiet = [sys.executable, "-m", "proxy_addons", *arguments], subprocess.DEVNULL
    group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # on Windows, so that `stop` reaches it
    with log.open("wb") as said:
        return subprocess.Popen(command, stdin=quiet, stdout=said, stderr=said, creationflags=group)  # noqa: S603


def _await(process: subprocess.Popen[bytes], capture_id: str, folder: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    spool = Spool(spool_of(folder))
    try:
        while not any(proxy.capture_id == capture_id for proxy in spool.proxies()):
            if process.poll() is not None or time.monotonic() > deadline:
                raise ProxyDidNotStart(_last_word(process, folder / "proxy.log"))
            time.sleep(0.05)
    finally:
        spool.close()


def _last_word(process: subprocess.Popen[bytes], log: Path) -> str:
    said = [line.strip() for line in log.read_text("utf-8", "replace").splitlines()]
    telling = [line for line in said if line and not line.endswith(PARTING)]
    if telling:
        return telling[-1]
    code = process.poll()
    return f"it was not there within {START_TIMEOUT_S:.0f} s" if code is None else _ending(code)


def _ending(code: int) -> str:
    return f"ended by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
