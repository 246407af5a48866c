"""Traps: what looks alike and belongs apart, and what looks different and belongs together."""

import pytest

from tests.analytics.chats import reader
from tests.analytics.lineage.traffic import Message, asked, fresh, linked, links_of, responded, store, system, talk


def test_interleaved_conversations_that_open_alike_are_told_apart_by_their_replies() -> None:
    found = links_of(
        asked("a1", talk("Hi"), "Hello, this is A.", 0),
        asked("b1", talk("Hi"), "Hello, this is B.", 3),
        asked("a2", talk("Hi", ">Hello, this is A.", "Go"), "Gone.", 6),
        asked("b2", talk("Hi", ">Hello, this is B.", "Go"), "Gone.", 7),
        asked("a3", talk("Hi", ">Hello, this is A.", "Go", ">Gone.", "?"), "!", 9),
    )
    assert [found[name].parent for name in ("a1", "b1", "a2", "b2", "a3")] == [None, None, "a1", "b1", "a2"]


def test_twins_are_told_apart_by_the_session() -> None:
    found = links_of(
        *(asked(f"{name}1", talk("Hi"), "Hello.", at, session=name) for at, name in enumerate("ab")),
        *(
            asked(f"{name}2", talk("Hi", ">Hello.", "Go"), "Gone.", 9 + at, session=name)
            for at, name in enumerate("ab")
        ),
    )
    assert (found["a2"].parent, found["b2"].parent) == ("a1", "b1")


def test_twins_are_told_apart_by_the_user() -> None:
    found = links_of(
        *(asked(f"{name}1", talk("Hi"), "Hello.", at, who=name) for at, name in enumerate("ab")),
        *(asked(f"{name}2", talk("Hi", ">Hello.", "Go"), "Gone.", 9 + at, who=name) for at, name in enumerate("ab")),
    )
    assert (found["a2"].parent, found["b2"].parent) == ("a1", "b1")


def test_twins_that_nothing_tells_apart_are_ambiguous() -> None:
    twins = [asked("a", talk("Hi"), "Hello.", 0), asked("b", talk("Hi"), "Hello.", 10)]
    found = links_of(*twins, asked("c", talk("Hi", ">Hello.", "Go"), "Gone.", 20))
    assert (found["c"].parent, found["c"].relation, found["c"].conversation) == (None, "ambiguous", "c")


def test_of_twins_the_one_of_long_ago_is_not_meant() -> None:
    twins = [asked("a", talk("Hi"), "Hello.", 0), asked("b", talk("Hi"), "Hello.", 5000)]
    found = links_of(*twins, asked("c", talk("Hi", ">Hello.", "Go"), "Gone.", 5010))
    assert found["c"].parent == "b"


def test_of_twins_the_one_that_was_continued_already_is_not_meant() -> None:
    twins = [asked("a", talk("Hi"), "Hello.", 0), asked("b", talk("Hi"), "Hello.", 10)]
    first = asked("c", talk("Hi", ">Hello.", "Go"), "Gone.", 11)
    found = links_of(*twins, first, asked("d", talk("Hi", ">Hello.", "Stay"), "Stayed.", 20))
    assert (found["c"].parent, found["d"].parent) == ("b", "a")


@pytest.mark.parametrize("thought", ["They greet me.", "Be friendly."])
def test_twins_are_told_apart_by_the_thinking_that_comes_back(thought: str) -> None:
    replies = {name: {**talk(">Hello.")[0], "reasoning_content": name} for name in ("They greet me.", "Be friendly.")}
    twins = [asked(name, talk("Hi"), reply, at * 9.0) for at, (name, reply) in enumerate(replies.items())]
    found = links_of(*twins, asked("c", [*talk("Hi"), replies[thought], *talk("Go")], "Gone.", 20))
    assert found["c"].parent == thought


@pytest.mark.parametrize("wanted", ["a", "b"])
def test_twins_are_told_apart_by_either_id_of_their_calls(wanted: str) -> None:
    call = {"type": "function_call", "name": "roll", "arguments": "{}"}
    twins = [
        responded(name, "Roll", {**call, "id": f"fc_{name * 20}", "call_id": f"call_{name * 20}"}, at)
        for name, at in (("a", 0), ("b", 9))
    ]
    sent: list[Message] = [
        *talk("Roll"),
        {**call, "call_id": f"fc_{wanted * 20}"},
        {"type": "function_call_output", "call_id": f"fc_{wanted * 20}", "output": "4"},
    ]
    assert links_of(*twins, responded("c", sent, "Four.", 20))["c"].parent == wanted


def test_a_twin_that_was_still_running_is_not_the_parent() -> None:
    running = asked("b", talk("Hi"), "Hello.", 8, ended_at=1_790_000_060.0)
    found = links_of(asked("a", talk("Hi"), "Hello.", 0), running, asked("c", talk("Hi", ">Hello.", "Go"), "Gone.", 9))
    assert found["c"].parent == "a"


def test_a_twin_conversation_that_says_the_same_is_no_retry_of_the_first() -> None:
    calls = [asked(f"a{n}", talk(*("Hi", ">Hello.", "Go")[: 2 * n + 1]), ("Hello.", "Gone.")[n], n * 9) for n in (0, 1)]
    again = [
        asked(f"b{n}", talk(*("Hi", ">Hello.", "Go")[: 2 * n + 1]), ("Hello.", "Gone.")[n], 600 + n * 9) for n in (0, 1)
    ]
    found = links_of(*calls, *again)
    assert (found["b0"].relation, found["b1"].parent, found["b1"].relation) == ("new", "b0", "append")


def test_a_preamble_that_changes_with_every_call_does_not_split_a_conversation() -> None:
    found = links_of(
        asked("a", system("It is 10:00:01.") + talk("Hi"), "Hello.", 0),
        asked("b", system("It is 10:00:09.") + talk("Hi", ">Hello.", "Go"), "Gone.", 8),
    )
    assert (found["b"].parent, found["b"].relation) == ("a", "append")


def test_sub_agents_of_one_session_are_conversations_of_their_own() -> None:
    agent, helper = system("You are the agent."), system("You search files.")
    found = links_of(
        asked("a1", agent + talk("Fix it"), "I ask a helper.", 0, session="s"),
        asked("h1", helper + talk("Find the test"), "It is in tests/.", 2, session="s"),
        asked("t1", system("Write a title.") + talk("Fix it"), "Fixing", 2.1, session="s"),
        asked("h2", helper + talk("Find the test", ">It is in tests/.", "Which?"), "test_a.py", 4, session="s"),
        asked("a2", agent + talk("Fix it", ">I ask a helper.", "It found it."), "Fixed.", 9, session="s"),
    )
    assert {name: link.conversation for name, link in found.items()} == {
        "a1": "a1",
        "a2": "a1",
        "h1": "h1",
        "h2": "h1",
        "t1": "t1",
    }


def test_a_conversation_taken_up_under_a_new_session_id_is_the_same() -> None:
    first = [asked("a", talk("Hi"), "Hello.", 0, session="s")]
    first += [asked("b", talk("Hi", ">Hello.", "Go"), "Gone.", 9, session="s")]
    found = links_of(*first, asked("c", talk("Hi", ">Hello.", "Go", ">Gone.", "On"), "Yes.", 900, session="t"))
    assert (found["c"].parent, found["c"].conversation) == ("b", "a")


def test_single_messages_are_joined_by_the_state_that_they_name() -> None:
    found = links_of(
        responded("a", "Hi", "Hello.", 0),
        responded("b", "Why?", "Because.", 5, previous_response_id="resp-a"),
        responded("c", "Why?", "So.", 6),
        responded("d", "Go on", "Gone.", 9, previous_response_id="resp-b"),
    )
    assert [(found[name].parent, found[name].relation) for name in "abcd"] == [
        (None, "new"),
        ("a", "state"),
        (None, "new"),
        ("b", "state"),
    ]
    assert found["d"].turn == 3


def test_a_conversation_kept_by_the_server_goes_on_from_its_latest_call() -> None:
    found = links_of(
        *(responded(name, f"Say {name}", name, at * 5.0, conversation="conv_1") for at, name in enumerate("abc"))
    )
    assert [(found[name].parent, found[name].turn) for name in "abc"] == [(None, 1), ("a", 2), ("b", 3)]


def test_a_history_that_is_sent_in_full_after_its_state_was_lost_goes_on_from_the_chain() -> None:
    whole = talk("Hi", ">Hello, what can I do?", "Why is it so?", ">Because it was never any other way.", "Go on")
    found = links_of(
        responded("a", "Hi", "Hello, what can I do?", 0),
        responded("b", "Why is it so?", "Because it was never any other way.", 5, previous_response_id="resp-a"),
        responded("c", "Go on", None, 9, previous_response_id="resp-b"),
        responded("d", whole, "Gone.", 10),
    )
    assert {link.conversation for link in found.values()} == {"a"}
    assert (found["c"].relation, found["d"].parent) == ("state", "b")


def test_what_names_a_state_that_nobody_captured_belongs_together() -> None:
    unknown = {"previous_response_id": "resp-before-our-time"}
    found = links_of(responded("a", "One", "1", 0, **unknown), responded("b", "Two", "2", 5, **unknown))
    assert [found[name].parent for name in "ab"] == [None, None]
    assert {found[name].conversation for name in "ab"} == {"a"}
    assert {found[name].relation for name in "ab"} == {"state"}


def test_a_late_record_finds_its_place_and_moves_what_follows() -> None:
    texts = ("Hi", ">Hello.", "Go", ">Gone.", "On", ">Onward.", "Stop")
    calls = [asked(f"t{n}", talk(*texts[: 2 * n + 1]), (*texts, ">Yes.")[2 * n + 1][1:], 10.0 * n) for n in range(4)]
    connection, by = fresh(), reader()
    for n in (3, 1, 2, 0):
        store(connection, [calls[n]], by)
    found = linked(connection)
    assert [(found[f"t{n}"].parent, found[f"t{n}"].turn) for n in range(4)] == [
        (None, 1),
        ("t0", 2),
        ("t1", 3),
        ("t2", 4),
    ]
    assert {link.conversation for link in found.values()} == {"t0"}


def test_a_late_record_takes_a_continuation_from_a_poorer_parent() -> None:
    connection, by = fresh(), reader()
    first, second = asked("a", talk("Hi"), "Hello.", 0), asked("b", talk("Hi", ">Hello.", "Go"), "Gone.", 5)
    store(connection, [first, asked("c", talk("Hi", ">Hello.", "Go", ">Gone.", "On"), "Yes.", 9)], by)
    assert linked(connection)["c"].parent == "a"
    store(connection, [second], by)
    assert (linked(connection)["c"].parent, linked(connection)["c"].turn) == ("b", 3)
