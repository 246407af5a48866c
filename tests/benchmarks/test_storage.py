"""The benchmarks of speed, size and queries as a user runs them, in short."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.sessions import SOURCE

ROOT = Path(__file__).parents[2]


def printed(module: str, *options: str) -> list[list[str]]:
    """The rows of the table that it prints, without the head."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.skipif(not SOURCE.exists(), reason="the generated agent sessions are made from a file that is not here")
def test_every_generated_call_is_ingested_and_measured() -> None:
    ((exchanges, raw, per_cpu, *_, share),) = printed("bench_ingest", "--exchanges", "40")
    assert exchanges == "40"
    assert float(raw) > 0
    assert float(per_cpu) > 0
    assert share.endswith("%")


def test_a_long_conversation_stays_one_in_every_part() -> None:
    rows = printed("bench_long_conversation", "--turns", "80")
    assert [(row[0], row[-1]) for row in rows] == [(str(turns), str(turns)) for turns in range(10, 90, 10)]


def test_every_query_finds_something_in_the_made_up_calls() -> None:
    rows = printed("bench_queries", "--calls", "2000")
    assert len(rows) == 14
    assert [name for name, found, *_ in rows if int(found.replace(",", "")) == 0] == []
