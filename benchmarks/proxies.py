"""The two proxies side by side, before one upstream: a bare mitmdump and tokenecho's, each a process of its own."""

import contextlib
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analytics.endpoints import Endpoints
from analytics.launch.certificates import ensure_authority
from analytics.launch.places import Places
from analytics.launch.processes import ProxySettings, free_port, proxy_arguments, start, start_proxy, stop
from analytics.spool import Spool

ROOT = Path(__file__).parents[1]
BARE = "from mitmproxy.tools.main import mitmdump; mitmdump()"
PATIENCE_S = 20.0
REPORTS_S = 2.0  # within which it has written down what was stored before
# What tokenecho adds to mitmdump's arguments by itself.
OWN = ("tokenecho_", "allow_hosts")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A running proxy."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    def cpu(self) -> tuple[float, float]:
        """Seconds of CPU that it has used, all threads together: with its recorder, and without."""
        used = [(int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK") for values in self._stats()]
        return sum(used), used[0]

    def resident(self) -> float:
        """MiB of memory that it and its recorder hold."""
        pages = sum(int(values[21]) for values in self._stats())
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def _stats(self) -> list[list[str]]:
        """The numbers in /proc/PID/stat behind the name, of the process, and then of its children."""
        found = [_stat(Path(f"/proc/{self.process.pid}/stat"))]
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):  # it may have ended meanwhile
                values = _stat(path)
                if values[1] == str(self.process.pid):
                    found.append(values)
        return found


def _stat(path: Path) -> list[str]:
    return path.read_text().rpartition(")")[2].split()


@dataclass(frozen=True, slots=True)
class Course:
    """Both proxies, ready; `spool` is where tokenecho's writes."""

    upstream: int
    context: ssl.SSLContext
    bare: Proxy
    tokenecho: Proxy
    places: Places

    def captured(self) -> tuple[int, int]:
        """How many exchanges tokenecho has stored, and how many it lost; waits until it has said so."""
        asked = time.time()
        with contextlib.closing(Spool(self.places.spool)) as spool:
            deadline = time.monotonic() + PATIENCE_S
            while spool.proxies()[0].seen_at < asked + REPORTS_S and time.monotonic() < deadline:
                time.sleep(0.1)
            return spool.proxies()[0].captured, sum(count for _, _, count in spool.losses())


@contextlib.contextmanager
def course(*, control: bool = False) -> Iterator[Course]:
    """Everything started; a control has a second bare proxy in tokenecho's place, to show the noise."""
    with tempfile.TemporaryDirectory(prefix="tokenecho-bench-") as name, contextlib.ExitStack() as stack:
        places = Places(Path(name) / "calls.duckdb", Path(name))
        ensure_authority(places)
        upstream = _upstream(Path(name), stack)
        bare = _bare("bare", places, stack)
        second = _bare("bare again", places, stack) if control else _tokenecho(places, stack)
        context = ssl.create_default_context(cafile=str(places.authority_certificate))
        context.load_verify_locations(_upstream_ca(places))
        yield Course(upstream, context, bare, second, places)


@contextlib.contextmanager
def collector(places: Places) -> Iterator[None]:
    """A collector at work on what the proxy captures."""
    process = start(
        "analytics.cli", ["collect", "--db", str(places.database)], {"TOKENECHO_HOME": str(places.home)}, quiet=True
    )
    try:
        yield
    finally:
        stop(process)


def _upstream_ca(places: Places) -> Path:
    return places.home / "upstream-ca.pem"


def _upstream(folder: Path, stack: contextlib.ExitStack) -> int:
    command = [sys.executable, "-m", "benchmarks.upstream", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    stack.callback(stop, process)
    assert process.stdout  # noqa: S101  # for mypy
    stack.enter_context(process.stdout)
    return int(process.stdout.readline())


def _settings(places: Places) -> ProxySettings:
    roots = f"ssl_verify_upstream_trusted_ca={_upstream_ca(places)}"
    return ProxySettings(port=free_port(), hosts=("localhost",), options=(roots,))


def _tokenecho(places: Places, stack: contextlib.ExitStack) -> Proxy:
    settings = _settings(places)
    process = start_proxy(settings, places)
    stack.callback(stop, process)
    return Proxy("tokenecho", settings.port, process)


def _bare(name: str, places: Places, stack: contextlib.ExitStack) -> Proxy:
    """The same mitmdump with the same options, but for the addon's own."""
    settings = _settings(places)
    given = proxy_arguments(settings, places)
    shared = [
        word for pair in zip(given[::2], given[1::2], strict=True) if not pair[1].startswith(OWN) for word in pair
    ]
    hosts = [
        word for pattern in Endpoints(settings.hosts).host_patterns() for word in ("--set", f"allow_hosts={pattern}")
    ]
    script = str(Path(__file__).with_name("streamed.py"))
    command = [sys.executable, "-c", BARE, *shared, *hosts, "-s", script]
    process = subprocess.Popen(command, start_new_session=True)
    stack.callback(stop, process)
    _wait_until_listening(settings.port, process)
    return Proxy(name, settings.port, process)


def _wait_until_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("the bare mitmdump did not start")
