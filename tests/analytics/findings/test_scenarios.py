"""Every finding fires in its hits, and keeps silent in its near misses."""

import pytest

from analytics.findings.registry import FINDINGS
from benchmarks.findings import fires
from benchmarks.scenarios.call import Scenario
from benchmarks.scenarios.registry import HITS, MISSES

NAMES = [finding.name for finding in FINDINGS]


def labelled(scenarios: dict[str, tuple[Scenario, ...]]) -> list[object]:
    pairs = [(name, scenario) for name, found in scenarios.items() for scenario in found]
    return [pytest.param(name, scenario, id=f"{name}: {scenario.name}") for name, scenario in pairs]


@pytest.mark.parametrize(("finding", "scenario"), labelled(dict(HITS)))
def test_it_is_found(finding: str, scenario: Scenario) -> None:
    assert fires(finding, scenario)


@pytest.mark.parametrize(("finding", "scenario"), labelled(dict(MISSES)))
def test_it_is_not_found(finding: str, scenario: Scenario) -> None:
    assert not fires(finding, scenario)


def test_every_finding_has_five_hits_and_five_near_misses_in_three_dialects() -> None:
    for name in NAMES:
        assert len(HITS[name]) >= 5, name
        assert len(MISSES[name]) >= 5, name
        assert len({call.api for scenario in HITS[name] for call in scenario.calls}) >= 3, name


def test_every_finding_says_what_happens_and_what_to_do() -> None:
    for finding in FINDINGS:
        assert "\n\nWhat happens: " in finding.text, finding.name
        assert "\n\nWhat to do: " in finding.text, finding.name
