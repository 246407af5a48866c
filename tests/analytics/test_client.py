"""Which client a call came from, by the headers that real clients send."""

import pytest

from analytics.client import SESSION_HEADERS, client_of, session_of

AGENTS = [
    ("OpenAI/Python 2.8.1", ("openai-python", "2.8.1")),
    ("AsyncOpenAI/Python 2.8.1", ("openai-python", "2.8.1")),
    ("AzureOpenAI/Python 1.99.0", ("openai-python", "1.99.0")),
    ("OpenAI/JS 6.9.0", ("openai-node", "6.9.0")),
    ("Anthropic/Python 0.74.1", ("anthropic-python", "0.74.1")),
    ("AsyncAnthropicBedrock/Python 0.74.1", ("anthropic-python", "0.74.1")),
    ("Anthropic/JS 0.70.0", ("anthropic-node", "0.70.0")),
    ("claude-cli/2.0.42 (external, cli)", ("claude-code", "2.0.42")),
    ("codex_cli_rs/0.58.0 (Ubuntu 24.4.0; x86_64) xterm", ("codex", "0.58.0")),
    ("GeminiCLI/0.16.0/gemini-2.5-pro (linux; x64)", ("gemini-cli", "0.16.0")),
    ("google-genai-sdk/1.51.0 gl-python/3.13.0", ("google-genai-python", "1.51.0")),
    ("google-genai-sdk/1.30.0 gl-node/v22.21.0", ("google-genai-node", "1.30.0")),
    ("Boto3/1.40.76 md/Botocore#1.40.76 ua/2.1 os/linux", ("boto3", "1.40.76")),
    ("curl/8.5.0", ("curl", "8.5.0")),
    ("python-requests/2.32.5", ("python-requests", "2.32.5")),
    ("python-httpx/0.28.1", ("python-httpx", "0.28.1")),
    ("node", ("node", None)),
    ("", (None, None)),
    ("(unknown)", (None, None)),
]


@pytest.mark.parametrize(("agent", "client"), AGENTS)
def test_the_user_agent_names_the_client(agent: str, client: tuple[str | None, str | None]) -> None:
    assert client_of({"user-agent": agent}) == client


def test_without_a_user_agent_the_headers_of_an_sdk_name_it() -> None:
    sent = {"x-stainless-lang": "js", "x-stainless-package-version": "6.9.0"}
    assert client_of(sent) == ("stainless-node", "6.9.0")
    assert client_of({"user-agent": "my-app/1.0", **sent}) == ("my-app", "1.0")


def test_a_session_is_named_by_the_most_telling_header() -> None:
    assert session_of({"session-id": "s-1", "x-claude-code-session-id": "c-1", "accept": "*/*"}) == "c-1"
    assert session_of(dict.fromkeys(SESSION_HEADERS, "")) is None
