"""Which price holds: whose model, on which day, at what hour, in which tier, and where."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from genai_prices.data import providers
from genai_prices.types import TimeOfDateConstraint

from analytics.pricing.pricer import Pricer
from analytics.pricing.rules import LISTS
from tests.analytics.pricing.calls import HOSTS, NOW, priced, tokens

MILLION = tokens(fresh=1_000_000)


def test_the_model_that_answered_sets_the_price() -> None:
    cost = priced("openrouter", "openai/gpt-5", MILLION, asked_for="openrouter/auto")
    assert cost.usd == pytest.approx(1.25)
    assert cost.reason is None


def test_the_requested_model_stands_in_and_the_reason_says_so() -> None:
    cost = priced("openai", "gpt-5-unlisted-snapshot", MILLION, asked_for="gpt-5")
    assert cost.usd == pytest.approx(1.25)
    assert cost.reason == "priced as gpt-5: gpt-5-unlisted-snapshot is not listed"
    assert priced("openai", None, MILLION, asked_for="gpt-5").reason == "priced as gpt-5: no other model is named"


def test_an_azure_deployment_is_priced_by_the_model_that_answers() -> None:
    assert priced("azure", "gpt-5-2025-08-07", MILLION, asked_for="team-chat").usd == pytest.approx(1.25)


def test_a_bedrock_profile_sets_the_price_because_the_answer_does_not_name_the_region() -> None:
    cost = priced("bedrock", "claude-opus-5-5", MILLION, asked_for="global.anthropic.claude-opus-5-5-v1:0")
    assert cost.usd == pytest.approx(4.0)


def test_an_inference_profile_is_found_by_its_arn() -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-5-5-v1:0"
    assert priced("bedrock", None, MILLION, asked_for=arn).usd == pytest.approx(4.4)


def test_a_vertex_path_and_publisher_are_no_part_of_the_model() -> None:
    for name in ("gemini-2.5-flash", "publishers/google/models/gemini-2.5-flash", "google/gemini-2.5-flash"):
        assert priced("vertex", name, MILLION).usd == pytest.approx(0.3)


def test_the_price_is_that_of_the_day() -> None:
    before, after = datetime(2026, 3, 12, 23, 59, tzinfo=UTC), datetime(2026, 3, 13, tzinfo=UTC)
    assert priced("anthropic", "claude-opus-4-6", MILLION, at=before).usd == pytest.approx(10)
    assert priced("anthropic", "claude-opus-4-6", MILLION, at=after).usd == pytest.approx(5)


def test_the_day_is_counted_in_utc() -> None:
    tokyo = timezone(timedelta(hours=9))
    evening = datetime(2026, 3, 13, 8, 59, tzinfo=tokyo)
    assert priced("anthropic", "claude-opus-4-6", MILLION, at=evening).usd == pytest.approx(10)
    assert priced("anthropic", "claude-opus-4-6", MILLION, at=datetime(2026, 3, 13)).usd == pytest.approx(5)


@pytest.mark.parametrize(
    ("at", "usd"),
    [
        (datetime(2026, 11, 20, 0, 59, tzinfo=UTC), 0.66),
        (datetime(2026, 11, 20, 1, 0, tzinfo=UTC), 1.32),
        (datetime(2026, 11, 20, 3, 59, tzinfo=UTC), 1.32),
        (datetime(2026, 11, 20, 4, 0, tzinfo=UTC), 0.66),
        (datetime(2026, 11, 20, 9, 59, tzinfo=UTC), 1.32),
        (datetime(2026, 11, 20, 10, 0, tzinfo=UTC), 0.66),
        (datetime(2026, 11, 21, 2, 0, tzinfo=UTC), 0.66),  # a Saturday
        (datetime(2026, 8, 22, 2, 0, tzinfo=UTC), 1.32),  # a Saturday before weekends were off-peak
        (datetime(2026, 8, 16, 2, 0, tzinfo=UTC), 0.435),  # before there were peak hours
    ],
)
def test_deepseek_is_dearer_at_its_peak_hours(at: datetime, usd: float) -> None:
    assert priced("deepseek", "deepseek-v4-pro", MILLION, at=at).usd == pytest.approx(usd)


def test_every_daily_window_of_the_list_begins_and_ends_on_a_half_hour() -> None:
    """Prices are looked up once per half-hour."""
    conditions = (
        price.constraint
        for provider in providers
        for model in provider.models
        if isinstance(model.prices, list)
        for price in model.prices
    )
    windows = [found for found in conditions if isinstance(found, TimeOfDateConstraint)]
    assert windows
    assert {edge.minute % 30 for found in windows for edge in (found.start_time, found.end_time)} == {0}


@pytest.mark.parametrize(
    ("provider", "model", "tier", "usd"),
    [
        # https://developers.openai.com/api/docs/pricing
        ("openai", "gpt-5", "default", 1.25),
        ("openai", "gpt-5", "auto", 1.25),
        ("openai", "gpt-5", "flex", 0.625),
        ("openai", "gpt-5", "priority", 2.5),
        ("openai", "gpt-5", "batch", 0.625),
        # https://platform.claude.com/docs/en/build-with-claude/batch-processing
        ("anthropic", "claude-opus-5-5", "standard", 4),
        ("anthropic", "claude-opus-5-5", "batch", 2),
        ("google", "gemini-2.5-flash", "ON_DEMAND", 0.3),
        # https://console.groq.com/docs/flex-processing
        ("groq", "llama-3.3-70b-versatile", "flex", 0.59),
    ],
)
def test_a_service_tier_has_its_own_price(provider: str, model: str, tier: str, usd: float) -> None:
    assert priced(provider, model, MILLION, tier=tier).usd == pytest.approx(usd)


@pytest.mark.parametrize(
    ("provider", "model", "tier"),
    [
        ("anthropic", "claude-opus-5-5", "priority"),
        ("openai", "gpt-5", "scale"),
        ("google", "gemini-2.5-flash", "provisioned_throughput"),
        ("azure", "gpt-5", "priority"),
        ("groq", "llama-3.3-70b-versatile", "performance"),
    ],
)
def test_a_tier_without_a_listed_price_is_unknown(provider: str, model: str, tier: str) -> None:
    cost = priced(provider, model, MILLION, tier=tier)
    assert cost.usd is None
    assert f"service tier {tier}" in str(cost.reason)


def test_a_tier_is_unknown_on_days_before_its_price_was_listed() -> None:
    cost = priced("openai", "gpt-5", MILLION, tier="flex", at=datetime(2026, 10, 11, tzinfo=UTC))
    assert cost.usd is None
    assert "2026-10-11" in str(cost.reason)


def test_the_tier_that_served_the_call_outranks_the_one_asked_for() -> None:
    asked = {"service_tier": "flex"}
    assert priced("openai", "gpt-5", MILLION, tier="default", parameters=asked).usd == pytest.approx(1.25)
    assert priced("openai", "gpt-5", MILLION, parameters=asked).usd == pytest.approx(0.625)


def test_claudes_fast_mode_has_its_own_price() -> None:
    assert priced("anthropic", "claude-opus-5-5", MILLION, parameters={"speed": "fast"}).usd == pytest.approx(8)
    assert priced("anthropic", "claude-haiku-4-5", MILLION, parameters={"speed": "fast"}).usd is None


def test_of_two_variants_that_fit_the_first_of_the_list_wins_as_in_genai_prices() -> None:
    cost = priced("anthropic", "claude-opus-5-5", MILLION, tier="batch", parameters={"speed": "fast"})
    assert cost.usd == pytest.approx(2)


@pytest.mark.parametrize(("size", "rate"), [(32_000, 0.195), (32_001, 0.325), (128_001, 0.52)])
def test_of_several_sizes_the_largest_that_is_passed_sets_the_price(size: int, rate: float) -> None:
    assert priced("openrouter", "qwen/qwen3-coder-flash", tokens(fresh=size)).usd == pytest.approx(rate * size / 1e6)


def test_inference_kept_in_one_place_costs_a_tenth_more() -> None:
    openai = priced("openai", "gpt-6.1-terra", tokens(fresh=100_000), host="eu.api.openai.com")
    assert openai.usd == pytest.approx(1.1 * 0.1)
    assert "data-residency" in str(openai.reason)
    us = {"inference_geo": "us"}
    assert priced("anthropic", "claude-opus-5-5", MILLION, parameters=us).usd == pytest.approx(4.4)
    vertex = priced("vertex", "claude-opus-4-5@20251101", MILLION, host="us-east5-aiplatform.googleapis.com")
    assert vertex.usd == pytest.approx(5.5)


def test_places_and_models_without_that_surcharge_cost_the_listed_price() -> None:
    assert priced("openai", "gpt-5", MILLION, host="eu.api.openai.com").usd == pytest.approx(1.25)
    assert priced("openai", "gpt-6.1-terra", tokens(fresh=100_000)).usd == pytest.approx(0.1)
    geo = {"inference_geo": "global"}
    assert priced("anthropic", "claude-opus-5-5", MILLION, parameters=geo).usd == pytest.approx(4)
    assert priced("vertex", "claude-3-haiku@20240307", MILLION, host="us-east5-aiplatform.googleapis.com").usd == (
        pytest.approx(0.25)
    )


def test_rates_are_those_of_a_call_of_that_size() -> None:
    def input_rate(size: int | None) -> float | None:
        return (
            Pricer()
            .rates_for(
                provider="openai",
                host=HOSTS["openai"],
                request_model="gpt-6.1-terra",
                response_model=None,
                at=NOW,
                input_tokens=size,
            )
            .uncached_input
        )

    assert (input_rate(None), input_rate(272_000), input_rate(272_001)) == (1, 1, 2)


def test_rates_name_every_lifetime_of_a_write() -> None:
    rates = Pricer().rates_for(
        provider="anthropic",
        host=HOSTS["anthropic"],
        request_model="claude-opus-5-5",
        response_model=None,
        at=NOW,
    )
    assert (rates.cache_write(), rates.cache_write("1h")) == (5, 8)
    assert (rates.cache_write("30m"), rates.cache_write("12h")) == (None, None)


def test_every_list_that_is_looked_up_exists() -> None:
    assert set(LISTS.values()) <= {provider.id for provider in providers}
