"""However a proxy ends, its recorder ends after it, with everything stored that it had been given."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.proxy_addons.calls import chat
from tests.rig import PATIENCE_S, ROOT, Rig, Trust, alive, children, proxy
from tests.upstream import Running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
CALLS = 30
PADDING = "x" * 100_000  # that many calls are three times what the pipe takes
SCRIPT = ("-c", "from mitmproxy.tools.main import mitmdump; mitmdump()", "-s", str(ROOT / "proxy_addons" / "main.py"))


def say(rig: Rig, calls: int, text: str = "Hello") -> None:
    with rig.client() as client:
        for _ in range(calls):
            assert client.post(chat().path, json=chat(text).body).status_code == 200


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_recorder_outlives_its_proxy(tmp_path: Path, trust: Trust, up: Running, how: signal.Signals) -> None:
    with proxy(tmp_path, trust, up) as rig:
        [recorder] = children(rig.process.pid)
        say(rig, CALLS)
        rig.process.send_signal(how)
        rig.process.wait(PATIENCE_S)
        wait_until_gone(recorder)
        # A client has its last byte a little before the proxy is told that the response is over.
        assert CALLS - (how == signal.SIGKILL) <= rig.spool.waiting() <= CALLS
        assert rig.spool.losses() == []


def test_signals_meant_for_the_proxy_do_not_end_its_recorder(tmp_path: Path, trust: Trust, up: Running) -> None:
    """Ctrl-C at a terminal, or a service's stop, reaches both at once."""
    with proxy(tmp_path, trust, up) as rig:
        [recorder] = children(rig.process.pid)
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(recorder, how)
        say(rig, CALLS)
        rig.wait_for(lambda: [1] * rig.spool.waiting(), CALLS)
        assert children(rig.process.pid) == [recorder]


def test_what_is_in_the_pipe_when_the_proxy_is_killed_is_stored(tmp_path: Path, trust: Trust, up: Running) -> None:
    with proxy(tmp_path, trust, up) as rig:
        [recorder] = children(rig.process.pid)
        os.kill(recorder, signal.SIGSTOP)
        say(rig, CALLS, PADDING)
        rig.process.kill()
        rig.process.wait()
        os.kill(recorder, signal.SIGCONT)
        wait_until_gone(recorder)
        found = [waiting.record() for waiting in rig.spool.take(size=10**9)]
        assert 5 <= len(found) < CALLS  # a pipe's worth: the recorder stood still, and nobody waited for it
        assert all(len(record.request.data) > len(PADDING) for record in found)
        assert all(record.complete for record in found)


def test_a_proxy_whose_recorder_is_killed_over_and_over_stores_every_call_once(
    tmp_path: Path, trust: Trust, up: Running
) -> None:
    with proxy(tmp_path, trust, up) as rig:
        for _ in range(3):
            recorders: list[Any] = rig.wait_for(lambda: children(rig.process.pid))
            say(rig, CALLS // 2)
            os.kill(recorders[0], signal.SIGKILL)
            say(rig, CALLS // 2)
        rig.wait_for(lambda: [1] * rig.spool.waiting(), 3 * CALLS)
        assert "the recorder ended (signal 9)" in rig.log
        rig.stop()
        assert rig.spool.waiting() == 3 * CALLS
        assert rig.spool.losses() == []
        assert rig.spool.proxies()[0].captured == 3 * CALLS


def test_a_plain_mitmdump_with_the_script_has_a_recorder_too(tmp_path: Path, trust: Trust, up: Running) -> None:
    options: dict[str, Any] = {"tokenecho_spool": tmp_path / "calls.duckdb.spool", "tokenecho_home": tmp_path / "home"}
    with proxy(tmp_path, trust, up, program=SCRIPT, tokenecho_hosts="localhost", **options) as rig:
        [recorder] = rig.wait_for(lambda: children(rig.process.pid))
        rig.spool_path = options["tokenecho_spool"]
        say(rig, 1)
        assert rig.record().complete
        rig.stop()
        wait_until_gone(recorder)
