"""A WebSocket connection under way, as the event loop sees it."""

from dataclasses import dataclass

from mitmproxy import http, websocket

from proxy_addons.tap import Gauge

# Ends that are no accident, https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1; 1005 is a close without a code.
ORDERLY = frozenset({None, 1000, 1001, 1005})


@dataclass(slots=True)
class LiveSocket:
    """`number` is that of the message that opened it."""

    number: int
    gauge: Gauge
    lossy: bool = False

    def take(self, message: websocket.WebSocketMessage) -> bool:
        """Whether there is room for this message, which is then held."""
        fits = self.gauge.take(len(message.content))
        if fits and message.from_client:
            self.lossy = False
        return fits

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
