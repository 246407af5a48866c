"""The echo share of generated agent sessions, beside the truth in the trace.

    python -m benchmarks.echo_share [--requests 600] [--scale 1] [--folder FOLDER]

Truth is what the trace says each request has in common with its parent's, token by token, and the parent's reply where
it was sent back word for word. After a reset to the system prompt nothing of the history survives: the trace then has
another thread of the same session, and the product another conversation. So there are two truths: within threads, and
within sessions, where such a reset resends the instructions.
"""

import argparse
import gzip
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from analytics.hashing import Hasher
from analytics.pricing.pricer import Pricer
from analytics.reading import Reader
from analytics.store.batch import write_batch
from analytics.store.database import Database
from benchmarks.figures import Row, print_table
from benchmarks.traces import TRACES, Trace, generate, records

HEAD = ("trace", "requests", "input tokens", "echo", "of threads", "difference", "of sessions", "difference", "exact")
BATCH = 200


@dataclass(frozen=True, slots=True)
class Shares:
    """Tokens of a trace: all input, what was sent before, and the replies that were sent back."""

    tokens: int
    resent: int
    echoed: int

    @property
    def echo(self) -> float:
        return (self.resent + self.echoed) / self.tokens


def truth(path: Path, *, sessions: bool) -> Shares:
    """What the trace says, of whole sessions or of the threads in them."""
    tokens = resent = echoed = 0
    replies: dict[object, int] = {}
    for line in _lines(path):
        said = line["truth"]
        replies[line["req_id"]] = said["answer_units_resent"] * said["scale"]
        tokens += said["trace_in"]
        resent += said["resent_tokens_parent"] if sessions or said["event"] != "reset" else 0
        echoed += replies[line["parent_truth"]] if said["parent_answer_verbatim"] else 0
    return Shares(tokens, resent, echoed)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rb") as lines:
        yield from map(orjson.loads, lines)


def stored(path: Path, database: Database) -> int:
    """Read the trace into the database, in shuffled batches; the number of requests."""
    reader = Reader(Hasher(bytes(32)), Pricer())
    readings = [reader.read(record) for record in records(path)]
    random.Random(7).shuffle(readings)  # noqa: S311  # an order, not a secret
    for at in range(0, len(readings), BATCH):
        with database.writing() as connection:
            write_batch(connection, readings[at : at + BATCH])
    return len(readings)


def measured(database: Database, scale: int) -> tuple[Shares, float]:
    """What the product says, and the share of the resent tokens whose basis is exact."""
    query = """
        select sum(input_tokens), sum(resent_tokens), sum(echoed_tokens),
            sum(resent_tokens) filter (token_basis = 'exact') / sum(resent_tokens)
        from turns join exchanges using (exchange_id)
    """
    with database.reading() as connection:
        tokens, resent, echoed, exact = connection.execute(query).fetchall()[0]
    return Shares(tokens * scale, resent * scale, echoed * scale), exact


def row(trace: Trace, folder: Path, scale: int) -> Row:
    path = generate(trace, folder)
    with tempfile.TemporaryDirectory() as place:
        database = Database(Path(place, "a.duckdb"))
        requests = stored(path, database)
        ours, exact = measured(database, scale)
    compared: list[str] = []
    for sessions in (False, True):
        true = truth(path, sessions=sessions)
        compared += [f"{true.echo:.2%}", f"{(ours.echo - true.echo) * 100:+.2f} points"]
    return trace.name, f"{requests:,}", f"{ours.tokens:,}", f"{ours.echo:.2%}", *compared, f"{exact:.1%}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=600)
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if not TRACES.exists():
        raise SystemExit(f"{TRACES}: the traces are not there; this benchmark needs them.")
    sessions = ("--source", f"weka:{TRACES / 'agent_sessions.jsonl.gz'}", "--max-in", "60000")
    sizes = ("--scale", str(given.scale), "--limit", str(given.requests))
    names = [
        Trace(f"agent {dialect} at scale {given.scale}", "gen_trace.py", (*sessions, *sizes, "--dialect", dialect))
        for dialect in ("openai", "anthropic")
    ]
    with tempfile.TemporaryDirectory() as place:
        folder = given.folder or Path(place)
        print_table(HEAD, [row(trace, folder, given.scale) for trace in names])


if __name__ == "__main__":
    main()
