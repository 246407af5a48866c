"""Price classes, and the money of each part."""

from dataclasses import astuple
from math import fsum

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analytics.dialects.exchange import Usage
from analytics.ledger.billed import Bill, Metered, Sent, billed
from analytics.ledger.classes import Classes, classes_of
from analytics.ledger.money import UNKNOWN, Money, as_listed, money
from analytics.pricing.cost import CostParts
from tests.analytics.ledger.figures import METERED, PAID, SENT, USAGES, call, counts

BILL = Bill(1000, 100, 50, 0, "exact", "reported")


@given(USAGES)
@example(Usage(input_tokens=10, cache_read_tokens=20))
def test_the_classes_sum_to_what_was_reported_or_are_unknown(usage: Usage) -> None:
    classes = classes_of(usage)
    for whole, parts in (
        (usage.input_tokens, (classes.uncached, classes.cache_read, classes.cache_write)),
        (usage.output_tokens, (classes.output, classes.reasoning)),
    ):
        known = [part for part in parts if part is not None]
        assert len(known) in (0, len(parts))
        if known:
            assert sum(known) == whole
            assert min(known) >= 0
        if whole is None:
            assert not known


def test_writes_given_by_lifetime_only_are_cache_writes() -> None:
    usage = Usage(input_tokens=100, cache_write_5m_tokens=30, cache_write_1h_tokens=20)
    assert classes_of(usage).cache_write == 50


@given(METERED, SENT, PAID, st.floats(0, 1), st.floats(0, 1))
def test_the_money_of_the_parts_adds_up_to_that_of_the_classes(
    x: Metered, sent: Sent, paid: CostParts, read: float, written: float
) -> None:
    bill = billed(x, None, sent)
    total = x.input_tokens or 0
    cached = int(total * read)
    fresh = int((total - cached) * written)
    classes = classes_of(Usage(input_tokens=x.input_tokens, cache_read_tokens=cached, cache_write_tokens=fresh))
    worth = [part for part in astuple(money(bill, classes, paid)) if part is not None]
    classed = (
        (cached, paid.cache_read),
        (fresh, paid.cache_write),
        (total - cached - fresh, paid.uncached_input),
    )
    if len(worth) == 4:
        assert fsum(worth) == pytest.approx(fsum(usd or 0 for count, usd in classed if count), abs=1e-9)
        assert min(worth) >= 0
    else:
        assert x.input_tokens is None or any(count and usd is None for count, usd in classed)


@given(USAGES, PAID)
def test_an_unknown_bill_or_contradicting_counts_have_no_money(usage: Usage, paid: CostParts) -> None:
    assert money(Bill(), classes_of(usage), paid) == UNKNOWN
    assert money(BILL, Classes(), paid) == UNKNOWN
    assert money(BILL, Classes(1, 2, 3, 0, 0), paid) == UNKNOWN


def test_cache_reads_cover_the_front_and_writes_what_comes_next() -> None:
    worth = money(BILL, Classes(uncached=30, cache_read=900, cache_write=220), CostParts(0.3, 0.9, 4.4, 1.0))
    assert astuple(worth) == pytest.approx((0.9 + 100 * 0.02, 100 * 0.02, 0.4 + 0.3, 0.0))


def test_a_cold_cache_makes_the_resent_part_pay_for_the_write() -> None:
    worth = money(BILL, Classes(uncached=0, cache_read=0, cache_write=1150), CostParts(0.0, 0.0, 1.15, 1.0))
    assert worth.resent == pytest.approx(1.0)


def test_only_the_parts_in_an_unpriced_class_are_unknown() -> None:
    worth = money(BILL, Classes(uncached=150, cache_read=1000, cache_write=0), CostParts(None, 0.1, None, 1.0))
    assert worth == Money(resent=0.1, echoed=None, new=None, remembered=0.0)


def test_what_was_remembered_stands_at_the_front() -> None:
    bill = billed(call(1000, state="cachedContent", cache_read_tokens=900), None, Sent(new=counts(user=90)))
    assert bill.remembered == 900
    paid = CostParts(uncached_input=0.1, cache_read=0.09, cache_write=0.0, output=0.0)
    assert money(bill, Classes(uncached=100, cache_read=900, cache_write=0), paid).remembered == pytest.approx(0.09)


@given(st.floats(0, 1000), st.builds(CostParts, *[st.floats(0, 100)] * 5))
def test_a_reported_cost_is_divided_as_the_list_would(reported: float, listed: CostParts) -> None:
    parts = as_listed(reported, listed)
    if parts != CostParts():
        assert fsum(astuple(parts)) == pytest.approx(reported, rel=1e-9, abs=1e-12)


def test_a_reported_cost_that_no_list_can_divide_stays_whole() -> None:
    assert as_listed(0.5, CostParts(0.1, None, 0.0, 0.2)) == CostParts()
    assert as_listed(0.5, CostParts(0.0, 0.0, 0.0, 0.0)) == CostParts()
    assert as_listed(None, CostParts(0.1, 0.0, 0.0, 0.2)) == CostParts()
