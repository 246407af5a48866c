"""A command starts without what only the pages need."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.analytics.cli.databases import conversation
from tests.analytics.cli.terminal import ROOT, environment

# A part of pandas: that somebody asked for pandas in vain is told, too.
FRAMES = "pandas.core.frame"


@pytest.mark.parametrize("arguments", [["sql", "select 1"], ["collect", "--once"], ["report"]])
def test_a_command_imports_no_pandas(tmp_path: Path, arguments: list[str]) -> None:
    conversation(tmp_path)
    imported = _imports(tmp_path, ["-m", "analytics.cli", *arguments])
    assert "duckdb" in imported
    assert FRAMES not in imported


def test_without_being_told_duckdb_imports_pandas(tmp_path: Path) -> None:
    assert FRAMES in _imports(tmp_path, ["-c", "import duckdb; duckdb.execute('select ?', [1])"])


def _imports(home: Path, arguments: list[str]) -> set[str]:
    """What a Python process imports: the last column of what `-X importtime` prints."""
    command = [sys.executable, "-X", "importtime", *arguments]
    ran = subprocess.run(
        command, env=environment(home), cwd=ROOT, capture_output=True, text=True, timeout=90, check=False
    )
    return {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines() if line.startswith("import time:")}
