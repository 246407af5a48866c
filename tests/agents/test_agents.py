"""Claude Code, Codex and Gemini CLI, each signed in both ways, read a file with a tool: two turns of a conversation."""

import base64
import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.agents.running import command, run, search_path
from tests.upstream import Running


@dataclass(frozen=True, slots=True)
class Agent:
    """How to start an agent, and what its calls are to look like."""

    name: str
    arguments: tuple[str, ...]
    tool: str
    tool_input: str
    provider: str
    variables: dict[str, str] = field(default_factory=dict)
    prepare: Callable[[Path, dict[str, str]], None] = lambda home, variables: None
    transport: str = "http"
    session: bool = True

    @property
    def command(self) -> str:
        return self.arguments[0]

    @property
    def prompt(self) -> str:
        return f"Where do I live? [[upstream tool={self.tool} tool-input={quote(self.tool_input, safe='')}]]"


def _claude(name: str, **variables: str) -> Agent:
    quiet = {"DISABLE_AUTOUPDATER": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"}
    arguments = ("claude", "--allowedTools", "Bash", "--print")
    return Agent(name, arguments, "Bash", json.dumps({"command": "cat note.txt"}), "anthropic", quiet | variables)


def _codex(name: str, provider: str, prepare: Callable[[Path, dict[str, str]], None], *options: str) -> Agent:
    arguments = ("codex", "exec", "--skip-git-repo-check", "-c", "check_for_update_on_startup=false", *options)
    code = 'text(await tools.exec_command({cmd: "cat note.txt"}))'
    transport = "http" if options else "websocket"
    return Agent(name, arguments, "exec", code, provider, {}, prepare, transport)


def _with_key(home: Path, variables: dict[str, str]) -> None:
    (home / ".codex").mkdir()
    arguments = [command("codex"), "login", "--with-api-key"]
    subprocess.run(arguments, input="sk-test", text=True, env=variables, check=True, capture_output=True)


def _with_chatgpt(home: Path, variables: dict[str, str]) -> None:
    """The file that signing in with ChatGPT leaves behind; nobody checks the token's signature here."""
    account = {"chatgpt_plan_type": "plus", "chatgpt_user_id": "user-1", "chatgpt_account_id": "account-1"}
    claims = {"email": "me@example.com", "exp": time.time() + 3600, "https://api.openai.com/auth": account}
    token = ".".join(_segment(part) for part in ({"alg": "none"}, claims, {}))
    tokens = {"id_token": token, "access_token": token, "refresh_token": "r", "account_id": "account-1"}
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    (home / ".codex").mkdir()
    signed_in = {"auth_mode": "chatgpt", "OPENAI_API_KEY": None, "tokens": tokens, "last_refresh": now}
    (home / ".codex" / "auth.json").write_text(json.dumps(signed_in))


def _segment(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


PLAIN_HTTP = (
    *("-c", "features.enable_request_compression=true"),
    *("-c", "model_provider=plain", "-c", 'model_providers.plain.name="OpenAI"'),
    *("-c", 'model_providers.plain.base_url="https://chatgpt.com/backend-api/codex"'),
    *("-c", "model_providers.plain.requires_openai_auth=true", "-c", "model_providers.plain.supports_websockets=false"),
)


def _gemini(name: str, provider: str, sign_in: str, *, session: bool, **variables: str) -> Agent:
    def prepare(home: Path, variables: dict[str, str]) -> None:
        (home / ".gemini").mkdir()
        settings = {
            "general": {"enableAutoUpdate": False},
            "privacy": {"usageStatisticsEnabled": False},
            "security": {"auth": {"selectedType": sign_in}},
        }
        (home / ".gemini" / "settings.json").write_text(json.dumps(settings))

    given = json.dumps({"command": "cat note.txt"})
    trusted = {"GEMINI_CLI_TRUST_WORKSPACE": "true", **variables}
    arguments = ("gemini", "--yolo", "--prompt")
    return Agent(name, arguments, "run_shell_command", given, provider, trusted, prepare, session=session)


AGENTS = (
    _claude("claude-code", ANTHROPIC_API_KEY="sk-ant-test"),
    _claude("claude-code-plan", CLAUDE_CODE_OAUTH_TOKEN="sk-ant-oat01-test"),
    _codex("codex", "openai", _with_key),
    _codex("codex-chatgpt", "openai-codex", _with_chatgpt),
    _codex("codex-http-zstd", "openai-codex", _with_chatgpt, *PLAIN_HTTP),
    _gemini("gemini-cli", "google", "gemini-api-key", session=False, GEMINI_API_KEY="test"),
    _gemini(
        "gemini-cli-google",
        "gemini-cli",
        "oauth-personal",
        session=True,
        GOOGLE_GENAI_USE_GCA="true",
        GOOGLE_CLOUD_ACCESS_TOKEN="test",
    ),
)


@pytest.mark.parametrize("agent", AGENTS, ids=[agent.name for agent in AGENTS])
def test_an_agent_works_and_every_model_call_is_captured(agent: Agent, up: Running, tmp_path: Path) -> None:
    path = command(agent.command)
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    (work / "note.txt").write_text("lives in Turku")
    agent.prepare(home, {"HOME": str(home), "PATH": search_path()})
    found = run([path, *agent.arguments[1:], agent.prompt], up, tmp_path, agent.variables)

    assert found.code == 0, found.err
    assert "The quick brown fox" in found.out
    assert "lives in Turku" in json.dumps(found.calls[-1])
    assert len(found.exchanges) == len(found.calls) >= 2
    assert " failed" not in found.err.partition("tokenecho  ")[2]
    for exchange in found.exchanges:
        _check(exchange, agent)
    sessions = {exchange["session_hint"] for exchange in found.exchanges}
    assert len(sessions) == 1
    assert (None in sessions) is not agent.session


def _check(exchange: dict[str, Any], agent: Agent) -> None:
    client = {"claude": "claude-code", "codex": "codex", "gemini": "gemini-cli"}[agent.command]
    assert (exchange["client"], exchange["provider"]) == (client, agent.provider)
    assert exchange["client_version"].replace(".", "").isdigit()
    assert exchange["model"]
    assert (exchange["reading"], exchange["usage_basis"], exchange["complete"]) == ("read", "reported", True)
    assert exchange["transport"] == agent.transport
    # Codex warms a WebSocket up with a call that generates nothing.
    assert exchange["warmup"] or exchange["input_tokens"] > 0 < exchange["output_tokens"]
