"""What outcomes cost: every class at the call's own rates, writes and long contexts included."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analytics.caching.bill import InputCost, cheapest, course, input_cost
from analytics.caching.call import AS_IT_WAS, Call, Outcome, Policy
from analytics.caching.table import rule_for
from analytics.dialects.exchange import Usage
from analytics.pricing.charges import charged
from analytics.pricing.cost import Rates
from analytics.pricing.pricer import Pricer
from tests.analytics.caching.conversations import Client, words

RATES = Rates(4.0, 0.4, 5.0, 6.0, 8.0, 10.0, 20.0)
CLAUDE = rule_for("anthropic", "anthropic.messages", "claude-sonnet-4-5")
ALIBABA = rule_for("alibaba", "openai.chat", "qwen-max")
AT = datetime(2026, 11, 20, tzinfo=UTC)


def rates(call: Call) -> Rates:
    return Pricer().rates_for(
        provider="anthropic",
        host="api.anthropic.com",
        request_model=call.model,
        response_model=None,
        at=AT,
        input_tokens=call.input_tokens,
    )


def test_each_class_is_charged_at_its_rate() -> None:
    assert CLAUDE
    cost = input_cost(Outcome("x", 1_000_000, (("5m", 200_000), ("1h", 100_000)), 500_000, 0), RATES, CLAUDE)
    assert (cost.read, cost.write, cost.uncached) == pytest.approx((0.4, 1.8, 2.0))
    assert cost.usd == pytest.approx(4.2)


def test_the_price_list_wins_over_the_rules_factors() -> None:
    assert ALIBABA
    outcome = Outcome("x", 1_000_000, (("5m", 1_000_000),), 0, 0)
    unlisted = input_cost(outcome, Rates(uncached_input=2.0), ALIBABA)
    assert (unlisted.read, unlisted.write) == pytest.approx((0.2, 2.5))
    listed = input_cost(outcome, Rates(uncached_input=2.0, cache_read=0.5), ALIBABA)
    assert (listed.read, listed.write) == pytest.approx((0.5, 2.5))


def test_a_class_without_a_price_leaves_the_whole_unknown_and_the_others_known() -> None:
    rule = rule_for("openai", "openai.responses", "gpt-5.6-sol")
    assert rule
    cost = input_cost(Outcome("x", 100, (("12h", 100),), 100, 0), Rates(uncached_input=1.0), rule)
    assert cost.read == pytest.approx(100 * 0.1 / 1e6)
    assert cost.write is None
    assert cost.usd is None


def test_a_long_context_pays_the_higher_rate_for_every_class() -> None:
    rule = rule_for("openai", "openai.responses", "gpt-5.5")
    assert rule
    named = {"provider": "openai", "host": "api.openai.com", "request_model": "gpt-5.5", "response_model": None}
    prices = []
    for tokens in (272_000, 272_001):
        found = Pricer().rates_for(**named, at=AT, input_tokens=tokens)  # type: ignore[arg-type]
        prices.append(input_cost(Outcome("x", 200_000, (), tokens - 200_000, 0), found, rule))
    assert prices[0].read
    assert prices[1].read
    assert prices[1].read > prices[0].read * 1.5


@pytest.mark.parametrize("rates", [RATES, Rates(4.0), Rates(4.0, 0.4, default_write="1h", cache_write_1h=8.0), Rates()])
@pytest.mark.parametrize(
    ("read", "writes", "uncached"),
    [
        (10_001, {}, 3),
        (0, {"5m": 7_013, "1h": 333}, 19),
        (64, {"30m": 5, "12h": 77_777}, 0),
        (0, {"": 1_234}, 5),
        (0, {"24h": 99}, 0),
        (0, {}, 0),
        (20, {}, -1),
    ],
)
def test_an_outcome_costs_what_a_report_of_these_tokens_does(
    rates: Rates, read: int, writes: dict[str, int], uncached: int
) -> None:
    assert CLAUDE
    rule = replace(CLAUDE, read=None, write={})
    found = input_cost(Outcome("x", read, tuple(writes.items()), uncached, 0), rates, rule)
    written = sum(writes.values())
    split = {f"cache_write_{ttl}_tokens": writes[ttl] for ttl in ("5m", "30m", "1h", "12h") if ttl in writes}
    usage = Usage(read + written + uncached, cache_read_tokens=read, cache_write_tokens=written, **split)
    parts = charged(usage, rates, output_billed=False).parts
    assert found == InputCost(parts.uncached_input, parts.cache_read, parts.cache_write)


def test_caching_what_nobody_reads_again_is_not_the_cheapest() -> None:
    client = Client()
    once = [client.call(0, words(20))]
    policies = [Policy("automatic"), Policy("none"), Policy("preamble")]
    best = cheapest(once, policies, rates)
    assert best
    assert best.policy.marks == "none"
    again = [client.call(60 * n, words(20 + 2 * n)) for n in range(5)]
    best = cheapest(again, policies, rates)
    assert best
    assert best.policy.marks == "automatic"


def test_the_longer_lifetime_pays_where_pauses_are_long_and_costs_where_they_are_short() -> None:
    def costs(pause: float) -> tuple[float, float]:
        client = Client()
        calls = [client.call(n * pause, words(30 + n), marks=[30 + n]) for n in range(8)]
        found = [course(calls, policy, rates).usd for policy in (AS_IT_WAS, Policy(ttl="1h"))]
        assert found[0] is not None
        assert found[1] is not None
        return found[0], found[1]

    short, long = costs(400)
    assert long < short
    short, long = costs(30)
    assert short < long


def test_calls_that_cannot_be_priced_have_no_cheapest_policy() -> None:
    assert cheapest([Client().call(0, words(20))], [Policy("none")], lambda _: Rates()) is None
