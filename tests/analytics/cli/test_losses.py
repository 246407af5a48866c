"""What was not stored is shown wherever somebody looks, and what a listener exposes is said when it starts."""

import json
import sys
from pathlib import Path

import pytest

from analytics.launch.processes import free_port
from tests.analytics.cli.terminal import ROOT, started, tokenecho

CHAT = str(ROOT / "examples" / "chat.py")


def test_calls_that_the_spool_turned_away_are_in_the_summary_and_the_list(tmp_path: Path) -> None:
    options = ["--host", "localhost", "--set", "tokenecho_disk_limit=1"]
    ran = tokenecho(tmp_path, "run", *options, "--", sys.executable, CHAT)
    assert ran.returncode == 0, ran.stderr  # the chat itself is not disturbed
    assert "0 calls (3 not stored (see `tokenecho doctor`))" in ran.stderr
    assert "3 not stored: the spool was full" in tokenecho(tmp_path, "exchanges").stderr
    assert json.loads(tokenecho(tmp_path, "exchanges", "--json").stdout)["shortfalls"] == {"spool_limit": 3}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the machine has no second loopback address")
def test_a_listener_on_another_address_says_what_it_exposes(tmp_path: Path) -> None:
    """127.0.0.2 is no address that the command knows for harmless, and harms nobody here."""
    for listen, said in (("127.0.0.2", True), ("127.0.0.1", False)):
        with started(tmp_path, "up", "--listen", listen, "--port", str(free_port()), "--no-dashboard") as process:
            assert process.stdout
            line = process.stdout.readline()
        assert (f"listens on {listen}: whoever reaches it" in line) is said, line
