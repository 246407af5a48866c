"""What holds for every bill, whatever the model and the counts; and that it agrees with genai-prices' own sum."""

from dataclasses import astuple, replace
from datetime import UTC, date, datetime
from math import fsum

import pytest
from genai_prices import Usage as ListUsage
from genai_prices.data import providers
from genai_prices.types import ModelInfo, ModelPrice, Provider
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.dialects.exchange import Usage
from analytics.pricing.charges import charged
from analytics.pricing.cost import NONE, PRICE_FILE, Cost, Rates
from analytics.pricing.pricer import Pricer
from analytics.pricing.rules import LISTS
from tests.analytics.pricing.calls import priced

COUNTS = st.integers(0, 3_000_000)
RATE = st.none() | st.floats(0, 200, allow_nan=False)
CALLS = st.sampled_from(
    [
        ("openai", "gpt-6.1-terra"),
        ("openai", "gpt-4o"),
        ("anthropic", "claude-opus-5-5"),
        ("anthropic", "claude-haiku-5-5"),
        ("google", "gemini-2.5-pro"),
        ("xai", "grok-4.3"),
        ("bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("groq", "llama-3.3-70b-versatile"),
        ("cohere", "command-a-03-2025"),
    ]
)


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    """Usage that adds up, with counts missing here and there."""
    fresh, read, short, hour, out = (draw(COUNTS) for _ in range(5))
    whole = Usage(
        input_tokens=fresh + read + short + hour,
        cache_read_tokens=read,
        cache_write_tokens=short + hour,
        cache_write_5m_tokens=short if draw(st.booleans()) else None,
        output_tokens=out,
    )
    dropped = draw(st.sets(st.sampled_from(["input_tokens", "output_tokens", "cache_read_tokens"]), max_size=2))
    return replace(whole, **dict.fromkeys(dropped))


@given(CALLS, usages())
def test_known_parts_add_up_and_an_unknown_part_leaves_the_whole_unknown(call: tuple[str, str], usage: Usage) -> None:
    cost = priced(*call, usage)
    parts = astuple(cost.parts)
    if None in parts:
        assert (cost.usd, cost.basis) == (None, NONE)
        assert cost.reason
    else:
        assert cost.usd == fsum(parts)


@given(
    st.builds(Usage, *[st.none() | st.integers(-5, 1000)] * 11, reported_cost_usd=st.none()),
    st.builds(Rates, *[RATE] * 9, basis=st.just(PRICE_FILE)),
    st.sampled_from([None, "5m", "30m", "1h", "12h", "mixed"]),
)
def test_no_usage_makes_a_negative_cost_and_no_billed_token_is_free_without_a_rate(
    usage: Usage, rates: Rates, asked: str | None
) -> None:
    cost = charged(usage, rates, asked)  # type: ignore[arg-type]
    assert all(part is None or part >= 0 for part in (cost.usd, *astuple(cost.parts)))
    if usage.output_tokens and rates.output is None and not usage.audio_output_tokens:
        assert cost.parts.output is None
        assert cost.usd is None
    assert cost.usd is not None or (cost.basis == NONE and (cost.reason or not rates.known))


@given(CALLS, usages(), st.sampled_from(["fresh", "read", "written", "out"]), st.integers(1, 500_000))
def test_more_tokens_never_cost_less(call: tuple[str, str], usage: Usage, which: str, more: int) -> None:
    larger = _with_more(usage, which, more)
    before, after = priced(*call, usage).usd, priced(*call, larger).usd
    assert before is None or after is None or after >= before * (1 - 1e-12)


def _with_more(usage: Usage, which: str, more: int) -> Usage:
    if which == "out":
        return replace(usage, output_tokens=(usage.output_tokens or 0) + more)
    larger = replace(usage, input_tokens=(usage.input_tokens or 0) + more) if usage.input_tokens is not None else usage
    if which == "read":
        return replace(larger, cache_read_tokens=(usage.cache_read_tokens or 0) + more)
    return replace(larger, cache_write_tokens=(usage.cache_write_tokens or 0) + more) if which == "written" else larger


@given(CALLS, usages(), st.floats(0, 10))
def test_a_cached_call_at_a_multiple_of_the_rates_costs_that_multiple(
    call: tuple[str, str], usage: Usage, factor: float
) -> None:
    rates = _rates(*call, usage.input_tokens)
    once, often = charged(usage, rates), charged(usage, rates.times(factor))
    assert (once.usd is None) == (often.usd is None)
    if once.usd is not None:
        assert often.usd == pytest.approx(once.usd * factor, rel=1e-9, abs=1e-15)


def _rates(provider: str, model: str, size: int | None) -> Rates:
    return Pricer().rates_for(
        provider=provider,
        host="llm.example",
        request_model=model,
        response_model=None,
        at=datetime(2026, 11, 20, tzinfo=UTC),
        input_tokens=size,
    )


# Models of which genai-prices itself knows a name that finds them, by the providers that we know.
LISTED = [
    (ours, provider, model)
    for ours, list_id in LISTS.items()
    if ours not in ("cursor", "vertex", "deepseek")
    for provider in providers
    if provider.id == list_id
    for model in provider.models
    if provider.find_model(model.id) is model
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(LISTED), st.tuples(*[st.integers(0, 400_000)] * 4), st.dates(date(2025, 6, 1), date(2027, 2, 1)))
def test_the_sum_is_genai_prices_own_for_every_model_it_lists(
    listed: tuple[str, Provider, ModelInfo], counts: tuple[int, int, int, int], day: date
) -> None:
    ours, provider, model = listed
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    fresh, read, written, out = counts
    cost = _ours(ours, model, counts, at)
    if cost.usd is None or not _same_rules(ours, model.get_prices(at), read, written):
        return
    theirs = ListUsage(
        input_tokens=fresh + read + written, cache_read_tokens=read, cache_write_tokens=written, output_tokens=out
    )
    expected = model.calc_price(theirs, provider, genai_request_timestamp=at).total_price
    assert cost.usd == pytest.approx(float(expected), rel=1e-9)


def _ours(provider: str, model: ModelInfo, counts: tuple[int, int, int, int], at: datetime) -> Cost:
    fresh, read, written, out = counts
    usage = Usage(
        input_tokens=fresh + read + written, cache_read_tokens=read, cache_write_tokens=written, output_tokens=out
    )
    return priced(provider, model.id, usage, host="llm.example", at=at, text_only=True)


def _same_rules(provider: str, prices: ModelPrice, read: int, written: int) -> bool:
    """Where the list has no price for a class, we follow the provider's documentation and genai-prices does not."""
    unlisted = (read and prices.cache_read_mtok is None) or (written and prices.cache_write_mtok is None)
    return not unlisted and provider not in ("perplexity",)
