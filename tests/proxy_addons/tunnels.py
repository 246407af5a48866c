"""Connections through the proxy without an HTTP library, and servers that are no LLM's."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import trustme

from tests.rig import Rig


@contextlib.contextmanager
def tunnel(rig: Rig, host: str, port: int) -> Iterator[socket.socket]:
    """What CONNECT opens to that server."""
    with socket.create_connection(("127.0.0.1", rig.port), timeout=10) as connection:
        connection.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1)
        assert head.startswith(b"HTTP/1.1 200"), head
        yield connection


@contextlib.contextmanager
def tls(rig: Rig, host: str) -> Iterator[ssl.SSLSocket]:
    """A TLS connection to the upstream, as the proxy lets it through."""
    with (
        tunnel(rig, "localhost", rig.up.port) as connection,
        rig.trust.context.wrap_socket(connection, server_hostname=host) as wrapped,
    ):
        yield wrapped


def exchange(connection: socket.socket, request: bytes) -> bytes:
    """The answer to a raw HTTP/1.1 request that closes the connection."""
    connection.sendall(request)
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


@contextlib.contextmanager
def greeting_server(greeting: bytes, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server that speaks first, and sends back what it gets; its port."""

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                accepted, _ = listener.accept()
                threading.Thread(target=talk, args=(accepted,), daemon=True).start()

    def talk(accepted: socket.socket) -> None:
        with contextlib.suppress(OSError), accepted:
            connection = context.wrap_socket(accepted, server_side=True) if context else accepted
            with connection:
                connection.sendall(greeting)
                while data := connection.recv(65536):
                    connection.sendall(data)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def self_made(folder: Path, *names: str) -> tuple[ssl.SSLContext, Path, bytes]:
    """A server's TLS context, the only CA that its clients trust, and its certificate (DER)."""
    authority = trustme.CA()
    issued = authority.issue_cert(*names)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    folder.mkdir(exist_ok=True)
    authority.cert_pem.write_to_path(folder / "pinned-ca.pem")
    return context, folder / "pinned-ca.pem", ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())
