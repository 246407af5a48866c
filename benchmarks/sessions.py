"""Generated sessions of a coding agent as a stream of records, stage by stage: as many as a long run needs."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import batched

import orjson

from analytics.record import Body, Record, Who
from analytics.spool import Spool
from benchmarks.traces import TRACES, record

SOURCE = TRACES / "agent_sessions.jsonl.gz"
DAY_S = 86_400
APPS = ("agent", "reviewer", "search")
TEAMS = ("red", "green", "blue", "grey")
TOGETHER = 50
# The ids that providers give to calls and responses: the generator makes the same ones for every stage.
GIVEN = (b'"call_', b'"chatcmpl-', b'"toolu_', b'"msg_')


def required() -> None:
    """Ends the benchmark, saying so, where the sessions it is made from are not there."""
    if not SOURCE.exists():
        raise SystemExit(f"{SOURCE}: the sessions are not there; this benchmark needs them.")


def stage(number: int, exchanges: int, scale: int, dialect: str = "openai") -> Iterator[Record]:
    """So many calls in their order of time, on a day, with texts and with ids that no other stage has."""
    command = [sys.executable, str(TRACES / "gen_trace.py"), "--source", f"weka:{SOURCE}", "--out", "-"]
    command += ["--scale", str(scale), "--limit", str(exchanges), "--salt", f"stage-{number}"]
    command += ["--dialect", dialect]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as made:
        assert made.stdout is not None  # noqa: S101  # it was asked for
        for line in made.stdout:
            yield _record(orjson.loads(line), number)
    if made.returncode:
        raise SystemExit(f"{TRACES / 'gen_trace.py'}: ended with {made.returncode}.")


def _record(line: dict[str, object], number: int) -> Record:
    found, session = record(line), int(str(line["conv_truth_id"]).partition("_")[2][:4])
    started = found.started_at + number * DAY_S
    return replace(
        found,
        record_id=f"{number:04}-{found.record_id}",
        request=_named(found.request, number),
        response=_named(found.response, number),
        started_at=started,
        first_byte_at=started + 0.5,
        ended_at=started + 2,
        who=Who(APPS[session % len(APPS)], TEAMS[session % len(TEAMS)], f"user {session % 20}"),
    )


def _named(body: Body, number: int) -> Body:
    """The body with the stage's number in every id that a provider gave."""
    data = body.data
    for given in GIVEN:
        data = data.replace(given, b"%s%04d" % (given, number))
    return Body(data)


def fill(spool: Spool, records: Iterator[Record]) -> int:
    """Put them into the spool; the bytes of their bodies."""
    size = 0
    for some in batched(records, TOGETHER):  # Python 3.12 has no `strict`
        spool.append(some)
        size += sum(len(found.request.data) + len(found.response.data) for found in some)
    return size
