"""The mitmproxy script: `mitmdump -s proxy_addons/main.py --set tokenecho_spool=FILE`.

Options reach the addon as mitmproxy options, so it works in mitmproxy and mitmweb too.
"""

import logging
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader

from analytics.endpoints import Endpoints
from analytics.private import installation_secret
from analytics.record import Who
from analytics.spool import DISK_LIMIT
from proxy_addons.boundary import Boundary
from proxy_addons.capture import Capture
from proxy_addons.dispatch import Dispatch
from proxy_addons.handover import Handover
from proxy_addons.loopback import Loopback
from proxy_addons.records import Settings
from proxy_addons.tap import Gauge

logger = logging.getLogger("tokenecho")
MEMORY_LIMIT = 512 * 2**20
OPTIONS: tuple[tuple[str, Any, Any, str], ...] = (
    ("tokenecho_spool", str, "", "The spool file that captured exchanges go to."),
    ("tokenecho_home", str, "", "The folder with this installation's secret."),
    ("tokenecho_capture_id", str, "", "A name for this run of the proxy."),
    ("tokenecho_hosts", Sequence[str], [], "More hosts to treat as LLM hosts."),
    ("tokenecho_app", str, "", "The app that calls are booked on where they do not say."),
    ("tokenecho_team", str, "", "The team that calls are booked on where they do not say."),
    ("tokenecho_user", str, "", "The user that calls are booked on where they do not say."),
    ("tokenecho_content", str, "full", "full: keep message texts; none: keep hashes and counts only."),
    ("tokenecho_disk_limit", int, DISK_LIMIT, "Most bytes that the spool may take on disk."),
    ("tokenecho_memory_limit", int, MEMORY_LIMIT, "Most bytes of traffic held in memory."),
)


class Tokenecho:
    """Reads the options, narrows decryption to the LLM hosts, and puts the capture addon to work."""

    def __init__(self) -> None:
        self._working = False

    def load(self, loader: Loader) -> None:
        for name, kind, default, text in OPTIONS:
            loader.add_option(name, kind, default, text)

    def configure(self, updated: set[str]) -> None:
        """Before the proxy listens: no connection may slip through that is not to be decrypted, or not captured."""
        options = ctx.options
        if self._working or not options.tokenecho_spool:
            return
        self._working = True
        endpoints = Endpoints(options.tokenecho_hosts)
        # mitmproxy tunnels every TLS connection to another host untouched.
        ctx.options.update(allow_hosts=[*options.allow_hosts, *endpoints.host_patterns()])
        login = os.environ.get("TOKENECHO_UPSTREAM_AUTH")
        if login:
            ctx.options.update(upstream_auth=login)
        boundary = Boundary()
        # At the end of the chain: it sees what a user's script left.
        ctx.master.addons.add(_capture(endpoints, boundary))
        ctx.master.addons.trigger_event = Dispatch(ctx.master.addons).trigger_event  # type: ignore[method-assign]

    def running(self) -> None:
        if not self._working:
            logger.error("Set tokenecho_spool to the spool file, or start with `tokenecho up`.")
            ctx.master.shutdown()


def _capture(endpoints: Endpoints, boundary: Boundary) -> Capture:
    options, gauge = ctx.options, Gauge(ctx.options.tokenecho_memory_limit)
    spool = Path(options.tokenecho_spool)
    settings = Settings(
        spool=spool,
        secret=_secret(Path(options.tokenecho_home) if options.tokenecho_home else spool.parent),
        capture_id=options.tokenecho_capture_id or secrets.token_hex(8),
        who=Who(options.tokenecho_app or None, options.tokenecho_team or None, options.tokenecho_user or None),
        content="none" if options.tokenecho_content == "none" else "full",
        disk_limit=options.tokenecho_disk_limit,
    )
    loopback = Loopback(endpoints, boundary)
    return Capture(endpoints, Handover(settings, boundary, gauge), boundary, gauge, [loopback])


def _secret(home: Path) -> bytes:
    """The installation's secret; where that cannot be had, one for this run, so that traffic goes on."""
    try:
        return installation_secret(home)
    except OSError as error:
        logger.warning("tokenecho: no secret in %s (%s); API keys are told apart within this run only.", home, error)
        return secrets.token_bytes(32)


addons = [Tokenecho()]
