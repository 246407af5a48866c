"""Other modes of mitmproxy than an explicit proxy."""

from pathlib import Path

import httpx

from tests.proxy_addons.calls import chat
from tests.rig import Rig, Trust, proxy
from tests.upstream import Running


def test_a_reverse_proxy_captures_what_it_passes_on(tmp_path: Path, trust: Trust, up: Running) -> None:
    up.log.clear()
    hosts = [f"localhost:{up.port}"]
    with proxy(tmp_path, trust, up, hosts=hosts, mode=f"reverse:{up.base_url}") as rig:
        with httpx.Client(base_url=rig.url, trust_env=False) as client:
            received = client.post(chat().path, json=chat(stream=True).body, headers={"x-tokenecho-team": "red"})
        record = rig.record()
    assert received.content == up.responses[-1].body == record.response.data
    assert (record.scheme, record.host, record.port) == ("https", "localhost", up.port)
    assert record.who.team == "red"
    assert "x-tokenecho-team" not in up.requests[-1].header


def test_behind_another_proxy_calls_are_captured(tmp_path: Path, trust: Trust, up: Running, bare: Rig) -> None:
    up.log.clear()
    beyond = f"upstream:http://127.0.0.1:{bare.port}"
    # The proxy behind shows a certificate of the same authority, for a host that the user has named.
    with proxy(tmp_path, trust, up, mode=beyond) as rig:
        with rig.client(login="red:x") as client:
            received = client.post(chat().path, json=chat(stream=True).body)
        record = rig.record()
    assert received.content == up.responses[-1].body == record.response.data
    assert record.who.team == "red"
    assert "proxy-authorization" not in up.requests[-1].header
