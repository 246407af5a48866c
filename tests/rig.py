"""Proxies as a user starts them, for tests: a process of their own, with files of their own, in front of the upstream.

with authority(folder) as trust, proxy(folder, trust, up) as rig: …
"""

import contextlib
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import httpx2

from analytics.launch.processes import free_port
from analytics.record import Record
from analytics.spool import Spool
from tests.upstream import Running

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "tests" / "proxy_addons" / "scripts"
PATIENCE_S = 20.0
BARE = ("-c", "from mitmproxy.tools.main import mitmdump; mitmdump()")
OURS = ("-m", "proxy_addons")


@dataclass(frozen=True, slots=True)
class Trust:
    """The proxy's certificate authority, and a bundle with the upstream's beside it."""

    folder: Path
    bundle: Path

    @property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.bundle))


def make_trust(folder: Path, up: Running) -> Trust:
    """The authority that a proxy would make, made beforehand."""
    subprocess.run([sys.executable, "-m", "proxy_addons.authority", str(folder)], check=True, cwd=ROOT)
    bundle = folder / "both.pem"
    bundle.write_text((folder / "mitmproxy-ca-cert.pem").read_text() + up.ca_pem.read_text())
    return Trust(folder, bundle)


def children(pid: int) -> list[int]:
    """The processes that this one has started and that run, from /proc."""
    return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/stat") if _stat(path)[1:2] == [str(pid)]]


def alive(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    return _stat(Path(f"/proc/{pid}/stat"))[:1] not in ([], ["Z"])


def _stat(path: Path) -> list[str]:
    """A process's state, parent and so on, https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return []


@dataclass(slots=True)
class Rig:
    """A running proxy."""

    port: int
    up: Running
    trust: Trust
    process: subprocess.Popen[bytes]
    folder: Path
    spool_path: Path
    mark: int = 0
    _spool: Spool | None = field(default=None, repr=False)
    _own_client: httpx.Client | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        return self.folder / "calls.duckdb"

    @property
    def log(self) -> str:
        """What the proxy has written to stdout and stderr."""
        return (self.folder / "proxy.log").read_text("utf-8", "replace")

    @property
    def spool(self) -> Spool:
        self._spool = self._spool or Spool(self.spool_path)
        return self._spool

    def client(self, *, http2: bool = False, login: str = "", **options: Any) -> httpx.Client:
        """A client of the upstream that goes through the proxy."""
        return httpx.Client(
            verify=self.trust.context,
            proxy=self.url.replace("//", f"//{login}@") if login else self.url,
            http2=http2,
            trust_env=False,
            **{"timeout": 10, "base_url": self.up.base_url, **options},
        )

    def sdk_client(self) -> httpx2.Client:
        """The same, of the kind that the SDKs take."""
        return httpx2.Client(verify=self.trust.context, proxy=self.url, trust_env=False, timeout=10)

    def sdk_async_client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(verify=self.trust.context, proxy=self.url, trust_env=False, timeout=10)

    def settle(self) -> None:
        """Wait until all that ended before is stored, and put it behind."""
        self.drained()
        self.up.log.clear()

    def drained(self) -> list[Record]:
        """All that ended before and was not given yet, once it is stored: the writer keeps the order."""
        self._own_client = self._own_client or self.client()
        body = {"model": "claude-sonnet-4-5", "max_tokens": 1, "messages": [{"role": "user", "content": "settle"}]}
        self._own_client.post("/v1/messages/count_tokens", json=body)
        found: list[Record] = []
        while not (found and found[-1].path.endswith("/count_tokens")):
            [spooled] = self.wait_for(lambda: self.spool.take(after=self.mark, count=1))
            self.mark = spooled.seq
            found.append(spooled.record())
        return found[:-1]

    def records(self, count: int = 1) -> list[Record]:
        """The next `count` records; those before are never given again. Fails where more have come."""
        found = self.wait_for(lambda: self.spool.take(after=self.mark), count)
        assert len(found) == count, [spooled.record().path for spooled in found]
        self.mark = found[-1].seq if found else self.mark
        return [spooled.record() for spooled in found]

    def record(self) -> Record:
        [record] = self.records()
        return record

    def wait_for[T](self, take: Any, count: int = 1) -> list[Any]:
        """What `take` gives, as soon as there are that many of it."""
        deadline = time.monotonic() + PATIENCE_S
        while len(found := take()) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} came\n{self.log}"
            assert self.process.poll() is None, self.log
            time.sleep(0.01)
        return list(found)

    def losses(self) -> dict[str, int]:
        """What was lost so far, by reason; waits for a loss."""
        self.wait_for(self.spool.losses)
        return {reason: count for reason, _, count in self.spool.losses()}

    def failures(self) -> int:
        """How often our code failed in the proxy; waits for a failure."""
        self.wait_for(lambda: [proxy for proxy in self.spool.proxies() if proxy.failures])
        return self.spool.proxies()[0].failures

    def close(self) -> None:
        """Close what this side holds open."""
        for held in (self._spool, self._own_client):
            if held:
                held.close()

    def stop(self) -> None:
        """End the proxy, and wait until it has."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE_S)
        finally:
            self.process.kill()


@contextlib.contextmanager
def proxy(
    folder: Path,
    trust: Trust,
    up: Running,
    *,
    program: Sequence[str] = OURS,
    scripts: Sequence[str] = (),
    hosts: Sequence[str] = ("localhost",),
    reports: bool = True,
    **options: Any,
) -> Iterator[Rig]:
    """A proxy that listens, and unless told otherwise has reported to its spool.

    `scripts` are names of files in `scripts/`, and `options` those of mitmproxy and of our addon.
    """
    folder.mkdir(exist_ok=True)
    port = free_port()
    spool = Path(options.setdefault("tokenecho_spool", folder / "calls.duckdb.spool")) if program is OURS else folder
    arguments = [*_arguments(folder, trust, up, hosts, program, options), *_script_arguments(scripts)]
    rig = Rig(port, up, trust, _start(folder, port, program, arguments), folder, spool)
    try:
        _wait_until_ready(rig, reports=program is OURS and reports)
        yield rig
    finally:
        rig.stop()
        rig.close()


def _arguments(
    folder: Path, trust: Trust, up: Running, hosts: Sequence[str], program: Sequence[str], options: dict[str, Any]
) -> list[str]:
    values: dict[str, Any] = {
        "confdir": trust.folder,
        "ssl_verify_upstream_trusted_ca": up.ca_pem,
        "termlog_verbosity": "warn",
        "flow_detail": 0,
    }
    if program is OURS:
        values["tokenecho_home"] = folder / "home"
    sets = [f"{name}={value}" for name, value in (values | options).items()]
    sets += [f"tokenecho_hosts={host}" for host in hosts] if program is OURS else []
    return [part for value in sets for part in ("--set", value)]


def _script_arguments(names: Sequence[str]) -> list[str]:
    return [part for name in names for part in ("-s", str(SCRIPTS / f"{name}.py"))]


def _start(folder: Path, port: int, program: Sequence[str], arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, *program, "--listen-host", "127.0.0.1", "--listen-port", str(port), *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with (folder / "proxy.log").open("ab") as log:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)


def _wait_until_ready(rig: Rig, *, reports: bool) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not (_listens(rig.port) and (not reports or (rig.spool_path.exists() and rig.spool.proxies()))):
        assert rig.process.poll() is None, rig.log
        assert time.monotonic() < deadline, rig.log
        time.sleep(0.02)


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
