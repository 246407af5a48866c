"""Fixes: code for the SDK that was seen, that at least compiles."""

import ast
import tomllib
from pathlib import Path

import pytest

from analytics.findings import fixes as source
from analytics.findings.fixes import SDKS, fixes
from analytics.findings.registry import FINDINGS

TABLE = tomllib.loads((Path(source.__file__).with_name("fixes.toml")).read_text("utf-8"))
ALL = [(finding, sdk, found["code"]) for finding, by_sdk in TABLE.items() for sdk, found in by_sdk.items()]


def test_every_fix_is_of_a_finding_and_an_sdk() -> None:
    assert set(TABLE) <= {finding.name for finding in FINDINGS}
    assert {sdk for _, sdk, _ in ALL} <= set(SDKS)


@pytest.mark.parametrize("code", [pytest.param(code, id=f"{f}-{s}") for f, s, code in ALL if s.endswith("python")])
def test_python_compiles(code: str) -> None:
    assert ast.parse(code).body


@pytest.mark.parametrize("code", [pytest.param(code, id=f"{f}-{s}") for f, s, code in ALL if s.endswith("node")])
def test_typescript_closes_its_brackets(code: str) -> None:
    for opened, closed in ("()", "[]", "{}"):
        assert code.count(opened) == code.count(closed)


def test_the_client_that_was_seen_decides() -> None:
    assert [fix.sdk for fix in fixes("unused_tools", "anthropic-node", "anthropic.messages")] == ["anthropic-node"]
    assert [fix.sdk for fix in fixes("unused_tools", "google-genai-python", "gemini.generate")] == ["google-python"]


def test_of_another_client_the_api_tells_who_may_have_made_it() -> None:
    assert [fix.sdk for fix in fixes("unused_tools", "curl", "openai.chat")] == ["openai-python", "openai-node"]
    assert fixes("unused_tools", None, "cohere.chat_v2") == []
    assert fixes("resent_history", "openai-python", "openai.chat") == []
