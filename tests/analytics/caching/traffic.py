"""Traffic to the local providers through a real proxy, over hours that pass on their clock only."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from analytics.caching.billed import BilledCall
from analytics.caching.loading import CallLoader
from analytics.collector import Collector
from analytics.record import Record
from analytics.spool import Spool
from analytics.store.database import Database
from tests.analytics.chats import append, reader
from tests.rig import Rig

type Json = dict[str, Any]

WORDS = "the model reads every file that was opened and writes down what it has found in them so far, line by line"
CODE = "def total(values: list[float]) -> float:\n    return sum(value for value in values if value > 0)\n"


def prose(name: str, words: int) -> str:
    """A text of about that many words, different for each name."""
    said = WORDS.split()
    return f"{name}: " + " ".join(f"{said[i * 7 % len(said)]}" for i in range(words))


def code(name: str, lines: int) -> str:
    return "".join(f"# {name} {i}\n{CODE}" for i in range(lines // 3 + 1))


@dataclass(slots=True)
class Traffic:
    """Calls to one provider's own address, and how far the providers' clock was ahead at each of them."""

    rig: Rig
    base_url: str
    client: httpx.Client
    ahead: list[float] = field(default_factory=list)
    moved: float = 0.0

    def post(self, path: str, body: Json) -> Json:
        answer = self.client.post(self.base_url + path, json=body)
        assert answer.status_code == 200, answer.text
        self.ahead.append(self.moved)
        found: Json = answer.json()
        return found

    def wait(self, seconds: float) -> None:
        """Let time pass on the providers' clock."""
        self.rig.up.advance(seconds)
        self.moved += seconds

    def billed(self, folder: Path, missing: int = 0) -> list[BilledCall]:
        """All calls so far, but for so many, collected into a database and loaded from it, in order."""
        records = self.rig.records(len(self.ahead))
        moved = [later(record, seconds) for record, seconds in zip(records, self.ahead, strict=True)]
        database, spool = Database(folder / "calls.duckdb"), folder / "calls.duckdb.spool"
        append(spool, moved)
        opened = Spool(spool)
        Collector(opened, database, reader()).run(lambda: True)
        opened.close()
        with database.reading() as connection:
            found = CallLoader(connection).load(record.record_id for record in records)
        [calls] = found.values()
        assert len(calls) == len(records) - missing
        return calls


def later(record: Record, seconds: float) -> Record:
    """The same call, so much later."""

    def moved(moment: float | None) -> float | None:
        return None if moment is None else moment + seconds

    return replace(
        record,
        started_at=record.started_at + seconds,
        request_ended_at=moved(record.request_ended_at),
        first_byte_at=moved(record.first_byte_at),
        ended_at=moved(record.ended_at),
    )
