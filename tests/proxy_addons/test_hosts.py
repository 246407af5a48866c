"""Only LLM hosts are decrypted, and only their model calls are stored."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from tests.proxy_addons.calls import chat
from tests.proxy_addons.tunnels import greeting_server, self_made, tls, tunnel
from tests.rig import Rig

STRANGERS = (
    "bank.test",
    "openai.com",
    "www.openai.com",
    "api.openai.com.bank.test",
    "xapi.openai.com",
    "api-openai.com",
    "localhost.bank.test",
)


@pytest.fixture(scope="module")
def pinned(folder: Path) -> Iterator[tuple[int, ssl.SSLContext, bytes]]:
    """A TLS server that is none of ours: its port, what its client trusts, and its certificate."""
    context, authority, certificate = self_made(folder, *STRANGERS)
    with greeting_server(b"\x00bank v1\n", context) as port:
        yield port, ssl.create_default_context(cafile=str(authority)), certificate


@pytest.mark.parametrize("host", STRANGERS)
def test_any_other_host_is_tunnelled_with_its_own_certificate(
    rig: Rig, pinned: tuple[int, ssl.SSLContext, bytes], host: str
) -> None:
    port, trust, certificate = pinned
    with tunnel(rig, "127.0.0.1", port) as connection, trust.wrap_socket(connection, server_hostname=host) as secured:
        assert secured.getpeercert(binary_form=True) == certificate
        assert secured.recv(100) == b"\x00bank v1\n"
        secured.sendall(b"\xff\x00 no HTTP")
        assert secured.recv(100) == b"\xff\x00 no HTTP"


@pytest.mark.parametrize("host", ["localhost", "api.openai.com", "API.Anthropic.com", "chatgpt.com"])
def test_an_llm_host_is_decrypted(rig: Rig, host: str) -> None:
    with tls(rig, host) as connection:
        certificate = connection.getpeercert(binary_form=True) or b""
    assert x509.load_der_x509_certificate(certificate).issuer.rfc4514_string().startswith("O=mitmproxy,CN=mitmproxy")


@pytest.mark.parametrize("greeting", [b"SSH-2.0-test\r\n", b"220 mail ready\r\n"])
def test_a_connection_without_tls_is_passed_on_as_it_is(rig: Rig, greeting: bytes) -> None:
    with greeting_server(greeting) as port, tunnel(rig, "127.0.0.1", port) as connection:
        assert connection.recv(100) == greeting
        connection.sendall(b"\x00\x01\x02")
        assert connection.recv(100) == b"\x00\x01\x02"


def test_what_is_no_model_call_is_forwarded_and_not_stored(rig: Rig) -> None:
    with rig.client() as client:
        assert client.post("/v1/telemetry", json={"event": "x"}).json() == {}
        assert client.post("/api/event_logging/batch", json=[{}]).json() == {}
        assert client.get("/v1/models").status_code == 200
        assert client.post("/v1/files", content=b"x" * 100).status_code == 404
        client.post(chat().path, json=chat().body)
    assert len(rig.up.requests) == 5
    assert rig.record().path == chat().path  # the writer keeps the order: nothing came before it


def test_a_plain_http_call_to_another_host_is_forwarded_and_not_stored(rig: Rig) -> None:
    with greeting_server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi") as port, rig.client() as client:
        assert client.get(f"http://127.0.0.1:{port}/v1/chat/completions").text == "hi"
        client.post(chat().path, json=chat().body)
    assert rig.record().host == "localhost"
