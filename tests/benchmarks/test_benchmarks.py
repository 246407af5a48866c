"""One benchmark as a user runs it, in short: proxies, load, collector and table are those of all three."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_memory_is_measured_with_every_exchange_captured() -> None:
    command = [sys.executable, "-m", "benchmarks.bench_memory", "--quick"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert printed.returncode == 0, printed.stderr
    rows = {line.split("|")[1].strip() for line in printed.stdout.splitlines() if line.startswith("|")}
    assert {"bare", "tokenecho"} < rows
    assert "captured 400, lost 0" in printed.stdout
