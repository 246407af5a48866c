"""The sidecar's rules in real network namespaces: an app without any proxy setting, the real proxy, a far provider."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from analytics.launch.certificates import write_bundles
from analytics.launch.places import Places
from analytics.launch.processes import ProxySettings, proxy_arguments, stop
from analytics.record import Record
from analytics.spool import Spool
from tests.docker.namespaces import FAR_ADDRESSES, Pair, inside, missing, pair

ROOT = Path(__file__).parents[2]
SCRIPT = str(ROOT / "docker" / "redirect.sh")
PROXY_UID, APP_UID = 10801, 10802
DEADLINE_S = 30.0

REASON = missing()
pytestmark = pytest.mark.skipif(REASON is not None, reason=f"redirect rules cannot be tried here: {REASON}")


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A running proxy in the app's namespace, and the upstream behind the cable."""

    names: Pair
    at: Places
    upstream_ca: Path

    def call(self, address: str, name: str, ca: Path, uid: int = APP_UID) -> dict[str, Any]:
        """What an app under that uid is answered."""
        command = [sys.executable, str(ROOT / "tests/docker/caller.py"), address, name, str(ca)]
        done = subprocess.run(
            inside(self.names.app, as_user(uid, command)), capture_output=True, text=True, timeout=30, check=False
        )
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def redirect(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The script, with no more rights than the compose file grants it."""
        rights = ["setpriv", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all,+net_admin"]
        command = inside(self.names.app, [*rights, SCRIPT, *arguments])
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def records(self, count: int) -> list[Record]:
        """The records in the spool, as soon as there are that many."""
        with closing(Spool(self.at.spool)) as spool:
            wait_until(lambda: spool.waiting() >= count)
            return [spooled.record() for spooled in spool.take()]


def as_user(uid: int, command: list[str]) -> list[str]:
    """The command under that uid, which may read this checkout and its Python wherever they lie."""
    rights = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", *rights, *command]


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not true():
        assert time.monotonic() < deadline, f"not within {DEADLINE_S:.0f} s"
        time.sleep(0.05)


@contextmanager
def process(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    running = subprocess.Popen(command, cwd=ROOT)
    try:
        yield running
    finally:
        stop(running)


@contextmanager
def provider(names: Pair, folder: Path) -> Iterator[Path]:
    """The upstream on port 443 of the far namespace; its CA."""
    port_file = folder / "port"
    serve = [sys.executable, "-m", "tests.upstream", "--ca-dir", str(folder), "--port-file", str(port_file)]
    with ExitStack() as stack:
        stack.enter_context(process(inside(names.far, serve)))
        wait_until(port_file.exists)
        for address in FAR_ADDRESSES:
            relay = [sys.executable, "tests/docker/relay.py", address, "443", port_file.read_text()]
            stack.enter_context(process(inside(names.far, relay)))
        wait_until(lambda: _listening(names.far, 443) == len(FAR_ADDRESSES))
        yield folder / "upstream-ca.pem"


def _listening(namespace: str, port: int) -> int:
    """How many sockets listen on that port."""
    tables = subprocess.run(
        inside(namespace, ["cat", "/proc/net/tcp", "/proc/net/tcp6"]), capture_output=True, check=True
    )
    rows = [line.split() for line in tables.stdout.decode().splitlines()]
    return sum(row[3] == "0A" and row[1].endswith(f":{port:04X}") for row in rows)


@contextmanager
def transparent_proxy(names: Pair, at: Places) -> Iterator[None]:
    """The proxy as the sidecar runs it: its own uid, loopback only."""
    settings = ProxySettings(8080, mode=("transparent@127.0.0.1:8080", "transparent@::1:8080"))
    for path in (at.home, *at.home.rglob("*")):
        os.chown(path, PROXY_UID, PROXY_UID)
    command = [sys.executable, "-m", "proxy_addons", *proxy_arguments(settings, at)]
    with process(inside(names.app, as_user(PROXY_UID, command))):
        # The spool too: made by this test first, it would be root's and closed to the proxy.
        wait_until(lambda: _listening(names.app, 8080) == 2 and at.spool.exists())
        yield


@pytest.fixture(scope="module")
def unruled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    """Everything but the rules."""
    home, far = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("far")
    at = Places(home / "tokenecho.duckdb", home)
    with pair() as names, provider(names, far) as upstream_ca:
        write_bundles(at, {"SSL_CERT_FILE": str(upstream_ca)})
        with transparent_proxy(names, at):
            yield Sidecar(names, at, upstream_ca)


@pytest.fixture(scope="module")
def sidecar(unruled: Sidecar) -> Sidecar:
    """With the rules, made after it was seen that without them nothing is redirected."""
    assert unruled.redirect("--check").returncode == 1
    answer = unruled.call(FAR_ADDRESSES[0], "api.openai.com", unruled.upstream_ca)
    assert answer["issuer"]["organizationName"] == "tokenecho test upstream"
    assert unruled.records(0) == []
    done = unruled.redirect()
    assert done.returncode == 0, done.stderr
    return unruled


@pytest.mark.parametrize("address", FAR_ADDRESSES)
def test_a_call_without_a_proxy_setting_is_captured(sidecar: Sidecar, address: str) -> None:
    """Only the authority is trusted, so an answer at all means that it came through the proxy."""
    before = len(sidecar.records(0))
    answer = sidecar.call(address, "api.openai.com", sidecar.at.authority_certificate)
    record = sidecar.records(before + 1)[-1]
    assert answer["status"] == 200
    assert answer["issuer"]["commonName"] == "mitmproxy"
    assert (record.host, record.path, record.status) == ("api.openai.com", "/v1/chat/completions", 200)
    assert b"Which way did this go?" in record.request.data
    assert record.response.data.decode() == answer["body"]


@pytest.mark.parametrize("address", FAR_ADDRESSES)
def test_another_host_is_tunnelled_with_its_own_certificate(sidecar: Sidecar, address: str) -> None:
    before = len(sidecar.records(0))
    answer = sidecar.call(address, "example.com", sidecar.upstream_ca)
    assert answer["issuer"]["organizationName"] == "tokenecho test upstream"
    assert len(sidecar.records(0)) == before


def test_what_the_proxys_own_user_sends_is_not_redirected(sidecar: Sidecar) -> None:
    """Or the proxy would call itself for ever. It is also why an app must have another uid."""
    answer = sidecar.call(FAR_ADDRESSES[0], "api.openai.com", sidecar.upstream_ca, uid=PROXY_UID)
    assert answer["issuer"]["organizationName"] == "tokenecho test upstream"


def test_the_rules_are_made_once_and_checked(sidecar: Sidecar) -> None:
    assert sidecar.redirect("true").returncode == 0
    assert sidecar.redirect("--check").returncode == 0
    for command in ("iptables", "ip6tables"):
        listed = subprocess.run(
            inside(sidecar.names.app, [command, "-t", "nat", "-S", "OUTPUT"]),
            capture_output=True,
            text=True,
            check=True,
        )
        assert listed.stdout.count("REDIRECT") == 1


def test_the_command_runs_only_behind_the_rules(sidecar: Sidecar) -> None:
    done = sidecar.redirect("echo", "the app's turn")
    assert done.stdout.endswith("the app's turn\n")
    refused = subprocess.run(
        inside(sidecar.names.far, ["setpriv", "--bounding-set=-all", SCRIPT, "echo", "the app's turn"]),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert refused.returncode != 0
    assert "turn" not in refused.stdout
