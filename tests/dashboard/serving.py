"""The dashboard as `tokenecho dashboard` starts it, and requests to it."""

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from analytics.launch.processes import free_port, stop
from analytics.launch.users import User, hashed, write_users
from tests.analytics.cli.terminal import environment

START_TIMEOUT_S = 60.0
SOCKET = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}
# Marked fake, and hashed once: a hash takes as long as a guess should.
PASSWORDS = {"ada": "not-a-real-password-1", "ben": "not-a-real-password-2"}


@contextmanager
def served(home: Path, *options: str, host: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """The port of a dashboard over the default database of that data folder."""
    port = port or free_port(host)
    where = ("--listen", host, "--port", str(port))
    command = [sys.executable, "-m", "analytics.cli", "dashboard", *where, *options]
    log = home / "dashboard.log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            command, cwd=Path(__file__).parents[2], stdout=output, stderr=subprocess.STDOUT, env=environment(home)
        ) as process,
    ):
        try:
            _wait(process, host, port, log)
            yield port
        finally:
            stop(process)


def _wait(process: subprocess.Popen[bytes], host: str, port: int, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if answered(port, "GET", "/_stcore/health", host=host)[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the dashboard did not come up\n{log.read_text()}")


def asked(port: int, path: str, **headers: str) -> int:
    """The status of a request."""
    return answered(port, "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})[0]


def answered(
    port: int,
    method: str,
    path: str,
    form: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    host: str = "127.0.0.1",
) -> tuple[int, dict[str, str], str]:
    """Status, headers (names in lower case) and body of a request."""
    connection = http.client.HTTPConnection(host, port, timeout=30)
    typed = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
    try:
        connection.request(method, path, urlencode(form) if form else None, typed | (headers or {}))
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        # A socket that was let in has no end.
        return answer.status, found, "" if answer.status == 101 else answer.read().decode()
    finally:
        connection.close()


def let_in(home: Path) -> dict[str, User]:
    """ada, an admin, and ben, a viewer, may log in there."""
    users = {"ada": User("admin", hashed(PASSWORDS["ada"])), "ben": User("viewer", hashed(PASSWORDS["ben"]))}
    write_users(home / "users.toml", users)
    return users
