"""Conversations with known truth, made by the scripts of ../shared/traces, as records that the collector reads."""

import gzip
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from analytics.record import Body, Record

TRACES = Path(__file__).resolve().parents[2] / "shared" / "traces"
EPOCH = 1_760_000_000
JSON = (("content-type", "application/json"),)
DISTURBED = ("--cache-control", "--retry-rate", "0.05", "--truncate-rate", "0.1")


@dataclass(frozen=True, slots=True)
class Trace:
    """One generated file: its name in the table, the script and its options."""

    name: str
    script: str
    options: tuple[str, ...]

    @property
    def agent(self) -> bool:
        """Whether it is of the coding agent's sessions, whose blocks are counted in words."""
        return self.script == "gen_trace.py"


def traces(requests: int) -> list[Trace]:
    """All that is measured: the agent's sessions up to so many requests, and the airline's conversations."""
    sessions = ("--source", f"weka:{TRACES / 'agent_sessions.jsonl.gz'}", "--scale", "8", "--limit", str(requests))
    airline = ("--source", f"tau:{TRACES / 'airline'}")
    found = []
    for dialect in ("openai", "anthropic"):
        found += [
            Trace(f"agent {dialect}", "gen_trace.py", (*sessions, "--dialect", dialect)),
            Trace(f"airline {dialect}", "gen_transcripts.py", (*airline, "--dialect", dialect)),
            Trace(f"airline {dialect}, disturbed", "gen_transcripts.py", (*airline, "--dialect", dialect, *DISTURBED)),
        ]
    return found


def generate(trace: Trace, folder: Path) -> Path:
    """The trace's file; it is made once."""
    path = folder / f"{trace.name.replace(', ', '-').replace(' ', '-')}.jsonl.gz"
    if not path.exists():
        command = [sys.executable, str(TRACES / trace.script), *trace.options, "--out", str(path)]
        subprocess.run(command, check=True, capture_output=True)  # our own command
    return path


def score(truth: Path, prediction: Path) -> dict[str, object]:
    """What ../shared/traces/score.py says of a prediction."""
    command = [sys.executable, str(TRACES / "score.py"), str(truth), str(prediction)]
    found: dict[str, object] = orjson.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


def records(path: Path) -> Iterator[Record]:
    """The file's lines as records, named by their `req_id`."""
    with gzip.open(path, "rb") as lines:
        for line in lines:
            yield record(orjson.loads(line))


def record(line: dict[str, object]) -> Record:
    """One line as the proxy would have captured it."""
    anthropic = line["dialect"] == "anthropic"
    return Record(
        record_id=str(line["req_id"]),
        started_at=EPOCH + float(str(line["ts"])),
        method="POST",
        scheme="https",
        host="api.anthropic.com" if anthropic else "api.openai.com",
        port=443,
        path="/v1/messages" if anthropic else "/v1/chat/completions",
        http_version="HTTP/1.1",
        request_headers=JSON,
        request=Body(orjson.dumps(line["request"])),
        provider="anthropic" if anthropic else "openai",
        api="anthropic.messages" if anthropic else "openai.chat",
        status=200,
        response_headers=JSON,
        response=Body(orjson.dumps(line["response"])),
    )
