"""Node's SDKs on three Nodes, with nothing but the environment that `tokenecho run` sets."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.agents.running import INSTALL, folder, run
from tests.upstream import Running

CALLS = Path(__file__).with_name("calls.mjs")
KEYS = {"OPENAI_API_KEY": "sk-test", "ANTHROPIC_API_KEY": "sk-ant-test", "GEMINI_API_KEY": "test"}
CLIENTS = ["openai-node", "openai-node", "anthropic-node", "google-genai-node", "node", None]


@pytest.fixture(params=["node20", "node22", "node24"])
def node(request: pytest.FixtureRequest) -> Path:
    """One of the Nodes that install.sh installs, or the one on PATH where it is of that release."""
    release: str = request.param
    inside = folder()
    own = inside / "node_modules" / release / "bin" / "node" if inside else None
    if inside is None or not (inside / "node_modules" / "openai").exists():
        pytest.skip(f"Node's SDKs are not installed: {INSTALL}")
    if own and own.exists():
        return own
    usual = shutil.which("node")
    if not usual or not _version(usual).startswith(f"v{release.removeprefix('node')}."):
        pytest.skip(f"{release} is not installed: {INSTALL}")
    return Path(usual)


def _version(path: str) -> str:
    return subprocess.run([path, "--version"], check=True, capture_output=True, text=True).stdout


def test_every_sdk_is_captured_without_a_change_to_the_app(node: Path, up: Running, tmp_path: Path) -> None:
    inside = folder()
    assert inside
    (tmp_path / "node_modules").symlink_to(inside / "node_modules")
    script = str(shutil.copy(CALLS, tmp_path))
    before = "v20." in _version(str(node))
    packages = ("openai-before", "genai-before") if before else ("openai", "@google/genai")
    found = run([str(node), script, *packages], up, tmp_path, KEYS)

    assert found.code == 0, found.err
    results = json.loads(found.out)
    assert results["fetch"] == results["https"] == 200, results
    assert all(isinstance(result, int) and result > 0 for result in results.values()), results
    assert len(found.exchanges) == len(found.calls) == len(results)
    assert [exchange["client"] for exchange in found.exchanges] == CLIENTS
    assert all(exchange["input_tokens"] and exchange["output_tokens"] for exchange in found.exchanges)
