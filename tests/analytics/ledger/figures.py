"""Calls for the ledger to divide, by hand and by chance."""

from hypothesis import strategies as st

from analytics.dialects.exchange import Usage
from analytics.ledger.billed import Bill, Metered, Sent
from analytics.ledger.composition import KINDS, Counts
from analytics.pricing.cost import CostParts

TOKENS = st.integers(0, 2_000_000)
MAYBE = st.none() | TOKENS
COUNTS = st.tuples(*[st.integers(0, 50_000) | st.just(0)] * len(KINDS))
STATES = st.sampled_from(
    [None, None, "previous_response_id", "conversation", "thread.previous_message_id", "cachedContent", "context"]
)

METERED = st.builds(
    Metered,
    input_tokens=MAYBE,
    prompt_tokens=MAYBE,
    cache_read_tokens=MAYBE,
    output_tokens=MAYBE,
    reasoning_tokens=MAYBE,
    model=st.sampled_from([None, "a/x", "a/y"]),
    state=STATES,
    looped=st.booleans(),
    reply=COUNTS,
)
SENT = st.builds(Sent, COUNTS, COUNTS, COUNTS, st.booleans(), st.booleans())
USAGES = st.builds(Usage, *[st.none() | st.integers(-5, 2_000_000)] * 11, reported_cost_usd=st.none())
PAID = st.builds(CostParts, *[st.none() | st.floats(0, 100)] * 4)


def counts(**kinds: int) -> Counts:
    """Counts by kind, by name."""
    return tuple(kinds.get(kind, 0) for kind in KINDS)


def call(tokens: int | None = None, output: int | None = None, **fields: object) -> Metered:
    """A plain call: one reading of its request, one model."""
    given = {
        "input_tokens": tokens,
        "prompt_tokens": tokens,
        "output_tokens": output,
        "model": "openai/gpt-5",
        **fields,
    }
    return Metered(**given)  # type: ignore[arg-type]  # as the caller says


def parts(bill: Bill) -> tuple[int | None, int | None, int | None, int | None]:
    return bill.resent, bill.echoed, bill.new, bill.remembered
