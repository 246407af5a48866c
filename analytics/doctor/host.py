"""A TLS host on this machine that answers a chat completion, and notes whether its caller came through the proxy.

The private proxy shows a client certificate, which nobody else has. Nobody but that proxy trusts this host.
"""

import secrets
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

PATIENCE_S = 10.0


class LocalHost(ThreadingHTTPServer):
    """Serves one probe, on a port of its own, so that even a caller that only knocks is known by its port."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self._context = context
        self.nonce = f"echo-{secrets.token_hex(12)}"
        self.through_proxy = self.past_proxy = self.answered = False

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server_port}/v1/chat/completions"

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the connection's own thread, then serve it."""
        request.settimeout(PATIENCE_S)
        try:
            encrypted = self._context.wrap_socket(request, server_side=True)
        except OSError:  # the caller does not trust us: it is not the proxy
            self.past_proxy = True
            return
        with encrypted:
            self._note(bool(encrypted.getpeercert()))
            super().finish_request(encrypted, client_address)

    def _note(self, certified: bool) -> None:
        self.through_proxy = self.through_proxy or certified
        self.past_proxy = self.past_proxy or not certified

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: Any) -> None:
        """A caller that hangs up is noted already, and nothing to print a traceback for."""


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: LocalHost

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        body = _completion(self.server.nonce)
        self.server.answered = True
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: the terminal is for the report."""


def _completion(text: str) -> bytes:
    """A reply as in https://platform.openai.com/docs/api-reference/chat/object"""
    message = {"role": "assistant", "content": text}
    return orjson.dumps(
        {
            "id": "chatcmpl-doctor",
            "object": "chat.completion",
            "created": 0,
            "model": "tokenecho-doctor",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
    )


@contextmanager
def serving(context: ssl.SSLContext) -> Iterator[LocalHost]:
    """A host that answers until the end of the block."""
    with LocalHost(context) as host:
        thread = threading.Thread(target=host.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield host
        finally:
            host.shutdown()
            thread.join()
