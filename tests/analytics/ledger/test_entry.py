"""A ledger's row."""

from hypothesis import given

from analytics.dialects.exchange import Usage
from analytics.ledger.billed import Metered, Sent
from analytics.ledger.composition import KINDS
from analytics.ledger.entry import Entry, entry_of, ledger_row
from analytics.pricing.cost import CostParts
from tests.analytics.ledger.figures import METERED, SENT, call, counts


def entry(metered: Metered) -> Entry:
    return Entry("x", metered, Usage(input_tokens=metered.input_tokens), CostParts(), counts(), counts())


@given(METERED, METERED, SENT)
def test_the_kinds_sum_to_what_was_sent_and_the_new_ones_to_what_was_new(x: Metered, y: Metered, sent: Sent) -> None:
    row = ledger_row(entry(x), entry(y), sent)
    kinds, new = ([row[f"{prefix}{kind}_tokens"] for kind in KINDS] for prefix in ("", "new_"))
    if row["resent_tokens"] is None:
        assert {*kinds, *new} == {None}
    else:
        assert sum(map(int, map(str, kinds))) == x.input_tokens - row["remembered_tokens"]  # type: ignore[operator]
        assert sum(map(int, map(str, new))) == row["new_tokens"]


def test_an_ambiguous_parent_leaves_the_parts_unknown() -> None:
    row = ledger_row(entry(call(1000)), None, None)
    assert {value for name, value in row.items() if name != "exchange_id"} == {None}


def test_thinking_that_was_not_read_has_no_tokens() -> None:
    sent = Sent(resent=counts(user=100, thinking=900), new=counts(user=100))
    row = ledger_row(entry(call(220)), entry(call(None)), sent)
    assert (row["resent_tokens"], row["user_tokens"], row["thinking_tokens"]) == (110, 220, 0)


def test_the_same_model_at_another_provider_is_another_one() -> None:
    models = {
        entry_of({"exchange_id": "x", "provider": provider, "request_model": "m"}).metered.model
        for provider in ("openai", "openrouter")
    }
    assert models == {"openai/m", "openrouter/m"}
    assert entry_of({"exchange_id": "x", "provider": "openai"}).metered.model is None
