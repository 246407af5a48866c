"""`tokenecho run` and `up`, with a real SDK, the real proxy and a real database."""

import json
import os
import re
import signal
import socket
import ssl
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from analytics.launch.processes import free_port
from tests.analytics.cli.terminal import ROOT, started, tokenecho
from tests.upstream import upstream

CHAT = str(ROOT / "examples" / "chat.py")


def test_a_chat_of_three_turns_leaves_three_rows_with_the_usage_the_provider_reported(tmp_path: Path) -> None:
    ran = tokenecho(tmp_path, "run", "--host", "localhost", "--team", "blue", "--", sys.executable, CHAT)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("> Name a river in Europe.\nReply 1")
    assert "tokenecho" not in ran.stdout
    found = json.loads(tokenecho(tmp_path, "exchanges", "--json").stdout)
    rows = sorted(found["exchanges"], key=lambda row: row["started_at"])
    assert [row["model"] for row in rows] == ["gpt-4o-mini-2024-07-18"] * 3
    assert all(row["complete"] and row["streamed"] and row["status"] == 200 for row in rows)
    assert all(row["team"] == "blue" and row["client"] == "openai-python" for row in rows)
    inputs = [row["input_tokens"] for row in rows]
    # The stand-in bills every turn the whole conversation: the turn before, its reply, and the new question.
    assert inputs == sorted(inputs)
    assert inputs[0] + rows[0]["output_tokens"] < inputs[1]
    assert inputs[1] + rows[1]["output_tokens"] < inputs[2]
    assert all(row["cost_usd"] is None and row["cost_reason"] for row in rows)
    lines = ran.stderr.splitlines()[-5:]
    assert lines[0] == "tokenecho  3 calls"
    assert lines[1] == f"  tokens   {sum(inputs)} in, {sum(row['output_tokens'] for row in rows)} out"
    assert lines[4].endswith("tokenecho.duckdb")


def test_the_exit_code_and_the_streams_are_the_commands_own(tmp_path: Path) -> None:
    script = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)"
    ran = tokenecho(tmp_path, "run", "--", sys.executable, "-c", script)
    assert ran.returncode == 7
    assert ran.stdout == "out\n"
    assert ran.stderr.splitlines()[0] == "err"
    assert ran.stderr.splitlines()[1] == "tokenecho  0 calls"


def test_a_command_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    ran = tokenecho(tmp_path, "run", "--", "no-such-command-here")
    assert ran.returncode == 127
    assert "tokenecho: no-such-command-here: no such command" in ran.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_reach_the_command_and_its_end_is_ours(tmp_path: Path, number: signal.Signals) -> None:
    ready = tmp_path / "ready"
    script = f"import signal, sys, time; signal.signal({int(number)}, lambda *_: sys.exit(42)); "
    script += f"open({str(ready)!r}, 'w').close(); time.sleep(60)"
    with started(tmp_path, "run", "--", sys.executable, "-c", script) as process:
        _wait_for(ready.exists)
        process.send_signal(number)
        assert process.wait(60) == 42


def test_a_command_that_a_signal_ends_gives_128_and_its_number(tmp_path: Path) -> None:
    ran = tokenecho(tmp_path, "run", "--", sys.executable, "-c", "import os; os.kill(os.getpid(), 9)")
    assert ran.returncode == 137


def test_options_of_the_command_are_left_to_it(tmp_path: Path) -> None:
    ran = tokenecho(tmp_path, "run", "--", sys.executable, "-c", "import sys; print(sys.argv[1:])", "--port", "--help")
    assert ran.stdout == "['--port', '--help']\n"


def test_up_prints_what_to_copy_and_captures_what_is_sent_through_it(tmp_path: Path) -> None:
    port, seen = free_port(), free_port()
    arguments = ["up", "--port", str(port), "--dashboard-port", str(seen), "--host", "localhost"]
    with upstream() as provider, started(tmp_path, *arguments) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        assert lines[0].split(":", 1)[1].strip() == f'eval "$(tokenecho env --port {port})" && python your_app.py'
        assert lines[1].split(":", 1)[1].strip() == f"http://127.0.0.1:{seen}"
        _post(f"http://red+shop:x@127.0.0.1:{port}", f"{provider.base_url}/v1/chat/completions", tmp_path)
        _wait_for(lambda: "gpt-4o" in tokenecho(tmp_path, "exchanges").stdout)
        row = json.loads(tokenecho(tmp_path, "exchanges", "--json").stdout)["exchanges"][0]
        assert (row["team"], row["app"]) == ("red", "shop")
        _wait_for(lambda: httpx.get(f"http://127.0.0.1:{seen}/_stcore/health", trust_env=False).text == "ok")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()


def test_a_port_in_use_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = tokenecho(tmp_path, "up", "--port", str(port), "--no-dashboard")
    assert ran.returncode == 1
    assert re.fullmatch(
        rf"Error: Cannot listen on 127\.0\.0\.1:{port} \(Address already in use\); choose another port with --port\.\n",
        ran.stderr,
    )


def test_files_are_the_owners_only(tmp_path: Path) -> None:
    home = tmp_path / "home"
    tokenecho(home, "run", "--host", "localhost", "--", sys.executable, CHAT)
    for path in (home, *home.rglob("*")):
        wanted = 0o700 if path.is_dir() else 0o600
        assert os.stat(path).st_mode & 0o777 == wanted, path


def _post(proxy: str, url: str, home: Path) -> None:
    bundle = str(home / "ca" / "bundle.pem")
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}
    with httpx.Client(proxy=proxy, verify=ssl.create_default_context(cafile=bundle), trust_env=False) as client:
        assert client.post(url, json=body).status_code == 200


def _wait_for(condition: Callable[[], bool], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")
