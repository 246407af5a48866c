"""Costs worked out by hand from the providers' published prices (USD per million tokens, named beside each)."""

from dataclasses import astuple

import pytest

from analytics.dialects.exchange import Usage
from analytics.pricing.cost import GENAI_PRICES
from tests.analytics.pricing.calls import priced, tokens

# provider, model, fresh, read, written, output, then the sum by hand: prices × millions of tokens.
GOLDEN = [
    # https://developers.openai.com/api/docs/pricing
    ("openai", "gpt-4o-2024-08-06", 1_000, 2_000, 0, 500, 2.50e-3 + 1.25 * 2e-3 + 10 * 0.5e-3),
    ("openai", "gpt-5", 10_000, 0, 0, 1_000, 1.25 * 0.01 + 10 * 0.001),
    ("openai", "gpt-4.1", 1_000, 7_000, 0, 100, 2 * 0.001 + 0.5 * 0.007 + 8 * 0.0001),
    ("openai", "gpt-6.1-terra", 10_000, 80_000, 10_000, 1_000, 1 * 0.01 + 0.05 * 0.08 + 1.25 * 0.01 + 5 * 0.001),
    # https://platform.claude.com/docs/en/about-claude/pricing
    ("anthropic", "claude-opus-5-5", 10_000, 80_000, 10_000, 1_000, 4 * 0.01 + 0.2 * 0.08 + 5 * 0.01 + 20 * 0.001),
    ("anthropic", "claude-haiku-4-5-20251001", 100, 0, 2_000, 50, 1 * 1e-4 + 1.25 * 2e-3 + 5 * 5e-5),
    ("anthropic", "claude-fable-5-2", 0, 1_000_000, 0, 1_000, 0.2 + 40 * 0.001),
    # https://ai.google.dev/gemini-api/docs/pricing
    ("google", "gemini-2.5-flash", 1_000_000, 0, 0, 100_000, 0.30 + 2.50 * 0.1),
    ("google", "models/gemini-2.5-flash", 1_000_000, 0, 0, 100_000, 0.30 + 2.50 * 0.1),
    # https://cloud.google.com/vertex-ai/generative-ai/pricing (global endpoint)
    ("vertex", "claude-opus-4-5@20251101", 1_000, 0, 1_000, 1_000, 5e-3 + 6.25e-3 + 25e-3),
    # https://docs.x.ai/developers/pricing
    ("xai", "grok-4.7", 100_000, 50_000, 0, 10_000, 2 * 0.1 + 0.5 * 0.05 + 6 * 0.01),
    # https://api-docs.deepseek.com/quick_start/pricing (off-peak)
    ("deepseek", "deepseek-v4-pro", 100_000, 900_000, 0, 10_000, 0.66 * 0.1 + 0.022 * 0.9 + 1.98 * 0.01),
    # https://aws.amazon.com/bedrock/pricing/
    ("bedrock", "us.anthropic.claude-opus-5-5-v1:0", 10_000, 0, 0, 1_000, 4.4 * 0.01 + 22 * 0.001),
    ("bedrock", "global.anthropic.claude-opus-5-5-v1:0", 10_000, 0, 0, 1_000, 4 * 0.01 + 20 * 0.001),
    ("bedrock", "amazon.nova-pro-v1:0", 10_000, 0, 0, 1_000, 0.8 * 0.01 + 3.2 * 0.001),
    # https://azure.microsoft.com/pricing/details/cognitive-services/openai-service/ (global)
    ("azure", "gpt-4o-2024-08-06", 1_000, 0, 0, 100, 2.5e-3 + 10 * 1e-4),
    # https://groq.com/pricing
    ("groq", "llama-3.3-70b-versatile", 1_000_000, 0, 0, 1_000_000, 0.59 + 0.79),
    # https://cohere.com/pricing
    ("cohere", "command-a-03-2025", 1_000_000, 0, 0, 100_000, 2.5 + 1.0),
    # https://platform.moonshot.ai/docs/pricing/chat
    ("moonshot", "kimi-k2-0905-preview", 100_000, 100_000, 0, 10_000, 0.06 + 0.015 + 0.025),
    # https://docs.z.ai/guides/overview/pricing
    ("zhipu", "glm-4.6", 100_000, 100_000, 0, 10_000, 0.06 + 0.011 + 0.022),
    # https://docs.github.com/en/copilot/reference/copilot-billing/models-and-pricing
    ("copilot", "claude-opus-5.5", 10_000, 80_000, 10_000, 1_000, 0.04 + 0.016 + 0.05 + 0.02),
    # https://openrouter.ai/openai/gpt-5.2
    ("openrouter", "openai/gpt-5.2-20251211", 1_000_000, 0, 0, 1_000, 1.75 + 0.014),
    # https://www.together.ai/pricing
    ("together", "meta-llama/Llama-3.3-70B-Instruct-Turbo", 1_000_000, 0, 0, 0, 0.88),
    # https://huggingface.co/docs/inference-providers/pricing (the provider's own price)
    ("huggingface", "meta-llama/Llama-3.3-70B-Instruct:groq", 1_000_000, 0, 0, 0, 0.59),
]


@pytest.mark.parametrize(("provider", "model", "fresh", "read", "written", "out", "usd"), GOLDEN)
def test_a_call_costs_what_the_price_page_says(
    provider: str, model: str, fresh: int, read: int, written: int, out: int, usd: float
) -> None:
    cost = priced(provider, model, tokens(fresh, read, written, out))
    assert cost.usd == pytest.approx(usd, rel=1e-9)
    assert (cost.basis, cost.reason) == (GENAI_PRICES, None)


def test_each_class_is_priced_apart() -> None:
    cost = priced("anthropic", "claude-opus-5-5", tokens(10_000, 80_000, 10_000, 1_000))
    assert astuple(cost.parts) == pytest.approx((0.04, 0.016, 0.05, 0.02, 0.0))


def test_claude_writes_that_live_an_hour_cost_twice_the_input() -> None:
    usage = Usage(
        input_tokens=30_000,
        cache_write_tokens=30_000,
        cache_write_5m_tokens=10_000,
        cache_write_1h_tokens=20_000,
        output_tokens=0,
    )
    assert priced("anthropic", "claude-opus-5-5", usage).parts.cache_write == pytest.approx(5 * 0.01 + 8 * 0.02)


def test_a_cloud_that_lists_no_price_for_an_hour_charges_twice_the_input_too() -> None:
    usage = Usage(input_tokens=10_000, cache_write_tokens=10_000, cache_write_1h_tokens=10_000, output_tokens=0)
    assert priced("vertex", "claude-3-5-haiku@20241022", usage).usd == pytest.approx(2 * 0.8 * 0.01)


def test_the_mark_on_the_request_tells_the_lifetime_that_a_stream_does_not() -> None:
    hour = {"cache_breakpoints": [[1, "1h"], [5, "1h"]]}
    cost = priced("anthropic", "claude-opus-5-5", tokens(written=10_000), parameters=hour)
    assert cost.usd == pytest.approx(8 * 0.01)


def test_marks_of_different_lifetimes_leave_an_unsplit_write_unknown() -> None:
    mixed = {"cache_breakpoints": [[1, "1h"], [5, None]]}
    cost = priced("anthropic", "claude-opus-5-5", tokens(fresh=1_000, written=10_000), parameters=mixed)
    assert (cost.usd, cost.parts.cache_write) == (None, None)
    assert cost.parts.uncached_input == pytest.approx(0.004)


def test_openai_writes_before_gpt_5_6_cost_what_input_costs() -> None:
    assert priced("openai", "gpt-5", tokens(written=10_000)).usd == pytest.approx(1.25 * 0.01)


def test_openai_writes_that_live_12_hours_are_priced_where_the_price_page_says_so() -> None:
    usage = Usage(input_tokens=10_000, cache_write_tokens=10_000, cache_write_12h_tokens=10_000, output_tokens=0)
    assert priced("openai", "gpt-6.1-terra", usage).usd == pytest.approx(2.50 * 0.01)
    unknown = priced("openai", "gpt-6.1-sol", usage)
    assert (unknown.usd, unknown.reason) == (None, "no price for 12h cache writes")


def test_openais_ttl_option_prices_an_unsplit_write() -> None:
    option = {"prompt_cache_options": {"ttl": "12h"}}
    assert priced("openai", "gpt-6.1-terra", tokens(written=10_000), parameters=option).usd == pytest.approx(0.025)


def test_a_long_context_prices_every_token_of_the_call_at_the_higher_rate() -> None:
    short = priced("openai", "gpt-6.1-terra", tokens(fresh=272_000, out=1_000))
    long = priced("openai", "gpt-6.1-terra", tokens(fresh=2_000, read=270_001, out=1_000))
    assert short.usd == pytest.approx(0.272 + 0.005)
    assert long.usd == pytest.approx(2 * 0.002 + 0.1 * 0.270001 + 7.5 * 0.001)


def test_grok_reaches_its_long_context_price_at_200_000_tokens() -> None:
    assert priced("xai", "grok-4.3", tokens(fresh=199_999)).usd == pytest.approx(1.25 * 0.199999)
    assert priced("xai", "grok-4.3", tokens(fresh=200_000)).usd == pytest.approx(2.5 * 0.2)


def test_audio_has_its_own_price() -> None:
    spoken = Usage(input_tokens=1_000, output_tokens=1_000, audio_input_tokens=400, audio_output_tokens=900)
    # gpt-audio: text 2.5/10, audio 32/64. https://developers.openai.com/api/docs/models/gpt-audio
    by_hand = (600 * 2.5 + 400 * 32 + 100 * 10 + 900 * 64) / 1e6
    assert priced("openai", "gpt-audio", spoken).usd == pytest.approx(by_hand)


def test_gemini_without_an_audio_price_takes_audio_at_the_common_one() -> None:
    spoken = Usage(input_tokens=1_000, output_tokens=0, audio_input_tokens=400)
    assert priced("google", "gemini-2.5-pro", spoken).usd == pytest.approx(1.25 * 0.001)


def test_cached_audio_is_unknown_because_its_share_is_not_reported() -> None:
    spoken = Usage(input_tokens=1_000, cache_read_tokens=500, output_tokens=100, audio_input_tokens=400)
    cost = priced("google", "gemini-2.5-flash", spoken)
    assert cost.usd is None
    assert cost.reason == "the usage does not say how much of the audio was cached"


def test_an_embedding_has_no_output_to_pay_for() -> None:
    usage = Usage(input_tokens=1_000_000)
    assert priced("openai", "text-embedding-3-small", usage, api="openai.embeddings").usd == pytest.approx(0.02)
    assert priced("google", "gemini-embedding-001", usage, api="gemini.embed").usd == pytest.approx(0.15)
