"""Marked secrets in every place, through every transport: no byte of them is written down anywhere."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from analytics.redaction import REDACTED
from tests.proxy_addons import sockets
from tests.proxy_addons.calls import CALLS, Call, chat, messages
from tests.proxy_addons.secrets import Secrets, collect, found_in
from tests.proxy_addons.test_transparency import ENCODERS
from tests.rig import Rig, Trust, proxy
from tests.upstream import Running, upstream

CONTENT = "ThisWasSaid"
FAULTS: tuple[dict[str, str], ...] = (
    {},
    {"x-upstream-status": "401"},
    {"x-upstream-cut-after": "2"},
    {"x-upstream-cut-after": "-1", "x-upstream-cut": "stream"},
    {"x-upstream-encoding": "zstd"},
    {"x-upstream-encoding": "gzip", "x-upstream-cut-after": "2"},
)


@pytest.fixture(scope="module")
def secrets() -> Secrets:
    return Secrets()


@pytest.fixture(scope="module")
def leaky(folder: Path, trust: Trust, up: Running, secrets: Secrets) -> Iterator[Rig]:
    options: dict[str, Any] = {"scripts": ["redirect", "leaking"], "upstream_port": up.port, "leaked": secrets.new()}
    with proxy(folder / "leaky", trust, up, **options) as running:
        yield running


def asked(call: Call, secrets: Secrets) -> dict[str, Any]:
    """The call's body with secrets beside what was said."""
    said: dict[str, Any] = json.loads(json.dumps(call.body).replace("Hello", CONTENT))
    return said | secrets.fields()


def send_over_http(rig: Rig, secrets: Secrets, http2: bool) -> int:
    """Every way of answering with every fault; the number of calls."""
    sent = 0
    with rig.client(http2=http2, login=f"team:{secrets.new()}") as client:
        for call in CALLS:
            for number, headers in enumerate(secrets.header_sets()):
                for fault in FAULTS if number == 0 else FAULTS[:1]:
                    path = call.path + ("&" if "?" in call.path else "?") + secrets.query()
                    sent += 1
                    with contextlib.suppress(httpx.TransportError):
                        client.post(path, json=asked(call, secrets), headers={**headers, **fault})
    return sent


def send_encoded(rig: Rig, secrets: Secrets) -> int:
    with rig.client() as client:
        for encoding, encode in ENCODERS.items():
            body = json.dumps(asked(messages(), secrets)).encode()
            client.post(messages().path, content=encode(body), headers={"content-encoding": encoding})
    return len(ENCODERS)


def send_plain(rig: Rig, secrets: Secrets) -> int:
    """Without TLS the login comes with the call itself."""
    with upstream(tls=False) as plain, rig.client(login=f"team:{secrets.new()}") as client:
        client.post(f"http://localhost:{plain.port}{chat().path}", json=asked(chat(), secrets))
    return 1


def send_over_sockets(rig: Rig, secrets: Secrets, folder: Path) -> int:
    async def respond(**options: Any) -> None:
        path = f"/v1/responses?{secrets.query()}"
        async with sockets.responses(rig, path, **options) as connection:
            await connection.send(sockets.create(CONTENT, **secrets.fields()))
            await sockets.answer(connection)
            await connection.send(sockets.create(f"[[upstream cut-after=2]] {CONTENT}", **secrets.fields()))
            with pytest.raises(ConnectionClosed):
                await sockets.answer(connection)

    async def echo(port: int) -> None:
        url = f"wss://localhost:{port}/v1/realtime?{secrets.query()}"
        async with connect(url, ssl=rig.trust.context, proxy=rig.url) as connection:
            await connection.send(json.dumps({"type": "session.update", "instructions": CONTENT, **secrets.fields()}))
            await connection.recv()

    sent = 0
    for headers in secrets.header_sets():
        headers.pop("sec-websocket-protocol", None)
        for compression in (None, "deflate"):
            protocols: Any = [f"openai-insecure-api-key.{secrets.new()}"]
            asyncio.run(respond(additional_headers=headers, compression=compression, subprotocols=protocols))
            sent += 2
    with sockets.echoing(folder / "echo") as (port, _):
        asyncio.run(echo(port))
    return sent + 1


def test_no_byte_of_a_secret_is_written_down(leaky: Rig, secrets: Secrets, tmp_path: Path) -> None:
    sent = send_over_http(leaky, secrets, http2=False) + send_over_http(leaky, secrets, http2=True)
    sent += send_encoded(leaky, secrets) + send_plain(leaky, secrets) + send_over_sockets(leaky, secrets, tmp_path)
    taken = leaky.wait_for(lambda: leaky.spool.take(count=10_000, size=10**9), sent)
    assert len(taken) == sent
    assert secrets.count > 1_000
    # The search finds what there is to find: what was said is there, and so is the trace of what was taken out.
    assert found_in(leaky, [CONTENT, REDACTED])
    assert not found_in(leaky, secrets.telltales)

    for spooled in taken[:3]:
        leaky.spool.set_aside(spooled.seq, "for the sake of the test")
    log = collect(leaky)
    assert leaky.spool.waiting() == 0
    places = {where for where, _ in found_in(leaky, [CONTENT])}
    assert places >= {"spool.set_aside", "database.blocks", "database.raw_exchanges"}, log.read_text()
    assert not found_in(leaky, secrets.telltales)
    leaky.stop()
    assert not found_in(leaky, secrets.telltales)
