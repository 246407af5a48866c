"""The server as `tokenecho dashboard` starts it."""

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.launch.processes import free_port, stop

SOCKET = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}
START_TIMEOUT_S = 60.0


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where a dashboard over no database listens."""
    place, found = tmp_path_factory.mktemp("server"), free_port()
    command = [
        sys.executable,
        "-m",
        "analytics.cli",
        "dashboard",
        "--port",
        str(found),
        "--db",
        str(place / "a.duckdb"),
    ]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL) as process:
        try:
            _wait(process, found)
            yield found
        finally:
            stop(process)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            if asked(port, "/_stcore/health") == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("The dashboard did not start.")


def asked(port: int, path: str, **headers: str) -> int:
    """The status of a request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_browser_on_this_machine_is_let_in(port: int) -> None:
    for host in ("127.0.0.1", "localhost"):
        origin = f"http://{host}:{port}"
        assert asked(port, "/_stcore/stream", Host=f"{host}:{port}", Origin=origin, **SOCKET) == 101


def test_a_page_of_another_origin_is_not_let_in(port: int) -> None:
    origin = "https://elsewhere.example"
    assert asked(port, "/_stcore/stream", Host=f"127.0.0.1:{port}", Origin=origin, **SOCKET) == 403


def test_another_name_for_this_machine_is_not_let_in(port: int) -> None:
    name = f"rebound.example:{port}"
    assert asked(port, "/_stcore/stream", Host=name, Origin=f"http://{name}", **SOCKET) == 403
