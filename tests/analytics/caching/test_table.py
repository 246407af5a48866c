"""The table of rules: what it knows, what it does not, and what it says to a mistake in it."""

from datetime import date

import pytest

from analytics.caching.table import FILE, RulesError, read_rules, rule_for, rules

RULE = """
[[rule]]
name = "some"
providers = ["someone"]
family = "breakpoints"
ttl = "5m"
ttls = { 5m = 300 }
source = "a page"
checked = 2026-11-21
"""


def found(provider: str, api: str, model: str) -> tuple[str, int] | None:
    rule = rule_for(provider, api, model)
    return (rule.family, rule.minimum) if rule else None


@pytest.mark.parametrize(
    ("model", "minimum"),
    [
        ("claude-opus-5-5", 512),
        ("claude-opus-5-20260801", 512),
        ("claude-haiku-5-5", 512),
        ("claude-mythos-5-1", 512),
        ("claude-sonnet-5", 1024),
        ("claude-sonnet-4-5-20250929", 1024),
        ("claude-sonnet-4-20250514", 1024),
        ("claude-opus-4-8", 1024),
        ("claude-opus-4-7", 2048),
        ("claude-3-5-haiku-20241022", 2048),
        ("claude-opus-4-5-20251101", 4096),
        ("claude-haiku-4-5-20251001", 4096),
    ],
)
def test_claudes_minimum_is_the_models(model: str, minimum: int) -> None:
    assert found("anthropic", "anthropic.messages", model) == ("breakpoints", minimum)
    assert found("vertex", "anthropic.messages", model) == ("breakpoints", minimum)


@pytest.mark.parametrize(("model", "minimum"), [("sonnet-4.5", 1024), ("opus-4.5", 4096), ("3.5-haiku", 2048)])
def test_a_gateways_names_have_dots(model: str, minimum: int) -> None:
    assert found("openrouter", "openai.chat", f"anthropic/claude-{model}") == ("breakpoints", minimum)


@pytest.mark.parametrize(
    ("model", "family", "ttl"),
    [
        ("gpt-4-0613", "none", None),
        ("gpt-4o-2024-08-06", "prefix", "in_memory"),
        ("o3-2025-04-16", "prefix", "in_memory"),
        ("gpt-4.1-mini", "prefix", "24h"),
        ("gpt-5-2025-08-07", "prefix", "24h"),
        ("gpt-5.4", "prefix", "24h"),
        ("gpt-5.5-pro", "prefix", "24h"),
        ("gpt-5.6-sol", "hybrid", "30m"),
        ("gpt-6.1-terra", "hybrid", "30m"),
    ],
)
def test_openais_rule_changes_with_the_model(model: str, family: str, ttl: str | None) -> None:
    rule = rule_for("openai", "openai.chat", model)
    assert rule
    assert (rule.family, rule.ttl) == (family, ttl)


@pytest.mark.parametrize(
    ("model", "minimum"),
    [("gemini-2.5-flash", 2048), ("gemini-2.5-pro", 2048), ("gemini-3.1-pro-preview", 4096), ("gemini-3-flash", 1024)],
)
def test_geminis_minimum_is_the_models(model: str, minimum: int) -> None:
    assert found("google", "gemini.generate", model) == ("prefix", minimum)


@pytest.mark.parametrize(
    ("provider", "api", "model"),
    [
        ("anthropic", "anthropic.messages", "claude-next"),
        ("google", "gemini.generate", "gemini-9-quartz"),
        ("moonshot", "openai.chat", "kimi-k3.1"),
        ("copilot", "openai.chat", "gpt-5"),
        ("local", "openai.chat", "qwen3"),
        ("openai", "openai.embeddings", "gpt-5"),
        ("openrouter", "openai.chat", "openai/gpt-5"),
    ],
)
def test_what_is_not_documented_is_unknown(provider: str, api: str, model: str) -> None:
    assert rule_for(provider, api, model) is None


def test_a_call_without_a_model_is_unknown() -> None:
    assert rule_for("openai", "openai.chat", None) is None
    assert rule_for("openai", "openai.chat", "GPT-5") == rule_for("openai", "openai.chat", "gpt-5")


def test_a_figure_of_the_model_has_its_own_source() -> None:
    dear, cheap = (rule_for("anthropic", "anthropic.messages", f"claude-{name}") for name in ("opus-4-8", "opus-5-5"))
    assert dear
    assert cheap
    assert (dear.read, dear.read_source) == (0.1, None)
    assert cheap.read == 0.05
    assert cheap.read_source


def test_every_line_has_a_source_and_a_date() -> None:
    table = rules()
    sources = [each.rule.source for each in table.lines]
    sources += [figure.source for figure in (*table.minimums, *table.reads)]
    assert len(sources) > 25
    for source in sources:
        assert len(source.text) > 10
        assert source.checked >= date(2026, 11, 21)


def test_every_figure_belongs_to_a_rule_and_every_billed_lifetime_to_a_price() -> None:
    table = rules()
    names = {line.rule.name for line in table.lines}
    assert {name for figure in (*table.minimums, *table.reads) for name in figure.rules} <= names
    for line in table.lines:
        assert line.rule.explicit == bool(line.rule.breakpoints)
        assert not line.rule.explicit or line.rule.ttl in line.rule.write


@pytest.mark.parametrize(
    ("mistake", "line", "said"),
    [
        ('ttl = "1h"', 2, "ttl: '1h' is not among the ttls"),
        ("ttls = { 5m = -1 }", 2, "ttls: 5m: a number of at least 0 is needed, not -1"),
        ("write = { 1h = 2 }", 2, "write: prices a lifetime that is not among the ttls"),
        ("lookback = 2.5", 2, "lookback: a whole number is needed, not 2.5"),
        ('keyed = "yes"', 2, "keyed: true or false is needed, not 'yes'"),
        ('family = "magic"', 2, "family: 'magic' is none of prefix, units, breakpoints, hybrid, none"),
        ('model = "("', 2, "model: missing ), unterminated subpattern"),
        ("checked = 5", 2, "checked: a date is needed, not 5"),
        ('breaks = { tools = ["x"] }', 2, "breaks: a table with all, system, history is needed"),
        ('breaks = { all = "x" }', 2, "breaks: all: a list of texts is needed, not 'x'"),
        ("colour = 1", 2, "colour: there is no such field"),
        ('[[minimum]]\nrules = ["some"]\nsource = "a page"\nchecked = 2026-11-21', 11, "tokens: is missing"),
        ('[[read]]\nrules = "some"\nfactor = 1', 11, "rules: a list of texts is needed, not 'some'"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_field(mistake: str, line: int, said: str) -> None:
    name = mistake.partition(" = ")[0]
    kept = [each for each in RULE.splitlines() if not each.startswith(f"{name} = ")]
    with pytest.raises(RulesError) as caught:
        read_rules("\n".join([*kept, "", mistake]), FILE)
    assert str(caught.value).startswith(f"{FILE}, line {line}: {said}")


@pytest.mark.parametrize(("text", "said"), [("x = [", "rules.toml: "), ("[[price]]\n", "[[price]] is no section")])
def test_a_file_that_is_no_table_is_named(text: str, said: str) -> None:
    with pytest.raises(RulesError) as caught:
        read_rules(text, FILE)
    assert str(caught.value).startswith(FILE)
    assert said in str(caught.value)


def test_what_is_missing_is_named() -> None:
    for field in ("name", "providers", "family", "source", "checked"):
        kept = [each for each in RULE.splitlines() if not each.startswith(f"{field} = ")]
        with pytest.raises(RulesError, match=rf"line 2: {field}: "):
            read_rules("\n".join(kept), FILE)
