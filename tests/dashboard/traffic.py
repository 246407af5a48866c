"""A database as the pages meet it: some conversations of some teams, and one that means harm."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from analytics.findings.examination import examine
from analytics.record import Record, Who
from analytics.store.batch import write_batch
from analytics.store.database import Database
from tests.analytics.chats import chat, reader, said

DAY = 86_400.0
# What would be bold, a link, a formula, a script or a line of its own, if a name were more than text.
HOSTILE = "<img src=x onerror=alert(1)> **bold** [link](javascript:alert(1)) $x$ :red[red]\x1b[31m\u202e"
ADA, BEN = Who("shop", "red", "ada"), Who("batch", "blue", "ben")
WORDS = "Please tell me at length how to keep slugs away from the lettuce without hurting anyone's hedgehogs. "


def conversation(first: int, turns: int, at: float, who: Who, *, pause: float = 60.0) -> list[Record]:
    """Calls of one conversation, each `pause` seconds after the one before; half of what is sent again is cached."""
    texts = [f"{WORDS * 20} {first}"]
    found = []
    for turn in range(turns):
        number, tokens = first + turn, 1_000 * (turn + 1)
        usage = {
            "prompt_tokens": tokens,
            "completion_tokens": 100,
            "prompt_tokens_details": {"cached_tokens": turn * 500},
        }
        made = chat(number, said(*texts), usage=usage, started_at=at + turn * pause, who=who)
        found.append(replace(made, ended_at=made.started_at + 2, first_byte_at=made.started_at + 0.5))
        texts += [f"Answer {number}.", f"And then, {number}?"]
    return found


def traffic(now: datetime) -> list[Record]:
    """Two teams over two weeks, a call without usage, and one whose names are hostile."""
    at = now.timestamp()
    return [
        *conversation(100, 4, at - 2 * DAY, ADA),
        *conversation(200, 3, at - 3 * DAY, BEN, pause=600.0),
        *conversation(300, 3, at - 10 * DAY, ADA),
        chat(400, said("Anybody?"), usage=None, started_at=at - DAY, who=BEN),
        chat(500, said(HOSTILE), started_at=at - DAY, who=Who(HOSTILE, HOSTILE, HOSTILE)),
    ]


def stored(path: Path, records: Sequence[Record]) -> Database:
    """These records, collected and examined."""
    database, read = Database(path), reader()
    with database.writing() as connection:
        write_batch(connection, [read.read(record) for record in records])
    left = 1
    while left:
        with database.writing() as connection:
            left = examine(connection)
    return database
