"""The user's own prices, what they outrank, and what a wrong file says."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics.dialects.exchange import Usage
from analytics.pricing.cost import GENAI_PRICES, PRICE_FILE
from analytics.pricing.price_file import PriceFileError, read_price_file
from analytics.pricing.pricer import Pricer
from tests.analytics.pricing.calls import priced, tokens

MILLION = tokens(fresh=1_000_000)
DOCS = Path(__file__).parents[3] / "docs" / "pricing.md"


@pytest.fixture
def pricer(request: pytest.FixtureRequest, tmp_path: Path) -> Pricer:
    """A pricer over the file that is the test's parameter."""
    path = tmp_path / "prices.toml"
    path.write_text(request.param, "utf-8")
    return Pricer(read_price_file(path))


@pytest.mark.parametrize(
    "pricer", ['[[price]]\nprovider = "ollama"\nmodel = "qwen3*"\ninput = 0.05\noutput = 0.2'], indirect=True
)
def test_a_self_hosted_model_costs_what_the_file_says(pricer: Pricer) -> None:
    cost = priced("ollama", "qwen3:8b", tokens(fresh=600_000, read=400_000, out=100_000), pricer=pricer)
    assert cost.usd == pytest.approx(0.05 + 0.02)
    assert cost.basis == PRICE_FILE
    assert priced("ollama", "llama3", MILLION, pricer=pricer).usd is None


@pytest.mark.parametrize(
    "pricer",
    [
        "[[price]]\ninput = 3\noutput = 9\ncache_read = 0.3\ncache_write = 3.5\ncache_write_1h = 6\n"
        "audio_input = 10\naudio_output = 20"
    ],
    indirect=True,
)
def test_every_class_can_have_its_own_rate(pricer: Pricer) -> None:
    usage = Usage(
        input_tokens=4_000_000,
        cache_read_tokens=1_000_000,
        cache_write_tokens=2_000_000,
        cache_write_1h_tokens=1_000_000,
        output_tokens=2_000_000,
        audio_output_tokens=1_000_000,
    )
    assert priced("local", "any", usage, pricer=pricer).usd == pytest.approx(3 + 0.3 + 3.5 + 6 + 9 + 20)


@pytest.mark.parametrize("pricer", ['[[price]]\nprovider = "openai"\nmodel = "gpt-5*"\ndiscount = 0.15'], indirect=True)
def test_a_discount_is_off_the_listed_price(pricer: Pricer) -> None:
    cost = priced("openai", "gpt-5", MILLION, pricer=pricer)
    assert cost.usd == pytest.approx(1.25 * 0.85)
    assert cost.basis == PRICE_FILE
    assert cost.reason == f"0.15 off {GENAI_PRICES}"
    assert priced("openai", "gpt-5", MILLION, tier="flex", pricer=pricer).usd == pytest.approx(0.625 * 0.85)
    assert priced("openai", "gpt-4o", MILLION, pricer=pricer).basis == GENAI_PRICES
    assert priced("openai", "gpt-5-unheard-of", MILLION, pricer=pricer).usd is None


@pytest.mark.parametrize(
    "pricer",
    ['[[price]]\nprovider = "azure"\nmodel = "chat"\nlike_provider = "openai"\nlike_model = "gpt-5"'],
    indirect=True,
)
def test_a_deployment_can_be_priced_like_another_providers_model(pricer: Pricer) -> None:
    cost = priced("azure", None, MILLION, asked_for="chat", pricer=pricer)
    assert cost.usd == pytest.approx(1.25)
    assert (cost.basis, cost.reason) == (PRICE_FILE, f"{GENAI_PRICES} as openai/gpt-5")


@pytest.mark.parametrize("pricer", ['subscriptions = "list"'], indirect=True)
def test_subscriptions_get_an_apis_price_only_on_demand(pricer: Pricer) -> None:
    cost = priced("openai-codex", "gpt-5", MILLION, pricer=pricer)
    assert cost.usd == pytest.approx(1.25)
    assert cost.basis == GENAI_PRICES
    assert cost.reason == "subscription: what the API would charge"
    plan = {"anthropic_beta": "oauth-2025-04-20"}
    assert priced("anthropic", "claude-opus-5-5", MILLION, parameters=plan, pricer=pricer).usd == pytest.approx(4)


@pytest.mark.parametrize(
    "pricer",
    [
        "[[price]]\ninput = 1\nvalid_from = 2026-02-01\nvalid_until = 2026-02-28\n"
        "[[price]]\ninput = 2\nvalid_from = 2026-03-01"
    ],
    indirect=True,
)
def test_a_price_holds_on_its_days_both_ends_included(pricer: Pricer) -> None:
    days = [(2026, 1, 31), (2026, 2, 1), (2026, 2, 28), (2026, 3, 1)]
    costs = [priced("local", "m", MILLION, at=datetime(*day, tzinfo=UTC), pricer=pricer).usd for day in days]
    assert costs == [None, 1, 1, 2]


@pytest.mark.parametrize(
    "pricer",
    ['[[price]]\nservice_tier = "batch"\ninput = 1\n[[price]]\nservice_tier = "standard"\ninput = 2'],
    indirect=True,
)
def test_a_price_can_be_that_of_one_tier(pricer: Pricer) -> None:
    tiers = ["batch", "default", None, "flex"]
    assert [priced("local", "m", MILLION, tier=tier, pricer=pricer).usd for tier in tiers] == [1, 2, 2, None]


@pytest.mark.parametrize(
    "pricer", ['[[price]]\nmodel = "a*"\ninput = 1\n[[price]]\nmodel = "*"\ninput = 2'], indirect=True
)
def test_the_first_entry_that_fits_wins(pricer: Pricer) -> None:
    assert [priced("local", name, MILLION, pricer=pricer).usd for name in ("abc", "xyz")] == [1, 2]


@pytest.mark.parametrize("pricer", ["[[price]]\ninput = 1\noutput = 1"], indirect=True)
def test_the_providers_own_figure_outranks_the_file(pricer: Pricer) -> None:
    usage = Usage(input_tokens=1_000_000, output_tokens=0, reported_cost_usd=0.5)
    assert priced("openrouter", "x/y", usage, pricer=pricer).usd == 0.5


@pytest.mark.parametrize("pricer", ["[[price]]\ninput = 0\noutput = 0"], indirect=True)
def test_a_price_of_nothing_is_the_users_own_word(pricer: Pricer) -> None:
    assert priced("ollama", "m", tokens(fresh=10, out=10), pricer=pricer).usd == 0


WRONG = [
    ('[[price]]\ninput = "3 USD"', "`input` is '3 USD': write a number"),
    ("[[price]]\ninput = true", "`input` is True: write a number"),
    ("[[price]]\ninput = nan", "`input` is nan: write a number"),
    ("[[price]]\ninput = -1", "`input` is -1: write USD per million tokens"),
    ("[[price]]\noutput = 1", "`input` is missing: give it beside"),
    ('[[price]]\nmodel = "m"', "`input` is missing: give rates"),
    ("[[price]]\ninputs = 1", "`inputs` is unknown: the fields are"),
    ("[[price]]\ninput = 1\nmodel = 3", "`model` is 3: write a name in quotes"),
    ('[[price]]\ninput = 1\nvalid_from = "2026-01-01"', "`valid_from` is '2026-01-01': write a date without quotes"),
    ("[[price]]\ninput = 1\nvalid_from = 2026-01-01T00:00:00", "`valid_from` is"),
    ("[[price]]\ninput = 1\nvalid_from = 2026-02-01\nvalid_until = 2026-01-01", "`valid_until` lies before valid_from"),
    ('[[price]]\ninput = 1\ncurrency = "EUR"', "`currency` is 'EUR': convert"),
    ("[[price]]\ninput = 1\ndiscount = 0.1", "`discount` stands beside rates"),
    ("[[price]]\ndiscount = 15", "`discount` is 15: write a share"),
    ('[[price]]\nlike_provider = "nobody"', "`like_provider` is 'nobody': write one of"),
    ("[[price]]\ncontext_window = 0.5", "`context_window` is 0.5: write a whole number"),
    ('subscriptions = "yes"', "`subscriptions` is 'yes': write"),
    ("[price]\ninput = 1", "write [[price]], with two brackets"),
    ("[prices]\ninput = 1", "`prices`: unknown"),
    ("[[price", "not TOML"),
]


@pytest.mark.parametrize(("text", "complaint"), WRONG)
def test_a_wrong_file_names_the_file_the_field_and_the_remedy(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(PriceFileError, match=re.escape(complaint)) as caught:
        read_price_file(path)
    assert str(caught.value).startswith(str(path))


def test_the_complaint_names_the_entry(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text('[[price]]\ninput = 1\n[[price]]\nprovider = "ollama"\nmodel = "q*"\ninput = -1', "utf-8")
    with pytest.raises(PriceFileError, match=re.escape("[[price]] 2 (ollama q*): `input`")):
        read_price_file(path)


def test_a_file_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_bytes(b"\xff")
    with pytest.raises(PriceFileError, match="not TOML"):
        read_price_file(path)


def test_the_example_in_the_docs_is_a_price_file(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    assert blocks
    for number, block in enumerate(blocks):
        path = tmp_path / f"{number}.toml"
        path.write_text(block, "utf-8")
        assert read_price_file(path).entries or "subscriptions" in block
