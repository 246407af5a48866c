"""The four parts of a call's input."""

from dataclasses import replace

from hypothesis import example, given

from analytics.ledger.billed import UNKNOWN, Metered, Sent, as_read, billed
from tests.analytics.ledger.figures import METERED, SENT, call, counts, parts

TURN = Sent(
    resent=counts(system=500, user=400), echoed=counts(assistant=110), new=counts(user=45), whole=True, replied=True
)


@given(METERED, METERED, SENT)
def test_the_parts_of_every_call_sum_to_its_reported_input(x: Metered, y: Metered, sent: Sent) -> None:
    for parent in (y, None):
        bill = billed(x, parent, sent)
        known = [part for part in parts(bill) if part is not None]
        if x.input_tokens is None or (x.input_tokens and not any(sent.weights) and not x.stateful):
            assert bill == UNKNOWN
        else:
            assert len(known) == 4
            assert sum(known) == x.input_tokens
            assert min(known) >= 0
            assert bill.token_basis in ("exact", "estimated")
            assert bill.echo_basis in ("exact", "reported", "estimated")


@given(METERED, METERED, SENT)
def test_only_calls_that_sent_something_of_it_have_a_resent_or_an_echoed_part(
    x: Metered, y: Metered, sent: Sent
) -> None:
    bill = billed(x, y, replace(sent, resent=counts(), echoed=counts(), whole=False))
    assert not bill.resent
    assert not bill.echoed


@given(METERED, METERED, SENT)
def test_a_call_without_state_or_loop_remembers_nothing(x: Metered, y: Metered, sent: Sent) -> None:
    plain = replace(x, state=None, prompt_tokens=x.input_tokens, looped=False)
    assert billed(plain, y, sent).remembered in (0, None)


def test_a_call_that_extends_its_parent_resends_exactly_what_the_parent_was_billed() -> None:
    bill = billed(call(1180), call(1000, 120), TURN)
    assert parts(bill) == (1000, 120, 60, 0)
    assert (bill.token_basis, bill.echo_basis) == ("exact", "reported")


def test_without_the_reply_all_growth_is_new() -> None:
    bill = billed(call(1060), call(1000, 120), replace(TURN, echoed=counts(), replied=False))
    assert parts(bill) == (1000, 0, 60, 0)
    assert (bill.token_basis, bill.echo_basis) == ("exact", "exact")


def test_reasoning_is_not_echoed_unless_it_was_sent_back() -> None:
    reasoned = call(1000, 500, reasoning_tokens=400)
    assert parts(billed(call(1160), reasoned, TURN)) == (1000, 100, 60, 0)
    sealed = replace(TURN, echoed=counts(assistant=90, thinking=380))
    assert parts(billed(call(1560), reasoned, sealed)) == (1000, 500, 60, 0)


def test_a_reply_whose_thinking_was_not_counted_apart_is_divided_by_its_texts() -> None:
    thought = call(1000, 150, reply=counts(thinking=40, assistant=110))
    bill = billed(call(1155), thought, TURN)
    assert parts(bill) == (1000, 110, 45, 0)
    assert (bill.token_basis, bill.echo_basis) == ("exact", "estimated")


def test_a_retry_is_resent_in_full_whatever_the_first_one_was_billed() -> None:
    again = Sent(resent=counts(system=500, user=400), whole=True)
    for parent in (call(1000, 120), call(None), call(900), call(990, model="openai/other")):
        bill = billed(call(1000), parent, again)
        assert parts(bill) == (1000, 0, 0, 0)
        assert bill.token_basis == "exact"


def test_the_first_call_of_a_conversation_is_new() -> None:
    bill = billed(call(1000), None, Sent(new=counts(system=500, user=400)))
    assert parts(bill) == (0, 0, 1000, 0)
    assert bill.token_basis == "exact"


def test_an_edited_history_is_estimated_and_scaled_to_the_reported_total() -> None:
    edited = Sent(resent=counts(user=600), echoed=counts(assistant=100), new=counts(user=300))
    bill = billed(call(2000), call(1500, 90), edited)
    assert parts(bill) == (1200, 200, 600, 0)
    assert (bill.token_basis, bill.echo_basis) == ("estimated", "estimated")


def test_another_models_count_is_no_anchor() -> None:
    for other in (call(1000, 120, model="openai/gpt-4o"), call(1000, 120, model=None)):
        assert billed(call(1180), other, TURN).token_basis == "estimated"


def test_a_parent_billed_more_than_its_child_is_no_anchor() -> None:
    bill = billed(call(900), call(1000, 120), TURN)
    assert bill.token_basis == "estimated"
    assert sum(part or 0 for part in parts(bill)) == 900


def test_growth_far_below_the_texts_that_were_added_means_that_old_thinking_was_dropped() -> None:
    long = replace(TURN, new=counts(user=5000))
    assert billed(call(1500), call(1000, 120), long).token_basis == "estimated"
    assert billed(call(4000), call(1000, 120), long).token_basis == "exact"


def test_images_with_their_rule_of_thumb_do_not_throw_off_an_exact_count() -> None:
    seen = replace(TURN, new=counts(media=10_000, user=45))
    assert billed(call(2000), call(1000, 120), seen).token_basis == "exact"


def test_a_server_that_changed_the_context_leaves_estimates() -> None:
    compacted = call(1000, 120, prompt_tokens=None)
    assert billed(call(1180), compacted, TURN).token_basis == "estimated"
    assert billed(call(1180, prompt_tokens=None), call(1000, 120), TURN).token_basis == "estimated"


def test_a_parent_whose_server_tools_had_it_read_more_is_no_anchor() -> None:
    assert billed(call(1180), call(1000, 120, looped=True), TURN).token_basis == "estimated"


def test_where_the_provider_lists_its_readings_the_first_one_is_the_request() -> None:
    listed = call(3000, 120, prompt_tokens=1000)
    assert parts(billed(call(1180), listed, TURN)) == (1000, 120, 60, 0)


def test_reported_output_does_not_tell_what_server_tools_fetched() -> None:
    fetched = call(3000, 120, prompt_tokens=1000, reply=counts(tool_result=700))
    assert billed(call(1180), fetched, TURN).echo_basis == "estimated"


def test_what_server_tools_fetched_was_billed_without_being_sent() -> None:
    searching = call(30_000, 500, looped=True)
    assert parts(billed(searching, None, Sent(new=counts(user=90)))) == (0, 0, 90, 29_910)
    bill = billed(searching, call(1000, 120), TURN)
    assert parts(bill) == (1000, 110, 45, 28_845)
    assert bill.token_basis == "exact"
    assert parts(billed(call(100, looped=True), None, Sent(new=counts(user=190)))) == (0, 0, 100, 0)


def test_thinking_that_cannot_have_been_read_has_no_part_in_the_input() -> None:
    sent = Sent(resent=counts(user=100, thinking=900), new=counts(user=100))
    assert parts(billed(call(220), None, as_read(call(220), sent))) == (110, 0, 110, 0)
    assert as_read(call(1150), sent) == sent
    assert as_read(call(50), replace(sent, resent=counts(thinking=900), new=counts())).resent == counts(thinking=900)


def test_what_a_loop_over_server_tools_read_again_was_remembered() -> None:
    bill = billed(call(3180, prompt_tokens=1180), call(1000, 120), TURN)
    assert parts(bill) == (1000, 120, 60, 2000)


def test_what_was_billed_without_being_sent_was_remembered() -> None:
    chained = call(1180, state="previous_response_id")
    bill = billed(chained, call(1000, 120), Sent(new=counts(user=45)))
    assert parts(bill) == (0, 0, 45, 1135)
    assert bill.token_basis == "estimated"
    missing = billed(chained, None, Sent(new=counts(user=45)))
    assert parts(missing) == (0, 0, 45, 1135)


def test_instructions_sent_along_with_a_state_are_resent() -> None:
    sent = Sent(resent=counts(system=300), new=counts(user=45))
    assert parts(billed(call(1180, state="previous_response_id"), call(1000, 120), sent)) == (300, 0, 45, 835)


def test_no_more_is_new_beside_a_state_than_the_growth() -> None:
    sent = Sent(new=counts(user=400))
    assert parts(billed(call(1180, state="conversation"), call(1000, 120), sent)) == (0, 0, 180, 1000)


def test_a_state_and_the_full_history_are_both_billed() -> None:
    both = billed(call(2200, state="previous_response_id"), call(1000, 120), replace(TURN, whole=True))
    assert parts(both) == (900, 110, 45, 1145)


def test_a_provider_that_bills_no_history_remembers_nothing() -> None:
    bill = billed(call(82, state="previous_response_id"), call(5000, 120), Sent(new=counts(user=90)))
    assert parts(bill) == (0, 0, 82, 0)


def test_a_fresh_conversation_object_holds_nothing_yet() -> None:
    opening = Sent(new=counts(user=45))
    assert parts(billed(call(52, state="conversation"), None, opening)) == (0, 0, 52, 0)
    assert parts(billed(call(9000, state="conversation"), None, opening)) == (0, 0, 45, 8955)


def test_content_cached_beforehand_was_not_sent() -> None:
    first = call(10_100, 120, state="cachedContent", cache_read_tokens=10_000)
    assert parts(billed(first, None, Sent(new=counts(user=90)))) == (0, 0, 100, 10_000)
    second = call(10_280, state="cachedContent", cache_read_tokens=10_000)
    bill = billed(second, first, Sent(counts(user=90), counts(assistant=110), counts(user=45), True, True))
    assert parts(bill) == (100, 120, 60, 10_000)
    assert bill.token_basis == "exact"


def test_the_input_of_a_request_that_nobody_saw_is_not_divided() -> None:
    assert billed(call(1000), None, Sent()) == UNKNOWN
    assert parts(billed(call(1000, state="previous_response_id"), None, Sent())) == (0, 0, 0, 1000)
    assert parts(billed(call(0), None, Sent())) == (0, 0, 0, 0)


@given(SENT)
@example(Sent())
def test_an_unknown_input_stays_unknown(sent: Sent) -> None:
    assert billed(call(None), call(1000, 120), sent) == UNKNOWN
