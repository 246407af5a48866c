"""What findings promise, and what their advice saves when it is followed.

    python -m benchmarks.savings [FINDING …]

For each finding, `examples/<finding>/before.py` has the defect, and `after.py` has followed the advice. Both run
through the proxy; the promise is that of the findings in the first run, the saving is what the second was billed less.
"""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

from analytics.findings.registry import FINDINGS
from benchmarks.figures import print_table
from benchmarks.trial import ROOT, Run, Stage, stage

EXAMPLES = ROOT / "examples"
HEAD = ("finding", "before USD", "promised", "realised", "difference %")
# How far a promise may be from the saving, as a share of the saving; less money than this is none.
TOLERANCE = 0.05
NOTHING_USD = 1e-9


@dataclass(frozen=True, slots=True)
class Tried:
    """A finding's promise and the saving, USD. `promised` None: it was found and promises nothing.

    `paid` is what the finding says was paid for the tokens that it is about.
    """

    finding: str
    before: Run
    after: Run
    found: int
    promised: float | None
    paid: float

    @property
    def realised(self) -> float:
        return self.before.usd - self.after.usd

    @property
    def difference(self) -> float | None:
        """By how much the promise is above the saving, as a share of the saving; None where nothing is promised."""
        if self.promised is None:
            return None
        gap = self.promised - self.realised
        if abs(gap) < NOTHING_USD:
            return 0.0
        return gap / self.realised if self.realised > NOTHING_USD else inf


def examples() -> list[str]:
    """The findings with an application before and after, in the order of the registry."""
    return [finding.name for finding in FINDINGS if (EXAMPLES / finding.name / "before.py").exists()]


def tried(finding: str, on: Stage) -> Tried:
    """Runs the application before and after the advice was followed."""
    before, after = (on.run(EXAMPLES / finding / f"{name}.py") for name in ("before", "after"))
    found = [promise for promise in before.promises if promise.finding == finding]
    promised = [promise.usd for promise in found if promise.usd is not None]
    paid = sum(promise.paid_usd or 0.0 for promise in found)
    return Tried(finding, before, after, len(found), sum(promised) if promised else None, paid)


def cells(found: Tried) -> tuple[str, ...]:
    difference = "–" if found.difference is None else f"{found.difference:+.1%}".rstrip("%")
    promised = "nothing" if found.promised is None else f"{found.promised:.5f}"
    return found.finding, f"{found.before.usd:.5f}", promised, f"{found.realised:.5f}", difference


def main(wanted: Sequence[str]) -> int:
    """Prints the table; the number of promises that were not kept, or not made where they were due."""
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder)) as on:
        rows = [tried(finding, on) for finding in wanted or examples()]
    print_table(HEAD, [cells(row) for row in rows])
    return sum(not row.found or abs(row.difference or 0.0) > TOLERANCE for row in rows)


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
