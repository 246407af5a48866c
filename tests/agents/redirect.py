"""A mitmproxy script for `tokenecho run --addon`: whatever host is asked for, the local upstream is connected."""

import os

from mitmproxy.proxy.server_hooks import ServerConnectionHookData


def server_connect(data: ServerConnectionHookData) -> None:
    """Nothing of a test leaves this machine: a host that is not decrypted gets a server it does not trust."""
    data.server.address = ("127.0.0.1", int(os.environ["TOKENECHO_TEST_UPSTREAM"]))
