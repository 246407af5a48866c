"""One conversation of 2,000 turns: does a late turn cost more than an early one?

    python -m benchmarks.bench_long_conversation [--turns 2000]

Every turn sends the whole history again and two new messages. Reading a request takes time in proportion to its bytes,
so it is given by MB; storing and linking must take time in proportion to what is new, so it is given by turn.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched
from pathlib import Path

import orjson

from analytics.hashing import Hasher
from analytics.pricing.pricer import Pricer
from analytics.reading import Reader
from analytics.record import Body, Record
from analytics.store.batch import write_batch
from analytics.store.database import Database
from benchmarks.figures import Row, print_machine, print_table

HEAD = ("turns", "raw MB", "reading: MB per CPU s", "storing and linking: CPU ms a turn", "turns in one conversation")
JSON = (("content-type", "application/json"),)
START = 1_760_000_000
PARTS = 8
BATCH = 50
MB = 1e6


@dataclass(slots=True)
class Part:
    """An eighth of the conversation."""

    turns: int
    raw: int = 0
    reading_s: float = 0.0
    storing_s: float = 0.0
    joined: int = 0

    def row(self, size: int) -> Row:
        speeds = f"{self.raw / MB / self.reading_s:.1f}", f"{self.storing_s * 1e3 / size:.2f}"
        return f"{self.turns:,}", f"{self.raw / MB:,.1f}", *speeds, f"{self.joined:,}"


def conversation(turns: int) -> Iterator[Record]:
    """A chat that goes on and on."""
    messages: list[object] = [{"role": "system", "content": "You keep a diary for somebody else."}]
    for turn in range(turns):
        messages.append({"role": "user", "content": f"What did I write down on day {turn} of the journey?"})
        reply = {"role": "assistant", "content": f"On day {turn} you wrote {turn * 7919 % 977} words on the weather."}
        yield _record(turn, messages, reply)
        messages.append(reply)


def _record(turn: int, messages: list[object], reply: object) -> Record:
    choice = {"index": 0, "finish_reason": "stop", "message": reply}
    usage = {"prompt_tokens": 15 * len(messages), "completion_tokens": 14}
    answer = {"id": f"chatcmpl-{turn}", "model": "gpt-4o", "choices": [choice], "usage": usage}
    return Record(
        record_id=f"turn-{turn:05}",
        started_at=START + turn * 10,
        method="POST",
        scheme="https",
        host="api.openai.com",
        port=443,
        path="/v1/chat/completions",
        http_version="HTTP/1.1",
        request_headers=JSON,
        request=Body(orjson.dumps({"model": "gpt-4o", "messages": messages})),
        provider="openai",
        api="openai.chat",
        status=200,
        response_headers=JSON,
        response=Body(orjson.dumps(answer)),
        ended_at=START + turn * 10 + 2,
    )


def run(database: Database, turns: int) -> Iterator[Part]:
    """Part by part."""
    reader, records, size = Reader(Hasher(bytes(32)), Pricer()), conversation(turns), turns // PARTS
    for number in range(PARTS):
        part = Part((number + 1) * size)
        for some in batched((next(records) for _ in range(size)), BATCH):  # Python 3.12 has no `strict`
            _collect(database, reader, some, part)
        yield part


def _collect(database: Database, reader: Reader, records: tuple[Record, ...], part: Part) -> None:
    begun = time.process_time()
    readings = [reader.read(record) for record in records]
    read = time.process_time()
    with database.writing() as connection:
        write_batch(connection, readings)
    part.storing_s += time.process_time() - read
    part.reading_s += read - begun
    part.raw += sum(len(record.request.data) + len(record.response.data) for record in records)
    with database.reading() as connection:
        counted = connection.execute("select max(turns) from conversations").fetchone()
    part.joined = counted[0] if counted else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=2000)
    given = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory() as place:
        parts = list(run(Database(Path(place, "tokenecho.duckdb")), given.turns))
    print_table(HEAD, [part.row(given.turns // PARTS) for part in parts])
    print(f"A turn of the last part took {parts[-1].storing_s / parts[1].storing_s:.2f} times one of the second part.")


if __name__ == "__main__":
    main()
