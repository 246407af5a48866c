"""A mitmproxy script: parts of the capture addon raise, those that the file `broken_parts` names at that moment."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader

import proxy_addons.capture
from analytics.socket_tap import SocketTap
from analytics.spool import Spool
from proxy_addons.tap import Tap


def load(loader: Loader) -> None:
    loader.add_option("broken_parts", str, "", "A file that names the parts that are to raise.")


def failing(name: str, working: Callable[..., Any]) -> Callable[..., Any]:
    kind = type(f"Broken_{name}", (Exception,), {})  # an error is told from another by its type and its place

    def call(*args: Any, **kwargs: Any) -> Any:
        if name in Path(ctx.options.broken_parts).read_text().split():
            raise kind
        return working(*args, **kwargs)

    return call


for owner, name in (
    (Tap, "take_request"),
    (Tap, "take_response"),
    (SocketTap, "feed"),
    (Spool, "append"),
    (proxy_addons.capture, "from_headers"),
    (proxy_addons.capture, "http_record"),
    (proxy_addons.capture, "socket_tap"),
):
    setattr(owner, name, failing(name, getattr(owner, name)))
