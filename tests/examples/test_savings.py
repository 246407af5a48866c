"""The advice of findings, followed: what was promised is what the providers bill less."""

from collections.abc import Iterator

import pytest

from analytics.findings.registry import FINDINGS
from benchmarks.savings import TOLERANCE, examples, tried
from benchmarks.trial import Stage, stage

# They show what happened, or what went wrong, and claim no money.
CLAIM_NOTHING = {"resent_history", "lost_history", "dropped_history", "invented_reply", "window_pressure"}
# Claims that keeping the history at the provider saves no money.
CLAIMS_ZERO = "unused_server_state"
# Says what was paid, not what of it would be saved.
CLAIMS_UNKNOWN = "heavy_block"


@pytest.fixture(scope="module")
def on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("savings")) as made:
        yield made


def test_every_finding_with_money_has_an_application_before_and_after() -> None:
    assert {finding.name for finding in FINDINGS} - CLAIM_NOTHING == set(examples())


@pytest.mark.parametrize("finding", [name for name in examples() if name not in (CLAIMS_ZERO, CLAIMS_UNKNOWN)])
def test_what_a_finding_promises_is_saved_when_its_advice_is_followed(on: Stage, finding: str) -> None:
    found = tried(finding, on)
    assert found.promised
    assert found.realised > 0.04 * found.before.usd
    assert found.promised == pytest.approx(found.realised, rel=TOLERANCE)
    assert finding not in {promise.finding for promise in found.after.promises}


def test_keeping_the_history_at_the_provider_saves_no_tokens_and_promises_none(on: Stage) -> None:
    found = tried(CLAIMS_ZERO, on)
    assert found.promised == 0
    assert found.realised == pytest.approx(0, abs=1e-9)
    assert found.after.input_tokens == found.before.input_tokens
    # What it saves is upload.
    assert found.after.request_bytes < 0.8 * found.before.request_bytes


def test_cutting_a_heavy_block_saves_most_of_what_its_being_resent_had_cost(on: Stage) -> None:
    found = tried(CLAIMS_UNKNOWN, on)
    assert found.promised is None
    assert 0.5 * found.paid < found.realised < found.paid
