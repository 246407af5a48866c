"""Probes through a real proxy: what each way of calling comes to."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.doctor.check import Check
from analytics.doctor.host import LocalHost, serving
from analytics.doctor.papers import make_papers
from analytics.doctor.private_proxy import ProxyDidNotStart
from analytics.doctor.probes import BODY, Outcome, Probe, Ran, outcome, prove, run
from analytics.launch.places import Places

PROGRAM = str(Path(__file__).parents[3] / "analytics" / "doctor" / "programs" / "python_call.py")
CURL = ("curl", "-sS", "--data", BODY)
# Ignores what the environment says of certificates, as a runtime with a store of its own does.
OWN_STORE = """
import ssl, sys, urllib.request
urllib.request.urlopen(sys.argv[1], b"{}", context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
"""

pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")


def python(library: str) -> tuple[str, ...]:
    return (sys.executable, PROGRAM, library, BODY)


PROBES = {
    "urllib": Probe("urllib", python("urllib")),
    "aiohttp": Probe("aiohttp", python("aiohttp"), {"not routed": "trust {certificate}"}, needy=True),
    "aiohttp trust_env": Probe("aiohttp trust_env", python("aiohttp trust_env=True")),
    "curl": Probe("curl", CURL),
    "around": Probe("around", (*CURL, "--noproxy", "*")),
    "around, unverified": Probe("around, unverified", (*CURL, "--noproxy", "*", "--insecure")),
    "own store": Probe("own store", (sys.executable, "-c", OWN_STORE)),
    "silent": Probe("silent", (*CURL, "--output", "/dev/null")),
    "broken": Probe("broken", (sys.executable, "-c", "raise SystemExit('it broke')")),
    "absent": Probe("absent", ("no-such-program-anywhere",)),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Places:
    folder = tmp_path_factory.mktemp("home")
    return Places(folder / "tokenecho.duckdb", folder)


@pytest.fixture(scope="module")
def checks(home: Places) -> dict[str, Check]:
    return {check.subject: check for check in prove(tuple(PROBES.values()), home)}


@pytest.mark.parametrize("name", ["urllib", "aiohttp trust_env", "curl"])
def test_a_call_that_comes_back_and_is_stored_is_captured(checks: dict[str, Check], name: str) -> None:
    assert checks[name] == Check("runtime", name, "ok", "captured", "")


def test_aiohttp_without_trust_env_is_a_warning_with_its_own_remedy(checks: dict[str, Check], home: Places) -> None:
    remedy = f"trust {home.authority_certificate}"
    assert checks["aiohttp"] == Check("runtime", "aiohttp", "warning", "not routed", remedy)


@pytest.mark.parametrize("name", ["around", "around, unverified"])
def test_a_call_that_goes_around_the_proxy_fails_even_if_it_is_answered(checks: dict[str, Check], name: str) -> None:
    assert (checks[name].level, checks[name].found) == ("failure", "not routed")
    assert "HTTPS_PROXY" in checks[name].remedy


def test_a_client_with_its_own_store_reaches_the_proxy_and_does_not_trust_it(
    checks: dict[str, Check], home: Places
) -> None:
    assert checks["own store"].level == "failure"
    assert checks["own store"].found.startswith("not trusted: ")
    assert "CERTIFICATE_VERIFY_FAILED" in checks["own store"].found
    assert str(home.authority_certificate) in checks["own store"].remedy


def test_a_program_that_fails_by_itself_says_how(checks: dict[str, Check]) -> None:
    assert checks["broken"].found == "failed: it broke"
    assert checks["absent"].found == "failed: No such file or directory"
    assert checks["silent"].found.startswith("failed"), "stored, but the reply did not come back"


def test_nothing_is_added_to_the_users_data(checks: dict[str, Check], home: Places) -> None:
    assert sorted(path.name for path in home.home.iterdir()) == ["ca", "secret"]


def test_a_proxy_that_does_not_start_says_why(tmp_path: Path) -> None:
    at = Places(tmp_path / "tokenecho.duckdb", tmp_path)
    at.authority.mkdir()
    for name in ("mitmproxy-ca.pem", "mitmproxy-ca-cert.pem"):
        (at.authority / name).write_text("no certificate")
    with pytest.raises(ProxyDidNotStart, match=r"(?i)pem|key|certificate"):
        prove([PROBES["curl"]], at)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[LocalHost]:
    with serving(make_papers(tmp_path).context) as running:
        yield running


@pytest.mark.parametrize(
    ("through", "past", "answered", "stored", "output", "ended", "expected"),
    [
        (True, False, True, True, "{nonce}", True, "captured"),
        (True, False, True, False, "{nonce}", True, "not stored"),
        (True, False, True, True, "else", True, "failed"),
        (False, True, True, False, "{nonce}", True, "not routed"),
        (True, False, False, False, "", True, "not trusted"),
        (True, False, False, False, "", False, "failed"),
        (False, False, False, False, "", True, "failed"),
    ],
)
def test_the_outcome_follows_from_how_far_the_call_came(
    host: LocalHost,
    through: bool,
    past: bool,
    answered: bool,
    stored: bool,
    output: str,
    ended: bool,
    expected: Outcome,
) -> None:
    host.through_proxy, host.past_proxy, host.answered = through, past, answered
    assert outcome(host, Ran(output.format(nonce=host.nonce), "", ended), stored) == expected


def test_the_host_is_trusted_by_those_with_its_papers_only(host: LocalHost, tmp_path: Path) -> None:
    trusting = run((*CURL, "--cacert", str(tmp_path / "roots.pem"), host.url))
    assert host.nonce in trusting.output
    assert (host.through_proxy, host.past_proxy, host.answered) == (False, True, True)
    assert host.nonce not in run((*CURL, host.url)).output


def test_the_papers_of_the_proxy_are_recognised(host: LocalHost, tmp_path: Path) -> None:
    papers = ("--cacert", str(tmp_path / "roots.pem"), "--cert", str(tmp_path / "proxy.pem"))
    assert host.nonce in run((*CURL, *papers, host.url)).output
    assert (host.through_proxy, host.past_proxy, host.answered) == (True, False, True)


def test_a_command_that_hangs_ends_in_time_with_all_it_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics.doctor.probes.TIMEOUT_S", 0.3)
    assert run(("sh", "-c", "sleep 60; true")) == Ran("", "no answer within 0 s", ended=False)
