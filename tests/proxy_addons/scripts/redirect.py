"""A mitmproxy script: calls to the providers' own hosts go to the local upstream instead."""

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader
from mitmproxy.proxy.server_hooks import ServerConnectionHookData


def load(loader: Loader) -> None:
    loader.add_option("upstream_port", int, 0, "Where the local upstream listens.")


def server_connect(data: ServerConnectionHookData) -> None:
    if data.server.address and data.server.address[0] not in ("127.0.0.1", "localhost"):
        data.server.address = ("127.0.0.1", ctx.options.upstream_port)
