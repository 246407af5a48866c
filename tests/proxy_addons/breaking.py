"""Parts of the capture that raise, those that a file names at that moment: in the proxy, and in its recorder."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import proxy_addons.recording
from analytics.socket_tap import SocketTap
from analytics.spool import Spool
from proxy_addons import recorder

BROKEN_PARTS = "TEST_BROKEN_PARTS"


def failing(name: str, working: Callable[..., Any]) -> Callable[..., Any]:
    kind = type(f"Broken_{name}", (Exception,), {})  # an error is told from another by its type and its place

    def call(*args: Any, **kwargs: Any) -> Any:
        if name in Path(os.environ[BROKEN_PARTS]).read_text().split():
            raise kind
        return working(*args, **kwargs)

    return call


def break_parts(*parts: tuple[Any, str]) -> None:
    """Have each of these attributes raise when it is named."""
    for owner, name in parts:
        setattr(owner, name, failing(name, getattr(owner, name)))


if __name__ == "__main__":  # as a recorder
    break_parts(
        (SocketTap, "feed"),
        (Spool, "append"),
        (proxy_addons.recording, "http_record"),
        (proxy_addons.recording, "socket_tap"),
    )
    recorder.main()
