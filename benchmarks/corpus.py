"""Recorded traffic through the whole reading path, usage beside an independent reading: `python -m benchmarks.corpus`.

Ends with 1 where reading raised, where an error was not recognised, or where usage differs and no rule explains it.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analytics.dialects.exchange import Usage
from analytics.hashing import Hasher
from analytics.pricing.pricer import Pricer
from analytics.reading import Reader, Row
from analytics.record import Record
from benchmarks.differences import Comparison, Rule, explanation
from benchmarks.figures import print_table
from benchmarks.independent import usage_said
from benchmarks.threads import steps
from tests.recordings import PATH, Recording, recorded, recordings

HEAD = ("API", "provider", "records", "read", "usage equal", "different", "no usage", "errors recognised")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one recording. `row` is None where reading raised, and `problem` says how."""

    recording: Recording
    row: Row | None = None
    problem: str | None = None
    equal: bool = False
    silent: bool = False
    rule: Rule | None = None

    @property
    def failed(self) -> bool:
        return (self.recording.record.status or 0) >= 400


@dataclass(slots=True)
class Line:
    """One line of the table."""

    records: int = 0
    read: int = 0
    equal: int = 0
    different: int = 0
    silent: int = 0
    errors: int = 0
    recognised: int = 0
    rules: Counter[Rule] = field(default_factory=Counter)

    def add(self, one: Outcome) -> None:
        row = one.row or {}
        self.records += 1
        self.read += row.get("reading") == "read"
        self.equal += one.equal and not one.silent
        self.silent += one.equal and one.silent
        self.different += not one.equal
        self.errors += one.failed
        self.recognised += one.failed and recognised(row)
        self.rules.update([one.rule] if one.rule else [])

    def cells(self) -> tuple[str, ...]:
        errors = f"{self.recognised} of {self.errors}" if self.errors else "–"
        numbers = (self.records, self.read, self.equal, self.different, self.silent)
        return (*(f"{number:,}" if number else "–" for number in numbers), errors)


def walk(found: Iterable[Recording]) -> Iterator[Outcome]:
    """Each recording read as the collector reads it, and compared."""
    reader = Reader(Hasher(bytes(32)), Pricer())
    for recording in found:
        try:
            yield _compared(recording, reader.read(recording.record).row)
        except Exception as error:  # whatever it is, it is what this looks for
            yield Outcome(recording, problem=f"{type(error).__name__}: {error}")


def _compared(recording: Recording, row: Row) -> Outcome:
    comparison = compare(recording.record, row)
    rule = None if comparison.equal else explanation(comparison)
    problem = None if comparison.equal or rule else f"usage differs: {dict(comparison.gaps())}"
    if row["reading"] != "read":
        problem = "not read"
    elif (recording.record.status or 0) >= 400 and not recognised(row):
        problem = "an error without code and message"
    return Outcome(recording, row, problem, comparison.equal, not comparison.ours.reported, rule)


def compare(record: Record, row: Row) -> Comparison:
    """The row's usage beside the independent reading of the same bytes."""
    counts: dict[str, Any] = {part.name: row.get(part.name) for part in fields(Usage)}
    return Comparison(record, Usage(**counts), usage_said(record))


def recognised(row: Row) -> bool:
    return bool(row.get("error_code") or row.get("error_message"))


def main() -> int:
    if not PATH.exists():
        print("The recorded traffic is not on this machine.")
        return 1
    began = time.perf_counter()
    outcomes = list(walk(recordings()))
    took = time.perf_counter() - began
    lines, total = _lines(outcomes)
    table = [(api, provider, *line.cells()) for (api, provider), line in sorted(lines.items())]
    print_table(HEAD, [*table, ("all", "", *total.cells())])
    for rule, count in total.rules.most_common():
        print(f"- {count} × {rule.name}: {rule.text}.")
    problems = [one for one in outcomes if one.problem]
    for one in problems:
        print(f"PROBLEM {one.recording.name}: {one.problem}")
    print(f"\n{len(outcomes):,} recordings in {took:.1f} s; {len(problems)} problems.")
    _print_threads()
    return 1 if problems else 0


def _print_threads() -> None:
    """How many recordings of several turns become the conversations that they were, and why the others do not."""
    generations = [turn for turn in recorded("") if turn.recording.source["endpoint_class"] == "generation"]
    with TemporaryDirectory() as folder:
        found = list(steps(generations, Path(folder)))
    whole = Counter(step.after.recording.conversation for step in found)
    whole.subtract(step.after.recording.conversation for step in found if step.threaded)
    print(
        f"\n{len(whole):,} recordings go on over {len(found):,} steps: {sum(step.threaded for step in found):,} steps"
    )
    print(f"thread as recorded, and {sum(not missing for missing in whole.values()):,} recordings whole. The others:")
    for reason, count in Counter(step.reason for step in found if not step.threaded).most_common():
        print(f"- {count} × {reason}.")


def _lines(outcomes: Iterable[Outcome]) -> tuple[dict[tuple[str, str], Line], Line]:
    lines: dict[tuple[str, str], Line] = {}
    total = Line()
    for one in outcomes:
        record = one.recording.record
        lines.setdefault((record.api, record.provider), Line()).add(one)
        total.add(one)
    return lines, total


if __name__ == "__main__":
    sys.exit(main())
