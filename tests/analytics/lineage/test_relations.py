"""How an exchange continues its parent, one relation after the other."""

import pytest

from tests.analytics.lineage.traffic import Message, asked, links_of, system, talk

LONG = "I have looked at all of it: the totals of March and April do not agree, and row 17 is where they part. " * 5
TOOL = {"id": "call_9fA3kQ72LmXz", "type": "function", "function": {"name": "read", "arguments": '{"path":"a.txt"}'}}
CALL: Message = {"role": "assistant", "content": None, "tool_calls": [TOOL]}


def test_a_call_that_goes_on_from_a_reply_appends_to_it() -> None:
    first = asked("a", talk("Hi"), "Hello.", 0)
    found = links_of(first, asked("b", talk("Hi", ">Hello.", "Bye"), "Bye.", 9))
    assert (found["b"].parent, found["b"].relation, found["b"].conversation) == ("a", "append", "a")
    assert (found["a"].turn, found["b"].turn, found["b"].branch) == (1, 2, "a")


def test_the_last_of_many_turns_is_the_parent() -> None:
    texts = ["Hi", ">Hello.", "And?", ">Done.", "And?", ">Done.", "And?", ">Done."]
    calls = [asked(f"t{n}", talk(*texts[: 2 * n + 1]), texts[2 * n + 1][1:], 10.0 * n) for n in range(4)]
    found = links_of(*calls)
    assert [found[f"t{n}"].parent for n in range(4)] == [None, "t0", "t1", "t2"]
    assert [found[f"t{n}"].turn for n in range(4)] == [1, 2, 3, 4]


def test_a_second_continuation_of_the_same_reply_is_a_fork_and_begins_a_branch() -> None:
    one = asked("b", talk("Hi", ">Hello.", "Bye"), "Bye.", 9)
    other = asked("c", talk("Hi", ">Hello.", "Stay"), "Why?", 20)
    found = links_of(asked("a", talk("Hi"), "Hello.", 0), one, other)
    assert (found["b"].relation, found["b"].branch) == ("append", "a")
    assert (found["c"].parent, found["c"].relation, found["c"].branch) == ("a", "fork", "c")


def test_the_same_request_right_after_a_failure_is_a_retry_on_the_same_turn() -> None:
    found = links_of(asked("a", talk("Hi"), None, 0), asked("b", talk("Hi"), "Hello.", 30))
    assert (found["b"].parent, found["b"].relation, found["b"].turn) == ("a", "retry", 1)


def test_what_goes_on_from_a_retried_call_continues_the_last_try() -> None:
    tries = [asked("a", talk("Hi"), "Hello.", 0), asked("b", talk("Hi"), "Hello.", 0.7)]
    found = links_of(*tries, asked("c", talk("Hi", ">Hello.", "Bye"), "Bye.", 9))
    assert (found["b"].relation, found["c"].parent, found["c"].relation) == ("retry", "b", "append")


def test_the_same_opening_at_another_time_is_another_conversation() -> None:
    found = links_of(asked("a", talk("Hi"), "Hello.", 0), asked("b", talk("Hi"), "Hello.", 300))
    assert (found["b"].relation, found["b"].conversation) == ("new", "b")


def test_the_same_opening_under_other_instructions_is_a_side_call() -> None:
    title = asked("b", system("Write a title.") + talk("Fix my build"), "Build", 0.1)
    found = links_of(asked("a", system("You are an agent.") + talk("Fix my build"), "Sure.", 0), title)
    assert found["b"].relation == "new"


def test_a_deep_history_that_comes_again_much_later_is_still_a_retry() -> None:
    history = talk("Hi", ">Hello.", "And now?")
    first = asked("a", talk("Hi"), "Hello.", 0)
    found = links_of(first, asked("b", history, "Later.", 5), asked("c", history, "Soon.", 900))
    assert (found["c"].parent, found["c"].relation) == ("b", "retry")


def test_an_edited_history_is_known_by_its_last_reply() -> None:
    before = talk("Plan it", ">The plan is long.", "Look at file A", f">{LONG}", "Next")
    first = asked("a", before, LONG + "So.", 0)
    edited = talk("Plan it", ">The plan is long.", "Look at file B", f">{LONG}", "Next!", f">{LONG}So.", "Go on")
    found = links_of(first, asked("b", edited, "Done.", 10))
    assert (found["b"].parent, found["b"].relation) == ("a", "edit")


def test_a_history_without_its_beginning_is_truncated() -> None:
    texts = ["One?", f">{LONG}1", "Two?", f">{LONG}2", "Three?", f">{LONG}3", "Four?"]
    first = asked("a", talk(*texts[:5]), LONG + "3", 0)
    found = links_of(first, asked("b", talk(*texts[2:]), "Four.", 10))
    assert (found["b"].parent, found["b"].relation) == ("a", "truncate")


def test_a_history_whose_early_turns_gave_way_to_a_summary_is_compacted() -> None:
    texts = [part for n in range(6) for part in (f"Question {n}?", f">{LONG}{n}")]
    first = asked("a", talk(*texts[:11]), f"{LONG}5", 0)
    short = talk("In short: five questions were answered.", *texts[8:], "Last?")
    found = links_of(first, asked("b", short, "Yes.", 10))
    assert (found["b"].parent, found["b"].relation) == ("a", "compact")


def test_a_session_that_begins_again_with_its_summary_is_compacted() -> None:
    summary = "The user builds a parser; the lexer is done and the tests of the grammar still fail."
    history = talk("Build it", ">Built.", "Sum up our session")
    first = asked("a", talk("Build it"), "Built.", 0, session="s")
    found = links_of(
        first,
        asked("b", history, summary, 10, session="s"),
        asked("c", talk(f"This goes on from before:\n{summary}\nGo on."), "On it.", 20, session="s"),
        asked("d", talk(f"Criticise this:\n{summary}"), "Good.", 30, session="other"),
    )
    assert (found["c"].parent, found["c"].relation, found["c"].turn) == ("b", "compact", 3)
    assert found["d"].relation == "new"


def test_a_message_after_a_broken_off_reply_goes_on_from_the_broken_call() -> None:
    start, broken = talk("Hi", ">Hello.", "Write a poem"), asked("b", talk("Hi", ">Hello.", "Write a poem"), "Ro", 5)
    found = links_of(asked("a", talk("Hi"), "Hello.", 0), broken, asked("c", start + talk("No, a song"), "La.", 9))
    assert (found["c"].parent, found["c"].relation) == ("b", "append")


def test_a_reply_that_the_client_reworded_still_follows_its_prompt() -> None:
    texts = ("Hi", ">Hello.", "And?", ">What the client made of it.", "So?")
    first = [asked("a", talk("Hi"), "Hello.", 0), asked("b", talk(*texts[:3]), "What the model said.", 5)]
    found = links_of(*first, asked("c", talk(*texts), "So.", 10))
    assert (found["c"].parent, found["c"].relation) == ("b", "append")


def test_a_reply_is_known_without_its_white_space() -> None:
    found = links_of(
        asked("a", talk("Hi"), "Hello,\n\n you. \n", 0), asked("b", talk("Hi", ">Hello, you.", "?"), "!", 9)
    )
    assert (found["b"].parent, found["b"].relation, found["b"].echoed) == ("a", "append", 1)


def test_a_tool_call_is_known_by_its_id_where_the_client_left_out_the_text_before_it() -> None:
    spoken = {**CALL, "content": "Let me read that file first."}
    result = {"role": "tool", "tool_call_id": TOOL["id"], "content": "empty"}
    first = asked("a", talk("What is in a.txt?"), spoken, 0)
    found = links_of(first, asked("b", [*talk("What is in a.txt?"), CALL, result], "Nothing.", 5))
    assert (found["b"].parent, found["b"].conversation) == ("a", "a")


def test_a_lost_call_is_bridged() -> None:
    texts = ("Hi", ">Hello.", "And?", ">A reply that nobody captured.", "So?")
    found = links_of(asked("a", talk("Hi"), "Hello.", 0), asked("c", talk(*texts), "So.", 10))
    assert (found["c"].parent, found["c"].relation, found["c"].turn) == ("a", "append", 2)


THOUGHT = "Thought: I should look up how many people live in the city.\nAction: search\nObservation: "


def test_a_reply_that_was_cut_and_written_on_by_the_client_still_follows_its_prompt() -> None:
    question = system("Use the tools.") + talk("How many people live in Ulm?")
    first = asked("a", question, THOUGHT + "I imagine a hundred.\nFinal answer: 100", 0)
    second = asked("b", question + talk(f">{THOUGHT}129,942"), "Final answer: 129,942", 5)
    third = asked("c", question + talk(f">{THOUGHT}129,942", ">You must answer now."), "129,942", 9)
    found = links_of(first, second, third)
    assert (found["b"].parent, found["b"].relation, found["b"].turn) == ("a", "append", 2)
    assert found["c"].conversation == "a"


def test_a_cut_reply_goes_on_from_the_call_that_said_most_of_it() -> None:
    question = talk("How many people live in Ulm?")
    other = THOUGHT.replace("search", "read the page of the city, and all of the pages of the country around it")
    twins = [asked("a", question, f"{THOUGHT}{LONG}", 0), asked("b", question, f"{other}{LONG}", 3)]
    found = links_of(*twins, asked("c", question + talk(f">{THOUGHT}129,942"), "129,942", 5))
    assert found["c"].parent == "a"


def test_a_cut_reply_that_several_calls_alike_gave_is_ambiguous() -> None:
    question = talk("How many people live in Ulm?")
    twins = [asked(name, question, f"{THOUGHT}I imagine.", at) for name, at in (("a", 0), ("b", 10))]
    found = links_of(*twins, asked("c", question + talk(f">{THOUGHT}129,942"), "129,942", 20))
    assert (found["c"].parent, found["c"].relation) == (None, "ambiguous")


def test_another_reply_to_the_same_opening_is_a_stranger() -> None:
    question = talk("How many people live in Ulm?")
    found = links_of(
        asked("a", question, f"{THOUGHT}100", 0),
        asked("b", question + talk(f">I know this one without looking it up. {THOUGHT}"), "129,942", 5),
    )
    assert found["b"].relation == "new"


def test_a_long_message_that_was_rewritten_at_its_end_is_known_by_the_short_reply_to_it() -> None:
    agent, page = system("You sort pages."), " ".join(f"Line {n} of the page." for n in range(80))
    first = asked("a", agent + talk(f"{page} It is ten."), "Sorted.", 0)
    later = agent + talk(f"{page} It is eleven.", ">Sorted.", "And again")
    found = links_of(first, asked("b", later, "Again.", 60))
    assert (found["b"].parent, found["b"].relation) == ("a", "edit")


@pytest.mark.parametrize(("said", "at"), [("You sort mail.", 60), ("You sort pages.", 9000)])
def test_a_form_that_many_fill_in_does_not_merge_them(said: str, at: float) -> None:
    page = " ".join(f"Line {n} of the page." for n in range(80))
    first = asked("a", system("You sort pages.") + talk(f"{page} It is ten."), "Sorted.", 0)
    later = system(said) + talk(f"{page} It is eleven.", ">Sorted.", "And again")
    assert links_of(first, asked("b", later, "Again.", at))["b"].relation == "new"


OPENING = "Compare the two reports of March and April, page by page, and say where their totals differ."


def test_an_opening_that_goes_on_at_once_without_the_reply_is_the_same_conversation() -> None:
    agent = system("You compare.") + talk(OPENING)
    found = links_of(asked("a", agent, LONG, 0), asked("b", agent + talk("That was no answer."), "Sorry.", 9))
    assert (found["b"].parent, found["b"].relation) == ("a", "append")


@pytest.mark.parametrize(
    ("instructions", "opening", "at"),
    [("You add.", OPENING, 9), ("You compare.", "Hi", 9), ("You compare.", OPENING, 3600)],
)
def test_an_opening_that_strangers_may_share_does_not_merge_them(instructions: str, opening: str, at: float) -> None:
    first = asked("a", system("You compare.") + talk(opening), LONG, 0)
    other = system(instructions) + talk(opening, "Are you there?")
    assert links_of(first, asked("b", other, "Yes.", at))["b"].relation == "new"


@pytest.mark.parametrize("reply", ["Done.", "OK", "Yes"])
def test_a_short_reply_alone_does_not_merge_strangers(reply: str) -> None:
    stranger = asked("a", system("You sort mail.") + talk("Sort this"), reply, 0)
    other = system("You write code.") + talk("Write it", f">{reply}", "Now test it")
    assert links_of(stranger, asked("b", other, "Tested.", 5))["b"].relation == "new"


def test_examples_that_every_call_begins_with_do_not_merge_the_calls() -> None:
    examples = talk("Bon jour", ">French", "Guten Tag", ">German")
    calls = [asked(f"c{n}", examples + talk(text), "Some", n * 5.0) for n, text in enumerate(("Hola", "Ciao", "Olá"))]
    assert [link.relation for link in links_of(*calls).values()] == ["new", "new", "new"]


def test_a_new_beginning_after_a_reset_is_a_new_conversation() -> None:
    agent = system("You are an agent. " * 20)
    first = [asked("a", agent + talk("Fix it"), LONG, 0), asked("b", agent + talk("Fix it", f">{LONG}", "Go"), "Ok", 9)]
    found = links_of(*first, asked("c", agent + talk("Another thing"), "Sure.", 12))
    assert (found["c"].relation, found["c"].turn) == ("new", 1)
