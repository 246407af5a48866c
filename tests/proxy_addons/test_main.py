"""The script's options, and when it puts them into effect."""

import asyncio
import re
from pathlib import Path
from typing import Any

from mitmproxy.test import taddons

from proxy_addons.main import Tokenecho


def configured(**options: Any) -> tuple[list[str], list[str]]:
    """The hosts that mitmproxy decrypts and the addons at work, before the proxy listens."""

    async def run() -> tuple[list[str], list[str]]:
        with taddons.context(loadcore=False) as context:
            context.options.add_option("proxyauth", str, "", "")
            context.options.add_option("upstream_auth", str, "", "")
            addon = Tokenecho()
            context.master.addons.add(addon)
            context.configure(addon, **options)
            return list(context.options.allow_hosts), [type(each).__name__ for each in context.master.addons.chain]

    return asyncio.run(run())


def test_only_llm_hosts_are_decrypted_from_the_first_connection_on(tmp_path: Path) -> None:
    hosts, addons = configured(tokenecho_spool=str(tmp_path / "spool"), tokenecho_hosts=["gw.test"])
    assert addons[-1] == "Capture"
    for address, expected in (("api.openai.com:443", True), ("gw.test:443", True), ("bank.test:443", False)):
        assert any(re.search(pattern, address) for pattern in hosts) is expected


def test_hosts_that_the_user_allows_stay_allowed(tmp_path: Path) -> None:
    hosts, _ = configured(tokenecho_spool=str(tmp_path / "spool"), allow_hosts=["bank.test"])
    assert "bank.test" in hosts


def test_without_a_spool_nothing_is_set_to_work() -> None:
    hosts, addons = configured()
    assert hosts == []
    assert "Capture" not in addons
