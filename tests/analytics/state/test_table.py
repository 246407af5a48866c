"""The table of server-side state: what it says of whom, and how it answers mistakes."""

import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from analytics.state.documentation import documentation
from analytics.state.table import StateTableError, read_states, sibling_of, state_of, states

PAGE = Path(__file__).parents[3] / "docs" / "state.md"
LINE = """# a table

[[state]]
providers = ["openai"]
api = 'openai\\.responses'
api_name = "Responses"
kept = true
name = "stored responses"
fields = ["previous_response_id"]
source = "https://example.com"
checked = 2026-11-21
basis = "documented"
"""


def test_every_line_speaks_of_a_provider_that_is_captured() -> None:
    endpoints = tomllib.loads(files("analytics").joinpath("endpoints.toml").read_text("utf-8"))
    known = {provider["name"] for provider in endpoints["provider"]}
    assert {name for line in states().lines for name in line.providers} <= known


def test_every_line_has_a_source_with_a_day_on_which_it_was_looked_up() -> None:
    sources = [source for line in states().lines for source in (line.state.source, line.state.billing.source) if source]
    assert all(source.text and source.checked >= date(2026, 11, 21) for source in sources)


def test_every_kept_state_says_how_restored_history_is_billed_or_that_nobody_says() -> None:
    for line in states().lines:
        if line.state.kept:
            assert line.state.billing.source, line.state.api_name
            assert (line.state.billing.billing == "whole") == bool(line.state.billing.quote), line.state.api_name


def test_siblings_of_apis_without_state_keep_it() -> None:
    assert all(not line.state.kept for line in states().lines if line.state.sibling)
    for provider, api, model, expected in (
        ("openai", "openai.chat", "gpt-5.1", "Responses"),
        ("google", "gemini.generate", "gemini-2.5-flash", "Interactions"),
        ("mistral", "openai.chat", "mistral-large-latest", "Conversations"),
        ("xai", "openai.chat", "grok-4.3", "Responses"),
    ):
        sibling = sibling_of(provider, api, model)
        assert sibling is not None
        assert sibling.kept
        assert sibling.api_name == expected


@pytest.mark.parametrize(
    ("provider", "api", "model"),
    [
        ("deepseek", "openai.responses", "deepseek-v4-pro"),
        ("groq", "openai.chat", "llama-3.3-70b-versatile"),
        ("cohere", "cohere.chat_v2", "command-a-03-2025"),
        ("openrouter", "openai.responses", "openai/gpt-5.1"),
        ("ollama", "ollama.chat", "llama3.2"),
        ("openai-codex", "openai.responses", "gpt-5.1-codex"),
        ("vertex", "anthropic.messages", "claude-sonnet-4-5"),
        ("openai", "openai.chat", "gpt-4o-audio-preview"),
    ],
)
def test_who_keeps_nothing_has_no_sibling_either(provider: str, api: str, model: str) -> None:
    state = state_of(provider, api, model)
    assert state is not None
    assert not state.kept
    assert sibling_of(provider, api, model) is None


def test_what_the_table_does_not_know_is_unknown() -> None:
    assert state_of("local", "openai.responses", "qwen3") is None
    assert state_of("perplexity", "openai.chat", "sonar") is None


def test_an_expired_id_is_told_from_other_errors_of_the_same_code() -> None:
    alibaba = state_of("alibaba", "openai.responses", "qwen3-max")
    assert alibaba is not None
    assert alibaba.refused("InvalidParameter", "Not found previous_response_id: resp_1")
    assert not alibaba.refused("InvalidParameter", "temperature must be below 2")
    openai = state_of("openai", "openai.responses", "gpt-5.1")
    assert openai is not None
    assert openai.refused("previous_response_not_found", None)
    assert not openai.refused("rate_limit_exceeded", None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("kept = true", "kept = 3"), "states.toml, line 3: kept: true or false"),
        (('name = "stored responses"', ""), "states.toml, line 3: name: is needed"),
        (("checked = 2026-11-21", 'checked = "today"'), "states.toml, line 3: checked: a date"),
        (('basis = "documented"', 'basis = "hearsay"'), "states.toml, line 3: basis: 'hearsay' is none of"),
        (('basis = "documented"', 'basis = "documented"\nttl = 3'), "states.toml, line 3: ttl: there is no such field"),
        (("[[state]]", "[[rule]]"), r"\[\[rule\]\] is no section"),
        (('fields = ["previous_response_id"]', "fields = 3"), "states.toml, line 3: fields: a list of texts"),
        (('basis = "documented"', 'basis = "documented"\nbilling = "free"'), "line 3: billing: 'free' is none of"),
        (('basis = "documented"', 'basis = "documented"\nbilling = "whole"'), "line 3: quote: a rule of billing needs"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_field(change: tuple[str, str], said: str) -> None:
    assert read_states(LINE, "states.toml").lines
    with pytest.raises(StateTableError, match=said):
        read_states(LINE.replace(*change), "states.toml")


def test_the_page_is_current() -> None:
    text = PAGE.read_text("utf-8")
    assert text == documentation() + "\n", "run python -m analytics.state.documentation > docs/state.md"
