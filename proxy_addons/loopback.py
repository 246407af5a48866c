"""Local servers with certificates of their own making: a model server on this very machine, named with --host."""

from ipaddress import ip_address

from mitmproxy.connection import Server
from mitmproxy.tls import TlsData
from OpenSSL import SSL

from analytics.endpoints import Endpoints
from proxy_addons.boundary import Boundary


class Loopback:
    """Accepts any certificate of a loopback server that the user named; every other server is verified.

    Whoever runs one has told their client to trust it, which the proxy cannot see; and what it sends there does not
    leave the machine.
    """

    def __init__(self, endpoints: Endpoints, boundary: Boundary) -> None:
        self._endpoints, self._guard = endpoints, boundary.run

    def tls_start_server(self, data: TlsData) -> None:
        self._guard(self._accept, data)

    def _accept(self, data: TlsData) -> None:
        server = data.conn
        if not isinstance(server, Server) or server.address is None or data.ssl_conn is None:
            return
        host, port, *_ = server.address
        if is_loopback(host) and self._endpoints.is_named(host, port):
            data.ssl_conn.set_verify(SSL.VERIFY_NONE)


def is_loopback(host: str) -> bool:
    """Whether this name or address is the machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
