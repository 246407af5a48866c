"""The health check, run as Docker would, against a real lock, a real spool, and a socket that listens."""

import http.server
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from analytics.launch.collector_lock import CollectorLock
from analytics.launch.places import Places
from analytics.spool import Proxy, Spool
from tests.docker.dockerfile import FOLDER

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /proc")


@pytest.fixture
def at(tmp_path: Path) -> Places:
    return Places(tmp_path / "tokenecho.duckdb", tmp_path)


def check(at: Places, role: str, **environment: str) -> tuple[int, str]:
    """The exit code, and what it says."""
    command = [sys.executable, str(FOLDER / "healthcheck.py"), role]
    given = {**os.environ, "TOKENECHO_HOME": str(at.home), **environment}
    done = subprocess.run(command, env=given, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@contextmanager
def listener() -> Iterator[str]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


def beat(at: Places, seen_at: float) -> None:
    with closing(Spool(at.spool)) as spool:
        spool.report_proxy(Proxy("c", 1, seen_at, seen_at, 0, 0, 0))


@linux
def test_a_proxy_that_listens_and_beats_is_healthy(at: Places) -> None:
    beat(at, time.time())
    with listener() as port:
        assert check(at, "proxy", TOKENECHO_PORT=port) == (0, "")


@linux
def test_a_proxy_whose_heart_stopped_is_not(at: Places) -> None:
    beat(at, time.time() - 60)
    with listener() as port:
        code, words = check(at, "proxy", TOKENECHO_PORT=port)
    assert code == 1
    assert "the last heartbeat is 60 s old" in words


@linux
def test_a_proxy_that_does_not_listen_is_not(at: Places) -> None:
    beat(at, time.time())
    with listener() as port:
        pass
    assert check(at, "proxy", TOKENECHO_PORT=port) == (1, f"proxy: nobody listens on port {port}\n")


@linux
def test_a_proxy_without_a_spool_is_not(at: Places) -> None:
    with listener() as port:
        code, words = check(at, "proxy", TOKENECHO_PORT=port)
    assert code == 1
    assert "unable to open database file" in words


def test_a_collector_that_holds_its_lock_is_healthy_and_one_that_let_go_is_not(at: Places) -> None:
    lock = CollectorLock(at.collector_lock)
    assert lock.take()
    assert check(at, "collector") == (0, "")
    lock.release()
    assert check(at, "collector") == (1, "collector: no collector holds the lock\n")


def test_a_collector_that_never_started_is_not_healthy(at: Places) -> None:
    assert check(at, "collector")[0] == 1


def test_another_database_has_another_lock(at: Places, tmp_path: Path) -> None:
    other = Places(tmp_path / "other.duckdb", tmp_path)
    lock = CollectorLock(other.collector_lock)
    assert lock.take()
    assert check(at, "collector", TOKENECHO_DB=str(other.database)) == (0, "")
    assert check(at, "collector")[0] == 1
    lock.release()


class _Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/_stcore/health" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_dashboard_that_answers_is_healthy_and_one_that_is_gone_is_not(at: Places) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = str(server.server_port)
        assert check(at, "dashboard", TOKENECHO_DASHBOARD_PORT=port) == (0, "")
        server.shutdown()
    assert check(at, "dashboard", TOKENECHO_DASHBOARD_PORT=port)[0] == 1
