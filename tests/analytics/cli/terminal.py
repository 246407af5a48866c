"""The command line as a person starts it: a process of its own, with a data folder of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner, Result

from analytics.cli import tokenecho as commands

ROOT = Path(__file__).parents[3]
# What a developer's own shell may hold, and what would change what a test sees.
OWN = ("TOKENECHO_", "HTTP", "NO_PROXY", "no_proxy", "OPENAI_", "SSL_CERT", "REQUESTS_CA", "CURL_CA", "NODE_")


def environment(home: Path, **more: str) -> dict[str, str]:
    """This process's environment without its routes and keys, and with that data folder."""
    plain = {name: value for name, value in os.environ.items() if not name.upper().startswith(OWN)}
    return {**plain, "TOKENECHO_HOME": str(home), "PYTHONUNBUFFERED": "1", **more}


def tokenecho(
    home: Path, *arguments: str, more: Mapping[str, str] | None = None, timeout: float = 90
) -> subprocess.CompletedProcess[str]:
    """A command, run to its end."""
    return subprocess.run(
        [sys.executable, "-m", "analytics.cli", *arguments],
        env=environment(home, **(more or {})),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def called(home: Path, *arguments: str) -> Result:
    """A command that starts no process of its own, run in this one: quicker, and alike otherwise."""
    return CliRunner(env={"TOKENECHO_HOME": str(home)}).invoke(commands, arguments)


@contextmanager
def started(home: Path, *arguments: str, more: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A command that goes on; ended with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "analytics.cli", *arguments],
        env=environment(home, **(more or {})),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(40)
        if process.stdout:
            process.stdout.close()
