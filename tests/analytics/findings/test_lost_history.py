"""Lost history: the signals and their weights, and whose texts are looked at."""

from dataclasses import replace

import pytest

from analytics.findings.referring import REFERS, UNAWARE
from benchmarks.scenarios.call import Call
from benchmarks.scenarios.examined import Row, examined
from benchmarks.scenarios.lost_history import ASKED, NO_MESSAGE, pair


def found(calls: tuple[Call, ...]) -> list[Row]:
    return [row for row in examined(calls) if row["finding"] == "lost_history"]


def test_the_evidence_names_every_signal_with_its_weight() -> None:
    (row,) = found(pair("openai.chat", ASKED, "As I said, list them again.", NO_MESSAGE))
    assert row["evidence"]["signals"] == {
        "the reply knows of no earlier message": 3,
        "the message speaks of what was said before": 2,
        "the client called shortly before": 1,
        "the call before has the same instructions": 1,
    }
    assert row["evidence"]["weight"] == 7
    assert row["evidence"]["seconds_since"] == 40
    assert row["confidence"] == "likely"
    assert row["usd"] is None
    assert row["paid_usd"] > 0


def test_the_message_alone_makes_it_possible_only() -> None:
    session = {"metadata": {"user_id": "user_17"}}
    (row,) = found(pair("anthropic.messages", ASKED, "As I said, Lund.", "Lund is old.", parameters=session))
    assert row["confidence"] == "possible"
    assert row["severity"] == "low"


def test_who_asks_before_the_answer_is_there_follows_nothing_up() -> None:
    first, then = pair("openai.chat", ASKED, "As I said, list them again.", NO_MESSAGE)
    assert found((replace(first, takes=60.0), then)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Continue",
        "please go on",
        "as you said earlier",
        "Wie ich schon gesagt habe, nein.",
        "Comme je l'ai dit, non.",
        "Como te dije, no.",
        "Como eu disse, não.",
        "请继续",
        "続けて",
    ],
)
def test_what_speaks_of_what_was_said_before(text: str) -> None:
    assert REFERS.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "Continue this story: the carts left.",
        "Translate: it was them",
        "Explain the second law of thermodynamics",
        "Write a Python function that reads a file.",
        "Was ist die Hauptstadt von Schweden?",
        "Quelle est la capitale de la Suède ?",
        "给我讲一个故事",
        "東京の天気は？",
    ],
)
def test_what_stands_alone(text: str) -> None:
    assert not REFERS.search(text)


def test_replies_that_know_of_nothing_before_are_told_from_others() -> None:
    assert UNAWARE.search("I don't have any record of our chat.")
    assert UNAWARE.search("Dies ist der Beginn unseres Gesprächs.")
    assert not UNAWARE.search("I don't have the tool for that.")
    assert not UNAWARE.search("There is no previous owner of the cart.")
