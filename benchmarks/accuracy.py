"""How well conversations are put together again: against generated traces whose truth is known.

    python benchmarks/accuracy.py [--requests 5000] [--folder FOLDER]

Every trace goes through the reader, the store and the lineage in shuffled batches; the rows of `links` are what is
scored, beside two simple methods. Resent blocks are counted in the traces' own units (64 tokens of the agent's
sessions, 256 bytes of the airline's): the leading ones of a request's canonical text, put together from the stored
blocks, that an earlier request began with too.
"""

import argparse
import json
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from analytics.dialects.exchange import Block
from analytics.hashing import Hasher
from analytics.pricing.pricer import Pricer
from analytics.reading import Reader, Reading
from analytics.store.batch import write_batch
from analytics.store.database import Database
from benchmarks.traces import TRACES, Trace, generate, records, score, traces

BATCH = 400
UNIT_BYTES = 256
UNIT_WORDS = 8  # 64 tokens at --scale 8
WORD = re.compile(r"\w+|[^\w\s]")
EVENTS = ("append", "retry", "edit", "truncate")


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a method says of one request."""

    req_id: int
    conv: str
    parent: int | None
    resent: int | None = None

    def line(self) -> str:
        """As score.py reads it."""
        said = {"req_id": self.req_id, "conv": self.conv, "parent": self.parent}
        return json.dumps(said | ({} if self.resent is None else {"resent": self.resent, "unit": "blocks"}))


def read_all(trace: Trace, path: Path) -> list[Reading]:
    """The trace's readings, in the order of time."""
    reader = Reader(Hasher(bytes(32)), Pricer())
    return [reader.read(record) for record in records(path)]


def stored(readings: Sequence[Reading], database: Database) -> None:
    """Write the readings in shuffled batches into a new database."""
    database.path.unlink(missing_ok=True)
    shuffled = random.Random(7).sample(readings, len(readings))  # noqa: S311  # no secret
    for at in range(0, len(shuffled), BATCH):
        with database.writing() as connection:
            write_batch(connection, shuffled[at : at + BATCH])


def tokenecho(trace: Trace, readings: Sequence[Reading], database: Database) -> Iterator[Prediction]:
    """What the tables say."""
    stored(readings, database)
    with database.reading() as connection:
        links = _links(connection)
        texts = (_text(reading, trace) for reading in readings)
        for reading, resent in zip(readings, resent_units(texts, trace), strict=True):
            name = str(reading.row["exchange_id"])
            conversation, parent = links[name]
            yield Prediction(int(name), conversation, int(parent) if parent else None, resent)


def _links(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str | None]]:
    rows = connection.execute("select exchange_id, conversation_id, parent_exchange_id from links").fetchall()
    return {name: (conversation, parent) for name, conversation, parent in rows}


def longest_prefix(trace: Trace, readings: Sequence[Reading], database: Database) -> Iterator[Prediction]:
    """Simple method: the latest request that shares the most leading blocks is the parent."""
    last: dict[bytes, Prediction] = {}
    for reading in readings:
        name = int(str(reading.row["exchange_id"]))
        parent = next((last[node] for node in reversed(reading.chain.prefixes) if node in last), None)
        said = Prediction(name, parent.conv if parent else str(name), parent.req_id if parent else None)
        last.update(dict.fromkeys(reading.chain.prefixes, said))
        yield said


def prompt_and_reply(trace: Trace, readings: Sequence[Reading], database: Database) -> Iterator[Prediction]:
    """Simple method: a request goes on from the prompt and reply that it begins with; every fork is another one."""
    last: dict[str, Prediction] = {}
    continued: set[int] = set()
    for reading in readings:
        name, said = int(str(reading.row["exchange_id"])), reading.chain.spoken
        parent = last.get(said.echo_node or "")
        fork = parent is None or parent.req_id in continued
        here = Prediction(name, str(name) if fork or not parent else parent.conv, parent.req_id if parent else None)
        continued |= {parent.req_id} if parent else set()
        if said.reply_node:
            last[said.reply_node] = here
        yield here


type Method = Callable[[Trace, Sequence[Reading], Database], Iterable[Prediction]]
METHODS: dict[str, Method] = {
    "tokenecho": tokenecho,
    "longest prefix": longest_prefix,
    "prompt and reply": prompt_and_reply,
}


def _text(reading: Reading, trace: Trace) -> str:
    chain = reading.chain
    blocks = (*chain.preamble.blocks, *chain.history.blocks)
    return "".join(map(_words, blocks)) if trace.agent else _spelled_out(blocks)


def _spelled_out(blocks: Iterable[Block]) -> str:
    """The blocks as the airline's traces count them: a message's calls stand beside its text."""
    said = "".join(f"\x1e{_spelled(block)}" for block in blocks)
    return re.sub("(\x1eassistant\x1f[^\x1e]*)\x1eassistant\x1f\x1fcall", "\\1\x1fcall", said)[1:] + "\x1e"


def _spelled(block: Block) -> str:
    """The block as the airline's traces count it."""
    match block.kind:
        case "tools":
            found = json.loads(block.content)
            tool = found.get("function", found)
            schema = json.dumps(tool.get("parameters", tool.get("input_schema")), sort_keys=True)
            return f"T\x1f{tool['name']}\x1f{tool.get('description', '')}\x1f{schema}"
        case "tool_call":
            call = json.loads(block.content)
            arguments = json.dumps(call["arguments"], sort_keys=True)
            return f"assistant\x1f\x1fcall\x1f{_ref(block)}\x1f{call['name']}\x1f{arguments}"
        case "tool_result":
            return f"tool\x1f{_ref(block)}\x1f{block.content}"
    return f"{block.role}\x1f{block.content}"


def _ref(block: Block) -> str:
    """As long as the id of the call, which is no part of the content."""
    return "x" * len((block.ref or "").replace("toolu_", "call_"))


def _words(block: Block) -> str:
    """The block's own text, without the JSON around it."""
    if block.kind == "tools":
        found = json.loads(block.content)
        return str(found.get("function", found)["description"]) + " "
    if block.kind == "tool_call":
        return str(json.loads(block.content)["arguments"]["input"]) + " "
    return block.content + " "


def resent_units(texts: Iterable[str], trace: Trace) -> Iterator[int]:
    """Of each text, how many leading units some earlier text began with too."""
    seen: set[int] = set()
    for text in texts:
        chain, chained = 0, []
        for unit in _units(text, trace):
            chain = hash((chain, unit))
            chained.append(chain)
        yield next((at for at, link in enumerate(chained) if link not in seen), len(chained))
        seen.update(chained)


def _units(text: str, trace: Trace) -> Iterator[object]:
    whole: Sequence[object] = WORD.findall(text) if trace.agent else text.encode()
    size = UNIT_WORDS if trace.agent else UNIT_BYTES
    for at in range(0, len(whole) - size + 1, size):
        yield tuple(whole[at : at + size]) if trace.agent else whole[at : at + size]


def measure(trace: Trace, folder: Path) -> Iterator[list[str]]:
    """The table's rows for one trace: one per method."""
    path = generate(trace, folder)
    readings = read_all(trace, path)
    for name, method in METHODS.items():
        predicted = folder / f"{path.stem}.{name.replace(' ', '-')}.jsonl"
        database = Database(folder / f"{path.stem}.duckdb")
        predicted.write_text("".join(f"{said.line()}\n" for said in method(trace, readings, database)))
        yield [trace.name, name, *_cells(score(path, predicted))]


def _cells(found: dict[str, object]) -> list[str]:
    thread, conversation = _part(found, "vs_thread_truth"), _part(found, "vs_conv_truth")
    accuracy, blocks = _part(found, "parent_accuracy"), _part(found, "redundancy_blocks")
    pairs = [f"{part['pair_precision']} / {part['pair_recall']}" for part in (thread, conversation)]
    return [*pairs, *(str(accuracy.get(event, "–")) for event in EVENTS), str(blocks.get("ratio", "–"))]


def _part(found: dict[str, object], name: str) -> dict[str, object]:
    part = found.get(name, {})
    return part if isinstance(part, dict) else {}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--requests", type=int, default=5000, help="requests of the agent's sessions")
    parser.add_argument("--folder", type=Path, help="keep traces and predictions here")
    options = parser.parse_args()
    if not TRACES.is_dir():
        print(f"{TRACES} is not there: it holds the traces' scripts and sources.", file=sys.stderr)
        return 1
    head = ["trace", "method", "threads: precision / recall", "conversations", *EVENTS, "resent blocks"]
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for trace in traces(options.requests):
            for row in measure(trace, folder):
                print(f"| {' | '.join(row)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
