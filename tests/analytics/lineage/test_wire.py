"""The wire ledger: every block of a request is resent, echoed or new."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.lineage.test_order import WAYS, Client
from tests.analytics.lineage.traffic import Linked, asked, fresh, links_of, responded, store, system, talk

LONG = "I have looked at all of it: the totals of March and April do not agree, and row 17 is where they part. " * 5


def amounts(link: Linked) -> tuple[int, int, int]:
    return link.resent, link.echoed, link.new


def test_a_first_call_is_all_new() -> None:
    assert amounts(links_of(asked("a", system("Be brief.") + talk("Hi"), "Hello.", 0))["a"]) == (0, 0, 2)


def test_a_continuation_resends_its_parents_request_and_echoes_its_reply() -> None:
    brief = system("Be brief.")
    first = asked("a", brief + talk("Hi"), "Hello.", 0)
    found = links_of(first, asked("b", brief + talk("Hi", ">Hello.", "Go"), "Gone.", 5))
    assert amounts(found["b"]) == (2, 1, 1)


def test_a_retry_resends_everything() -> None:
    history = talk("Hi", ">Hello.", "Go")
    found = links_of(asked("b", history, None, 5), asked("c", history, "Gone.", 6))
    assert amounts(found["c"]) == (3, 0, 0)


def test_a_changed_preamble_is_new() -> None:
    first = asked("a", system("It is 10:00.") + talk("Hi"), "Hello.", 0)
    found = links_of(first, asked("b", system("It is 10:01.") + talk("Hi", ">Hello.", "Go"), "Gone.", 5))
    assert amounts(found["b"]) == (1, 1, 2)


def test_a_truncated_history_resends_what_it_kept() -> None:
    texts = ["One?", f">{LONG}1", "Two?", f">{LONG}2", "Three?", f">{LONG}3", "Four?"]
    first = asked("a", talk(*texts[:5]), LONG + "3", 0)
    assert amounts(links_of(first, asked("b", talk(*texts[2:]), "Four.", 10))["b"]) == (3, 1, 1)


def test_an_edited_block_is_new_and_the_others_are_resent() -> None:
    texts = [f">{LONG}{n}" if n % 2 else f"Question {n}" for n in range(80)]
    first = asked("a", talk(*texts[:79]), texts[79][1:], 0)
    edited = talk(*texts[:70], "Another question", *texts[71:], "The last one")
    link = links_of(first, asked("b", edited, "Yes.", 10))["b"]
    assert (link.relation, *amounts(link)) == ("edit", 78, 1, 2)


def test_a_block_that_is_said_again_counts_as_often_as_the_parent_had_it() -> None:
    first = asked("a", talk("Go on", ">Yes.", "Go on"), "More.", 0)
    found = links_of(first, asked("b", talk("Go on", ">Yes.", "Go on", ">More.", "Go on"), "And more.", 5))
    assert amounts(found["b"]) == (3, 1, 1)


def test_under_server_side_state_only_the_message_is_sent() -> None:
    found = links_of(responded("a", "Hi", "Hello.", 0), responded("b", "Why?", "So.", 5, previous_response_id="resp-a"))
    assert amounts(found["b"]) == (0, 0, 1)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.sampled_from(WAYS), min_size=2, max_size=30))
def test_the_parts_are_the_whole_request(seed: int, ways: list[str]) -> None:
    client, connection = Client(Random(seed)), fresh()  # noqa: S311  # no secret
    store(connection, [client.call(way) for way in ways])
    wrong = connection.execute(
        "select exchange_id from links join chains using (exchange_id) join exchanges using (exchange_id) "
        "where resent_blocks + echoed_blocks + new_blocks <> preamble_blocks + history_blocks "
        "or resent_bytes + echoed_bytes + new_bytes <> preamble_bytes + history_bytes "
        "or resent_preamble_blocks + new_preamble_blocks <> preamble_blocks "
        "or resent_preamble_bytes + new_preamble_bytes <> preamble_bytes "
        "or least(resent_blocks - resent_preamble_blocks, new_blocks - new_preamble_blocks, echoed_blocks, "
        "resent_bytes - resent_preamble_bytes, new_bytes - new_preamble_bytes, echoed_bytes) < 0"
    ).fetchall()
    assert wrong == []
