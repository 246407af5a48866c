"""What cannot be priced says so: never 0, never negative, and with a reason the user can act on."""

import pytest

from analytics.dialects.exchange import Usage
from analytics.pricing.cost import NONE, REPORTED, Cost, CostParts
from analytics.pricing.price_file import PriceFile
from analytics.pricing.pricer import Pricer
from tests.analytics.pricing.calls import priced, tokens

SOME = tokens(fresh=1_000, out=100)


def unknown(cost: Cost, *words: str) -> bool:
    return cost.usd is None and cost.basis == NONE and all(word in str(cost.reason) for word in words)


@pytest.mark.parametrize(
    ("provider", "model", "words"),
    [
        ("openai", "gpt-unheard-of", ("does not list", "prices.toml")),
        ("openai", "ft:gpt-4.1-mini-2025-04-14:acme::abc", ("does not list", "prices.toml")),
        ("azure", "my-deployment", ("does not list", "prices.toml")),
        ("ollama", "qwen3:8b", ("no price list for ollama", "prices.toml")),
        ("local", "gpt-4o", ("no price list for local", "prices.toml")),
        ("gateway", "gpt-4o", ("no price list", "prices.toml")),
        ("alibaba", "qwen3-max", ("no price list", "prices.toml")),
        ("huggingface", "meta-llama/Llama-3.3-70B-Instruct", ("no price list", "prices.toml")),
        ("bedrock", "arn:aws:bedrock:us-east-1:123:application-inference-profile/x1", ("does not list",)),
        ("openrouter", "meta-llama/llama-3.3-70b-instruct:free", ("without a price per token",)),
        ("copilot", "gpt-4.1", ("without a price per token",)),
        ("perplexity", "sonar-pro", ("each request",)),
        ("google", "gemini-2.5-flash-image", ("generated images",)),
        ("openai-codex", "gpt-6.1-sol", ("subscription",)),
        ("gemini-cli", "gemini-2.5-pro", ("subscription",)),
        ("grok-cli", "grok-4.7", ("subscription",)),
        ("cursor", "composer-2.5", ("subscription",)),
        ("openai", None, ("names a model",)),
    ],
)
def test_the_cost_is_unknown_with_a_reason(provider: str, model: str | None, words: tuple[str, ...]) -> None:
    assert unknown(priced(provider, model, SOME), *words)


def test_a_fine_tuned_model_is_not_priced_as_its_base() -> None:
    assert priced("openai", "ft:gpt-4o-2024-08-06:acme::abc", tokens(fresh=1_000_000)).usd == pytest.approx(3.75)
    assert unknown(priced("openai", "ft:gpt-4o:acme::abc", SOME))


def test_a_claude_plan_shows_in_the_beta_header() -> None:
    plan = {"anthropic_beta": "claude-code-20250219,oauth-2025-04-20"}
    assert unknown(priced("anthropic", "claude-opus-5-5", SOME, parameters=plan), "subscription")
    assert priced("anthropic", "claude-opus-5-5", SOME, parameters={"anthropic_beta": "context-1m"}).usd


def test_a_coding_plan_with_its_own_host_is_a_subscription() -> None:
    assert unknown(priced("moonshot", "kimi-k2-0905-preview", SOME, host="api.kimi.com"), "subscription")


@pytest.mark.parametrize("path", ["/api/coding/paas/v4/chat/completions", "/api/anthropic/v1/messages"])
def test_a_coding_plan_with_its_own_path_is_a_subscription(path: str) -> None:
    assert unknown(priced("zhipu", "glm-4.7", SOME, path=path), "subscription")
    assert priced("zhipu", "glm-4.7", SOME, path="/api/paas/v4/chat/completions").usd


def test_a_plan_may_be_shown_at_list_prices() -> None:
    pricer = Pricer(PriceFile(subscriptions="list"))
    asked = priced("zhipu", "glm-4.7", SOME, path="/api/coding/paas/v4/chat/completions", pricer=pricer)
    assert asked.usd == priced("zhipu", "glm-4.7", SOME).usd
    assert "what the API would charge" in str(asked.reason)


def test_no_usage_is_unknown() -> None:
    assert unknown(priced("openai", "gpt-5", Usage()), "reported no usage")


def test_a_stream_cut_off_before_its_output_was_counted_keeps_the_price_of_its_input() -> None:
    cost = priced("openai", "gpt-5", Usage(input_tokens=1_000))
    assert unknown(cost, "did not report the output tokens")
    assert cost.parts.uncached_input == pytest.approx(1.25e-3)


def test_only_output_is_priced_as_far_as_it_goes() -> None:
    cost = priced("openai", "gpt-5", Usage(output_tokens=1_000))
    assert unknown(cost, "did not report the input tokens")
    assert cost.parts.output == pytest.approx(0.01)


@pytest.mark.parametrize(
    "usage",
    [
        Usage(input_tokens=100, cache_read_tokens=120, output_tokens=10),
        Usage(input_tokens=100, cache_read_tokens=60, cache_write_tokens=60, output_tokens=10),
        Usage(input_tokens=100, cache_write_tokens=10, cache_write_1h_tokens=20, output_tokens=10),
        Usage(input_tokens=100, audio_input_tokens=101, output_tokens=10),
        Usage(input_tokens=-100, output_tokens=10),
    ],
)
def test_a_usage_that_contradicts_itself_prices_the_output_only(usage: Usage) -> None:
    cost = priced("anthropic", "claude-opus-5-5", usage)
    assert unknown(cost, "contradicts itself")
    assert cost.parts == CostParts(output=20 * 10 / 1e6, outside=0.0)


def test_more_audio_than_output_is_a_contradiction() -> None:
    cost = priced("openai", "gpt-audio", Usage(input_tokens=1, output_tokens=1, audio_output_tokens=2))
    assert unknown(cost, "contradicts itself")


def test_audio_without_an_audio_price_is_unknown() -> None:
    cost = priced("openai", "gpt-4o-audio-preview", Usage(input_tokens=100, output_tokens=1, audio_input_tokens=50))
    assert unknown(cost, "no price for audio input")


def test_cached_tokens_of_a_model_without_a_cache_price_are_unknown() -> None:
    cost = priced("cohere", "command-a-03-2025", tokens(fresh=100, read=100, out=10))
    assert unknown(cost, "no price for cache reads")
    assert cost.parts.uncached_input == pytest.approx(2.5e-4)


def test_mistral_and_groq_discounts_come_from_their_documentation() -> None:
    assert priced("mistral", "mistral-large-latest", tokens(read=1_000_000)).usd == pytest.approx(0.2)
    assert priced("groq", "llama-3.3-70b-versatile", tokens(read=1_000_000)).usd == pytest.approx(0.59 / 2)


def test_a_call_of_text_only_is_priced_even_where_images_have_a_price() -> None:
    usage = Usage(input_tokens=1_000_000)
    assert unknown(priced("google", "gemini-embedding-2", usage, api="gemini.embed"), "images")
    cost = priced("google", "gemini-embedding-2", usage, api="gemini.embed", text_only=True)
    assert cost.usd == pytest.approx(0.2)


@pytest.mark.parametrize("api", ["anthropic.count_tokens", "gemini.count_tokens", "openai.responses.retrieve"])
def test_a_call_nobody_charges_for_costs_nothing_and_says_why(api: str) -> None:
    cost = priced("anthropic", "claude-opus-5-5", Usage(input_tokens=5_000), api=api)
    assert (cost.usd, cost.basis) == (0.0, NONE)
    assert cost.reason


def test_the_providers_own_figure_outranks_every_list() -> None:
    usage = Usage(input_tokens=1_000, output_tokens=10, reported_cost_usd=0.0123)
    assert priced("openrouter", "openai/gpt-5", usage) == Cost(0.0123, REPORTED)
    assert priced("openai-codex", "gpt-5", usage) == Cost(0.0123, REPORTED)


@pytest.mark.parametrize("figure", [-1.0, float("nan"), float("inf")])
def test_a_reported_figure_that_cannot_be_is_not_taken(figure: float) -> None:
    usage = Usage(input_tokens=1_000_000, output_tokens=0, reported_cost_usd=figure)
    assert priced("openai", "gpt-5", usage).usd == pytest.approx(1.25)
