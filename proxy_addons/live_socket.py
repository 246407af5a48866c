"""A WebSocket connection under way: its tap, and what it holds in memory."""

from dataclasses import dataclass

from mitmproxy import http, websocket

from analytics.socket_tap import SocketTap
from proxy_addons.writer import Gauge

# Ends that are no accident, https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1; 1005 is a close without a code.
ORDERLY = frozenset({None, 1000, 1001, 1005})


@dataclass(slots=True)
class LiveSocket:
    """`hoards` where the tap keeps every frame until the connection ends. `held` is what it holds of the gauge."""

    tap: SocketTap
    gauge: Gauge
    hoards: bool
    held: int = 0
    lossy: bool = False

    def take(self, message: websocket.WebSocketMessage) -> int | None:
        """What the gauge gets back once the tap has seen this message; None where there is no room for it."""
        size = len(message.content)
        if not self.gauge.take(size):
            return None
        if message.from_client:
            self.lossy = False
        if not self.hoards:
            return size
        self.held += size
        return 0

    def miss(self) -> bool:
        """Note a message that had no room; whether it is the first that this exchange misses."""
        first, self.lossy = not self.lossy, True
        return first


def close_error(flow: http.HTTPFlow) -> str | None:
    """What was wrong with the way a connection ended."""
    if flow.error:
        return flow.error.msg
    code = flow.websocket.close_code if flow.websocket else None
    return None if code in ORDERLY else f"connection closed with code {code}"
