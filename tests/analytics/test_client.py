"""Which client made a call."""

import pytest

from analytics.client import client_of, session_of

# What each sent on 2026-11-21.
AGENTS = (
    ("claude-cli/2.1.330 (external, sdk-cli)", "claude-code", "2.1.330"),
    ("codex_exec/0.169.0 (Debian 12.0.0; x86_64) xterm (codex_exec; 0.169.0)", "codex", "0.169.0"),
    ("GeminiCLI-tui/0.61.0/gemini-3.1-pro-preview (linux; x64; terminal)", "gemini-cli", "0.61.0"),
    ("GeminiCLI-tui/0.61.0/gemini-2.5-pro (linux; x64) google-api-nodejs-client/10.9.0", "gemini-cli", "0.61.0"),
    ("OpenAI/JS 7.57.0", "openai-node", "7.57.0"),
    ("Anthropic/JS 1.12.0", "anthropic-node", "1.12.0"),
    ("google-genai-sdk/3.1.0 gl-node/v24.21.0", "google-genai-node", "3.1.0"),
    ("node", "node", None),
)


@pytest.mark.parametrize(("agent", "name", "version"), AGENTS)
def test_agents_and_sdks_are_known_by_their_name(agent: str, name: str, version: str | None) -> None:
    assert client_of({"user-agent": agent}) == (name, version)


def test_a_call_without_a_user_agent_has_no_client() -> None:
    assert client_of({}) == (None, None)


def test_the_most_telling_session_header_counts() -> None:
    assert session_of({"thread-id": "t", "session-id": "s"}) == "s"
    assert session_of({"session-id": "s", "x-claude-code-session-id": "c"}) == "c"
    assert session_of({"session-id": ""}) is None
