"""Precision and recall of every finding over the labelled scenarios.

    python -m benchmarks.findings [FINDING …]

A scenario is a hit or a near miss of one finding, and speaks only of that one. All of them go through the HAR importer,
the collector and the findings.
"""

import sys
from collections.abc import Iterable, Sequence

from analytics.findings.registry import FINDINGS
from benchmarks.figures import print_table
from benchmarks.scenarios.call import Scenario
from benchmarks.scenarios.examined import examined
from benchmarks.scenarios.registry import HITS, MISSES

HEAD = ("finding", "hits", "found", "near misses", "kept silent", "precision", "recall")


def fires(finding: str, scenario: Scenario) -> bool:
    """Whether the finding is among those of this scenario."""
    return any(row["finding"] == finding for row in examined(scenario.calls, scenario.content))


def row(finding: str) -> tuple[tuple[str, ...], list[str]]:
    """The finding's line in the table, and the scenarios in which it was wrong."""
    hits, misses = HITS.get(finding, ()), MISSES.get(finding, ())
    missed = [scenario.name for scenario in hits if not fires(finding, scenario)]
    false = [scenario.name for scenario in misses if fires(finding, scenario)]
    found = len(hits) - len(missed)
    cells = (finding, str(len(hits)), str(found), str(len(misses)), str(len(misses) - len(false)))
    return (*cells, _share(found, found + len(false)), _share(found, len(hits))), [*missed, *false]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "–"


def main(wanted: Sequence[str]) -> int:
    """Prints the table and what was wrong; the number of scenarios that were."""
    rows = [(finding.name, *row(finding.name)) for finding in FINDINGS if not wanted or finding.name in wanted]
    print_table(HEAD, [cells for _, cells, _ in rows])
    wrong = [f"{name}: {scenario}" for name, _, scenarios in rows for scenario in scenarios]
    _print_lines(wrong)
    return len(wrong)


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
