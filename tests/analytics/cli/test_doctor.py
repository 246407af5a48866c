"""`tokenecho doctor` as a user runs it."""

import io
import json
import re
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from analytics.cli.doctor import print_report
from analytics.doctor.check import Check

COMMAND = [sys.executable, "-m", "analytics.cli", "doctor"]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """No runtime on PATH: what is left is our own Python with its libraries."""
    home = tmp_path_factory.mktemp("data") / "home"
    temporary = tmp_path_factory.mktemp("temporary")
    return {"PATH": str(temporary), "TOKENECHO_HOME": str(home), "TMPDIR": str(temporary)}


@pytest.fixture(scope="module")
def healthy(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, "--json"], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def report(healthy: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(healthy.stdout)
    return found


def test_a_healthy_installation_ends_with_0(healthy: subprocess.CompletedProcess[str], report: dict[str, Any]) -> None:
    assert (healthy.returncode, healthy.stderr, report["ok"]) == (0, "", True)
    assert not [check for check in report["checks"] if check["level"] == "failure"]


def test_each_library_of_our_own_python_is_proved(report: dict[str, Any]) -> None:
    runtimes = defaultdict(list)
    for check in report["checks"]:
        if check["area"] == "runtime":
            runtimes[check["subject"].partition(": ")[2].partition(" ")[0]].append(check["found"])
    assert runtimes["requests"] == ["captured"]
    assert runtimes["httpx"] == ["captured"]
    assert runtimes["aiohttp"] == ["not routed", "captured"]


def test_every_area_is_covered(report: dict[str, Any]) -> None:
    assert [*dict.fromkeys(check["area"] for check in report["checks"])] == [
        "version",
        "file",
        "capture",
        "shell",
        "runtime",
    ]


def test_it_leaves_nothing_but_the_authority_and_the_secret(
    report: dict[str, Any], environment: dict[str, str]
) -> None:
    assert sorted(path.name for path in Path(environment["TOKENECHO_HOME"]).iterdir()) == ["ca", "secret"]
    assert not list(Path(environment["TMPDIR"]).glob("tokenecho-doctor-*"))


def test_in_a_pipe_it_prints_plain_columns_and_a_failure_ends_with_1(environment: dict[str, str]) -> None:
    broken = {**environment, "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "api.openai.com"}
    done = subprocess.run(COMMAND, env=broken, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert rows[0] == ["level", "area", "subject", "found", "what to do"]
    assert {len(row) for row in rows} == {5}
    assert [row[2:4] for row in rows if row[0] == "failure"] == [["HTTPS_PROXY", "nobody listens on 127.0.0.1:9"]]
    assert any(row[3] == "captured" for row in rows), "the private proxy is reached all the same"


def test_the_private_proxy_does_not_outlive_a_doctor_that_is_told_to_end(environment: dict[str, str]) -> None:
    doctor = subprocess.Popen(COMMAND, env=environment, stdout=subprocess.DEVNULL)
    temporary = Path(environment["TMPDIR"])
    deadline = time.monotonic() + 10
    while not (logs := list(temporary.glob("tokenecho-doctor-*/proxy.log"))) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert logs
    doctor.send_signal(signal.SIGTERM)
    assert doctor.wait(20) == 128 + signal.SIGTERM
    assert not logs[0].parent.exists()
    assert str(logs[0].parent) not in _command_lines()


def _command_lines() -> str:
    lines = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(process.read_bytes().decode("utf-8", "replace"))
        except OSError:
            continue
    return "\n".join(lines)


def test_on_a_terminal_the_remedy_stands_under_its_check() -> None:
    checks = [
        Check("runtime", "curl 8", "ok", "captured"),
        Check("shell", "NO_PROXY", "warning", "hides [red]api.openai.com", "Take it out."),
    ]
    written = io.StringIO()
    print_report(checks, Console(file=written, highlight=False, width=100))
    shell, runtimes = re.split(r"Runtimes: .*\n", written.getvalue().partition("This shell\n")[2])
    assert shell.strip().splitlines() == ["warning NO_PROXY: hides [red]api.openai.com", "          → Take it out."]
    assert runtimes == "  ok      curl 8: captured\n\nfailures: 0, warnings: 1, ok: 1\n"
