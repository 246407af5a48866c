"""Conversations with everything that their page has to show: a retry, a fork, an edit, a cut history, state, harm."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from analytics.record import Body, Record
from analytics.store.database import Database, sql
from tests.analytics.lineage.traffic import asked, responded, system, talk
from tests.dashboard.traffic import stored

# What does something to whoever shows it as anything but text.
HOSTILE = (
    "<script>document.title='owned'</script></script><img src=x onerror=alert(1)> **bold** "
    "[link](javascript:alert(1)) $x^2$ :red[red] \x1b[31mred\x1b]0;title\x07 \u202edlrow\u202c \U000e0041`x` "
    "```\n```\x00"
)
MONDAY = system("You help. Today is Monday, and the sky is blue over the harbour where ships come and go.")
TUESDAY = system("You help. Today is Tuesday, and the sky is blue over the harbour where ships come and go.")
TOLD = [
    "Tell me about lighthouses, please, at length and with care.",
    ">" + "A lighthouse is a tower that sends out light. " * 8,
    "Where is the oldest?",
    ">" + "In the north-west of Spain there is an old one. " * 8,
    "And how tall?",
    ">" + "It is fifty-five metres tall. " * 8,
    "Thanks. Who built it?",
    ">" + "Romans did, long ago. " * 9,
    "When?",
    ">In the first century.",
    "And before?",
    ">Nothing known.",
    "Really?",
    ">Really.",
    "Bye then.",
    ">Bye.",
    "One more?",
]
EDITED = [*TOLD[:2], "Where is the oldest one that still shines at night?", *TOLD[3:]]


def metered(record: Record, tokens: int, cached: int = 0, **fields: Any) -> Record:
    """The call with that usage, and 40 tokens of output."""
    answer = orjson.loads(record.response.data)
    if answer.get("object") == "response":
        details = {"input_tokens_details": {"cached_tokens": cached}, "output_tokens_details": {"reasoning_tokens": 10}}
        usage = {"input_tokens": tokens, "output_tokens": 40, "total_tokens": tokens + 40, **details}
    else:
        usage = {"prompt_tokens": tokens, "completion_tokens": 40, "prompt_tokens_details": {"cached_tokens": cached}}
    body = Body(orjson.dumps(answer | {"usage": usage}))
    return replace(record, response=body, first_byte_at=record.started_at + 0.2, **fields)


def lighthouse() -> list[Record]:
    """A call that fails and is retried, a fork, an edited message, changed instructions, a cut history."""
    return [
        _told("l1", 1, 0),
        asked("l2", MONDAY + talk(*TOLD[:3]), None, 10.0),
        _told("l2-again", 3, 12),
        _told("l3", 5, 30, 120),
        _told("l4", 7, 50, 240),
        metered(asked("l4-fork", MONDAY + talk(*TOLD[:6], "Is it open?"), "It is.", 60.0), 440, 256),
        _told("l5", 9, 70, 384),
        _told("l6", 11, 90, 512),
        metered(asked("l7", MONDAY + talk(*EDITED[:13]), TOLD[13][1:], 110.0), 700),
        metered(asked("l8", TUESDAY + talk(*EDITED[:15]), TOLD[15][1:], 130.0), 760),
        metered(asked("l9", TUESDAY + talk(*TOLD[6:]), "No.", 150.0), 500),
    ]


def _told(name: str, blocks: int, at: float, cached: int = 0) -> Record:
    return metered(asked(name, MONDAY + talk(*TOLD[:blocks]), TOLD[blocks][1:], at), 60 + 60 * blocks, cached)


def stateful() -> list[Record]:
    """Three calls of which each names the one before."""
    return [
        metered(responded("s1", "Hello there", "Hi, what can I do?", 1000.0), 30),
        metered(responded("s2", "Tell me a joke", "No.", 1010.0, previous_response_id="resp-s1"), 60),
        metered(responded("s3", "Please", "Knock knock.", 1020.0, previous_response_id="resp-s2"), 90, 64),
    ]


def hostile() -> list[Record]:
    """Two calls of which every text means harm."""
    told = system(HOSTILE) + talk(HOSTILE, ">" + HOSTILE, "And now </code></pre><h1>big</h1>?")
    return [
        metered(asked("h1", system(HOSTILE) + talk(HOSTILE), HOSTILE, 2000.0, who=HOSTILE), 200),
        metered(asked("h2", told, "Fine.", 2010.0, who=HOSTILE), 420, 128),
    ]


def textless() -> list[Record]:
    """Captured without contents."""
    return [
        metered(asked("t1", talk("A secret"), "It is safe", 3000.0), 12, content="none"),
        metered(asked("t2", talk("A secret", ">It is safe", "Another"), "Too", 3010.0), 30, content="none"),
    ]


def ambiguous() -> list[Record]:
    """Two like beginnings of different people; which of them the third goes on from, nobody can tell."""
    openings = [metered(asked(f"a{n}", talk("Hi"), "Hello!", 4000.0 + 5 * n, who=f"person {n}"), 12) for n in (1, 2)]
    return [*openings, metered(asked("a3", talk("Hi", ">Hello!", "What now?"), "Nothing.", 4020.0), 30)]


def long(turns: int) -> list[Record]:
    """A conversation whose input grows by 60 tokens a turn, from 160 on."""
    found, said = [], list[str]()
    for turn in range(turns):
        said.append(f"Question {turn}: " + "how does it go on from here? " * 3)
        found.append(metered(asked(f"g{turn}", talk(*said), f"Answer {turn}.", 5000.0 + 20 * turn), 160 + 60 * turn))
        said.append(f">Answer {turn}.")
    return found


def calls(database: Database, conversation: str) -> pd.DataFrame:
    """The rows that the charts of that conversation are made from."""
    with database.reading() as connection:
        found = connection.execute(sql("dashboard_conversation_turns"), {"conversation": conversation}).df()
    return found.assign(position=range(1, len(found) + 1))


def calls_of(folder: Path, records: Sequence[Record], conversation: str) -> pd.DataFrame:
    """The same, of these records in a new database."""
    return calls(stored(folder / "calls.duckdb", records), conversation)


def everything() -> list[Record]:
    """All of the short ones, and one call alone."""
    alone = [metered(asked("alone", talk("Only this?"), "Only this.", 6000.0), 12)]
    return [*lighthouse(), *stateful(), *hostile(), *textless(), *ambiguous(), *alone]
