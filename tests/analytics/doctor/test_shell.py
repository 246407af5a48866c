"""What the doctor says of the shell it runs in."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from analytics.doctor.check import Check
from analytics.doctor.shell import shell_checks
from analytics.launch.certificates import write_bundles
from analytics.launch.environment import routing
from analytics.launch.places import Places
from analytics.launch.processes import free_port
from analytics.spool import Proxy, Spool


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Places:
    home = tmp_path_factory.mktemp("home")
    places = Places(home / "tokenecho.duckdb", home)
    write_bundles(places, {})
    return places


@pytest.fixture
def url() -> Iterator[str]:
    """Somebody who listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://team:x@127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def alive(at: Places) -> Iterator[None]:
    """A proxy that was heard of just now."""
    with closing(Spool(at.spool)) as spool:
        spool.report_proxy(Proxy("c", os.getpid(), time.time(), time.time(), 0, 0, 0))
        yield
    at.spool.unlink()


def look(environment: dict[str, str], at: Places) -> dict[str, Check]:
    return {check.subject: check for check in shell_checks(environment, at)}


def routed(url: str, at: Places, **changed: str) -> dict[str, str]:
    return {**routing(url, at.client_bundle, before={}), **changed}


def test_a_shell_without_a_proxy_is_told_how_to_be_routed(at: Places) -> None:
    found = look({"PATH": "/bin"}, at)
    assert list(found) == ["HTTPS_PROXY"]
    assert found["HTTPS_PROXY"].level == "note"
    assert "tokenecho env" in found["HTTPS_PROXY"].remedy


@pytest.mark.usefixtures("alive")
def test_a_shell_routed_by_tokenecho_is_in_order(at: Places, url: str) -> None:
    found = look(routed(url, at), at)
    assert {name: check.level for name, check in found.items()} == {
        "HTTPS_PROXY": "ok",
        "NO_PROXY": "ok",
        "certificates": "ok",
    }


def test_a_proxy_that_is_gone_is_a_failure(at: Places) -> None:
    port = free_port()
    found = look(routed(f"http://127.0.0.1:{port}", at), at)["HTTPS_PROXY"]
    assert (found.level, found.found) == ("failure", f"nobody listens on 127.0.0.1:{port}")
    assert f"--port {port}" in found.remedy


def test_a_proxy_of_another_database_is_a_warning(at: Places, url: str) -> None:
    found = look(routed(url, at), at)["HTTPS_PROXY"]
    assert found.level == "warning"
    assert "--db" in found.remedy


def test_another_proxy_is_named_without_its_password(at: Places, url: str) -> None:
    found = look({"https_proxy": url}, at)
    assert found["HTTPS_PROXY"].level == "warning"
    assert "127.0.0.1" in found["HTTPS_PROXY"].found
    assert "team" not in str(found)
    assert "certificates" not in found, "another proxy's clients need not trust ours"


@pytest.mark.parametrize("value", ["http://", "http://host:port", "::"])
def test_what_is_no_address_is_a_failure(at: Places, value: str) -> None:
    assert look({"HTTPS_PROXY": value}, at)["HTTPS_PROXY"].level == "failure"


def test_two_proxies_at_once_are_a_warning(at: Places, url: str) -> None:
    found = look({"HTTPS_PROXY": url, "https_proxy": "http://elsewhere:1"}, at)
    assert "different proxies" in found["HTTPS_PROXY"].found


@pytest.mark.parametrize("hidden", ["api.openai.com", ".anthropic.com", "*"])
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_an_llm_host_in_no_proxy_is_a_warning(at: Places, url: str, name: str, hidden: str) -> None:
    found = look(routed(url, at, **{name: f"localhost, {hidden} ,corp.example"}), at)["NO_PROXY"]
    assert found.level == "warning"
    assert found.found.endswith(f": {hidden}")


def test_a_variable_that_names_other_certificates_is_a_warning(at: Places, url: str, tmp_path: Path) -> None:
    other = tmp_path / "company.pem"
    other.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    found = look(routed(url, at, SSL_CERT_FILE=str(other), DENO_CERT="/no/such/file"), at)["certificates"]
    assert (found.level, found.found) == ("warning", "without the proxy's authority: SSL_CERT_FILE, DENO_CERT")


def test_a_base_url_of_an_unknown_gateway_is_a_warning(at: Places, url: str) -> None:
    found = look(routed(url, at, OPENAI_BASE_URL="https://llm.corp.example/v1", ANTHROPIC_BASE_URL=""), at)
    assert found["OPENAI_BASE_URL"].level == "warning"
    assert found["OPENAI_BASE_URL"].remedy == "Start the proxy with --host llm.corp.example"
    assert "ANTHROPIC_BASE_URL" not in found


@pytest.mark.parametrize("value", ["https://api.openai.com/v1", "http://127.0.0.1:8080/v1"])
def test_a_base_url_that_is_known_or_on_this_machine_is_none(at: Places, url: str, value: str) -> None:
    assert "OPENAI_BASE_URL" not in look(routed(url, at, OPENAI_BASE_URL=value), at)
