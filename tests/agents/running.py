"""Run a command under `tokenecho run`, and see what it called and what was captured."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.upstream import Running
from tests.upstream.encodings import decode
from tests.upstream.records import Received

TIMEOUT_S = 60.0
REDIRECT = Path(__file__).with_name("redirect.py")
INSTALL = "tests/agents/install.sh FOLDER, then TOKENECHO_TEST_AGENTS=FOLDER"
# Paths that ask a model, written down here and not read from the product's own table.
MODEL_CALLS = re.compile(r"/(?:messages|responses|chat/completions)$|:(?:streamG|g)enerateContent$")


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a command: its own words, the model calls that reached the upstream, and the captured ones."""

    code: int
    out: str
    err: str
    calls: list[dict[str, Any]]
    exchanges: list[dict[str, Any]]


def folder() -> Path | None:
    """Where install.sh put the agents."""
    given = os.environ.get("TOKENECHO_TEST_AGENTS")
    return Path(given).absolute() if given else None


def search_path() -> str:
    """The agents' commands and a Node for them, before all else."""
    inside = folder()
    ours = [inside / "node_modules" / "node24" / "bin", inside / "node_modules" / ".bin"] if inside else []
    return os.pathsep.join([*map(str, ours), os.environ.get("PATH", os.defpath)])


def command(name: str) -> str:
    """The path of an agent's command; skips the test where it is not installed."""
    found = shutil.which(name, path=search_path())
    if not found:
        pytest.skip(f"{name} is not installed: {INSTALL}")
    return found


def run(arguments: Sequence[str], up: Running, place: Path, variables: Mapping[str, str]) -> Run:
    """Run it in a folder of its own, with a home of its own, for a minute at most."""
    for name in ("home", "work"):
        (place / name).mkdir(exist_ok=True)
    up.log.clear()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        "PATH": search_path(),
        "HOME": str(place / "home"),
        "TOKENECHO_HOME": str(place / "tokenecho"),
        "TOKENECHO_DB": str(place / "calls.duckdb"),
        "TOKENECHO_TEST_UPSTREAM": str(up.port),
        **variables,
    }
    options = ["--addon", str(REDIRECT), "--set", f"ssl_verify_upstream_trusted_ca={up.ca_pem}"]
    ended = _complete([*_tokenecho("run"), *options, "--", *arguments], place / "work", environment)
    calls = [call for request in up.requests for call in _calls(request)]
    return Run(ended.returncode, ended.stdout, ended.stderr, calls, _exchanges(place, environment))


def _tokenecho(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "analytics.cli", *arguments]


def _complete(
    arguments: Sequence[str], place: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(arguments, cwd=place, env=environment, text=True, **pipes) as process:
        try:
            out, err = process.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)  # handed on to the agent, so that the proxy ends in order
            out, err = process.communicate(timeout=TIMEOUT_S)
            pytest.fail(f"not done in {TIMEOUT_S:.0f} s\n{out}\n{err}")
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def _calls(request: Received) -> Iterator[dict[str, Any]]:
    """The bodies of the model calls in a request: one, or on a WebSocket one in each frame of the client's."""
    if MODEL_CALLS.search(request.path.partition("?")[0]):
        bodies = request.messages or [decode(request.body, request.header.get("content-encoding", ""))]
        yield from (json.loads(body) for body in bodies)


def _exchanges(place: Path, environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """What `tokenecho exchanges --json` lists, oldest first."""
    listed = _complete(_tokenecho("exchanges", "--json", "--limit", "100"), place, environment)
    found: list[dict[str, Any]] = json.loads(listed.stdout)["exchanges"] if listed.returncode == 0 else []
    return found[::-1]
