"""Which hosts are decrypted, and which requests are model calls."""

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from analytics.endpoints import Endpoints

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "recorded.jsonl.gz"
TABLE = Endpoints()

CALLS = """
POST https://api.openai.com/v1/chat/completions                                      openai openai.chat
POST https://eu.api.openai.com/v1/responses                                          openai openai.responses
GET  https://api.openai.com/v1/responses                                             openai openai.responses
GET  https://api.openai.com/v1/responses/resp_1                                      openai openai.responses.retrieve
POST https://api.openai.com/v1/embeddings                                            openai openai.embeddings
GET  https://api.openai.com/v1/realtime?model=gpt-realtime                           openai openai.realtime
POST https://API.OpenAI.com/v1/chat/completions?x=1                                  openai openai.chat
POST https://chatgpt.com/backend-api/codex/responses                                 openai-codex openai.responses
POST https://gov.chatgpt.com/backend-api/codex/responses                             openai-codex openai.responses
POST https://gov.api.openai.com/v1/responses                                         openai openai.responses
POST https://me.openai.azure.com/openai/deployments/d/chat/completions?api-version=1 azure openai.chat
POST https://me.openai.azure.com/openai/v1/responses                                 azure openai.responses
POST https://me.services.ai.azure.com/anthropic/v1/messages                          azure anthropic.messages
POST https://api.anthropic.com/v1/messages?beta=true                                 anthropic anthropic.messages
POST https://api.anthropic.com/v1/messages/count_tokens                              anthropic anthropic.count_tokens
POST https://generativelanguage.googleapis.com/v1beta/models/g:streamGenerateContent?key=k google gemini.generate
POST https://generativelanguage.googleapis.com/v1beta/openai/chat/completions        google openai.chat
POST https://us-central1-aiplatform.googleapis.com/v1/publishers/anthropic/models/c:rawPredict vertex anthropic.messages
POST https://cloudcode-pa.googleapis.com/v1internal:streamGenerateContent            gemini-cli gemini.code_assist
POST https://bedrock-runtime.us-east-1.amazonaws.com/model/a.b%3A0/converse-stream   bedrock bedrock.converse
POST https://bedrock-runtime.eu-west-1.amazonaws.com/model/m/invoke                  bedrock bedrock.invoke
POST https://api.x.ai/v1/chat/completions                                            xai openai.chat
POST https://openrouter.ai/api/v1/chat/completions                                   openrouter openai.chat
POST https://api.groq.com/openai/v1/chat/completions                                 groq openai.chat
POST https://api.cohere.com/v2/chat                                                  cohere cohere.chat_v2
POST https://api.githubcopilot.com/chat/completions                                  copilot openai.chat
POST http://localhost:11434/api/chat                                                 ollama ollama.chat
POST http://127.0.0.1:11434/v1/chat/completions                                      ollama openai.chat
"""

NO_CALLS = """
GET  https://api.openai.com/v1/models
POST https://api.openai.com/v1/files
GET  https://api.openai.com/v1/chat/completions
POST https://api.openai.com/v1/chat/completions/extra
POST https://api.openai.com/chat/completions
DELETE https://api.openai.com/v1/responses/resp_1
POST https://chatgpt.com/backend-api/conversation
POST https://chatgpt.com/ces/v1/t
POST https://api.anthropic.com/api/event_logging/batch
GET  https://api.anthropic.com/v1/models
POST https://api.anthropic.com/v1/messages/batches
GET  https://generativelanguage.googleapis.com/v1beta/models
POST https://cloudcode-pa.googleapis.com/v1internal:loadCodeAssist
POST https://bedrock.us-east-1.amazonaws.com/model/m/converse
POST https://example.com/v1/chat/completions
POST https://api.openai.com.example.com/v1/chat/completions
POST https://xapi.openai.com/v1/chat/completions
POST http://localhost:9000/v1/chat/completions
POST http://localhost/api/chat
"""

STRANGERS = (
    "example.com", "openai.com", "www.openai.com", "platform.openai.com", "anthropic.com", "claude.ai",
    "googleapis.com", "storage.googleapis.com", "api.openai.com.example.com", "api-openai.com", "apixopenai.com",
    "s3.amazonaws.com", "github.com", "localhost", "127.0.0.1", "",
)  # fmt: skip
LLM_HOSTS = ("api.openai.com", "API.ANTHROPIC.COM", "chatgpt.com", "me.openai.azure.com", "openrouter.ai", "api.x.ai")


def rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines()]


def find(method: str, url: str, table: Endpoints = TABLE) -> tuple[str, str] | None:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
    found = table.find(method, host, port, parts.path + (f"?{parts.query}" if parts.query else ""))
    return (found.provider, found.api) if found else None


@pytest.mark.parametrize(("method", "url", "provider", "api"), rows(CALLS))
def test_a_model_call_is_known_with_its_provider_and_its_api(method: str, url: str, provider: str, api: str) -> None:
    assert find(method, url) == (provider, api)


@pytest.mark.parametrize(("method", "url"), rows(NO_CALLS))
def test_anything_else_is_no_model_call(method: str, url: str) -> None:
    assert find(method, url) is None


@pytest.mark.parametrize("host", LLM_HOSTS)
def test_an_llm_host_is_decrypted_on_any_port(host: str) -> None:
    assert TABLE.is_llm_host(host)
    assert decrypted(TABLE, f"{host}:443")
    assert decrypted(TABLE, f"{host}:8443")


@pytest.mark.parametrize("host", STRANGERS)
def test_any_other_host_is_not_decrypted(host: str) -> None:
    assert not TABLE.is_llm_host(host)
    assert not decrypted(TABLE, f"{host}:443")


def decrypted(table: Endpoints, address: str) -> bool:
    """What mitmproxy makes of the patterns."""
    return any(re.search(pattern, address, re.IGNORECASE) for pattern in table.host_patterns())


@pytest.mark.parametrize(
    ("named", "address", "expected"),
    [
        ("gateway.corp.example", "gateway.corp.example:443", True),
        ("gateway.corp.example", "GATEWAY.corp.example:8443", True),
        ("Gateway.Corp.Example", "gateway.corp.example:443", True),
        ("gateway.corp.example", "xgateway.corp.example:443", False),
        ("gateway.corp.example", "gatewayxcorp.example:443", False),
        ("*.corp.example", "a.corp.example:443", True),
        ("*.corp.example", "corp.example:443", False),
        ("localhost:9000", "localhost:9000", True),
        ("localhost:9000", "localhost:9001", False),
        ("localhost", "localhost:9001", True),
        ("10.0.0.1", "10.0.0.1:80", True),
    ],
)
def test_a_host_that_the_user_names_is_an_llm_host(named: str, address: str, expected: bool) -> None:
    table, (host, port) = Endpoints([named]), address.split(":")
    assert table.is_llm_host(host, int(port)) is table.is_named(host, int(port)) is expected
    assert decrypted(table, address) is expected
    assert (find("POST", f"https://{address}/v1/chat/completions", table) is not None) is expected


def test_a_named_host_may_speak_any_api_below_any_path() -> None:
    table = Endpoints(["gw.test"])
    apis = {
        "/v1/chat/completions": "openai.chat",
        "/team/a/v1/messages": "anthropic.messages",
        "/api/chat": "ollama.chat",
        "/model/m/converse": "bedrock.converse",
        "/v1beta/models/g:generateContent": "gemini.generate",
        "/proxy/chat/completions": "openai.chat",
    }
    for path, api in apis.items():
        assert find("POST", f"https://gw.test{path}", table) == ("local", api)
    assert find("POST", "https://gw.test/v1/telemetry", table) is None


# What the corpus does not count as generation, and is billed or belongs to a conversation all the same.
BESIDE = frozenset({
    "anthropic.count_tokens", "bedrock.invoke", "cohere.embed", "gemini.count_tokens", "gemini.embed",
    "openai.embeddings", "openai.responses.retrieve",
})  # fmt: skip


@pytest.mark.skipif(not CORPUS.exists(), reason="the recorded corpus is not here")
def test_the_table_agrees_with_what_was_recorded() -> None:
    """On the hosts that are decrypted every generation is a call, and what is none is known by its API."""
    seen: Counter[str] = Counter()
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        for entry in map(json.loads, lines):
            parts = urlsplit(entry["url"])
            if not TABLE.is_llm_host(parts.hostname or "", parts.port or 443):
                seen["foreign"] += 1
                continue
            seen[entry["endpoint_class"]] += 1
            found = find(entry["method"], entry["url"])
            if entry["endpoint_class"] == "generation":
                assert found, entry["url"]
            else:
                assert found is None or found[1] in BESIDE, entry["url"]
    assert seen["generation"] > 3_000
    assert seen["aux"] > 300
    assert seen["foreign"] < 100
