"""What the upstream does on the wire: HTTP/2, encodings, cuts, hangs, timing, the logs, and as a process."""

import asyncio
import base64
import gzip
import itertools
import json
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]  # it ships no types
import httpx
import pytest
import zstandard

from tests.upstream import Running, upstream

CHAT = "/v1/chat/completions"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def up() -> Iterator[Running]:
    with upstream() as running:
        yield running


@pytest.fixture(params=["1.1", "2"])
def http(up: Running, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    trust = ssl.create_default_context(cafile=str(up.ca_pem))
    with httpx.Client(verify=trust, base_url=up.base_url, http2=request.param == "2", timeout=5) as client:
        yield client


def body(text: str = "Hi", **more: Any) -> dict[str, Any]:
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **more}


def test_the_logs_hold_the_bytes_of_both_directions(http: httpx.Client, up: Running) -> None:
    sent = b'{ "model":"gpt-4o",\n "messages":[{"role":"user","content":"caf\xc3\xa9"}] }'
    received = http.post(CHAT + "?x=1", content=sent, headers={"X-Odd-Case": "1"})
    assert up.requests[-1].path == CHAT + "?x=1"
    assert up.requests[-1].body == sent
    assert up.requests[-1].header["x-odd-case"] == "1"
    assert up.responses[-1].body == received.content
    names = [name for name, _ in up.requests[-1].headers]
    assert (b"X-Odd-Case" in names) is (received.http_version == "HTTP/1.1")


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "zstd"])
@pytest.mark.parametrize("streamed", [False, True])
def test_responses_are_compressed_piece_by_piece(
    http: httpx.Client, up: Running, encoding: str, streamed: bool
) -> None:
    headers = {"x-upstream-encoding": encoding, "accept-encoding": encoding}
    with http.stream("POST", CHAT, json=body(stream=streamed), headers=headers) as response:
        text = "".join(response.iter_text())
    assert response.headers["content-encoding"] == encoding
    assert text.endswith("data: [DONE]\n\n" if streamed else "}")
    assert len(up.responses[-1].writes) == (11 if streamed else 1)


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("br", brotli.compress),
        ("zstd", zstandard.ZstdCompressor().compress),
        ("zstd", zstandard.ZstdCompressor(write_content_size=False).compress),
    ],
)
def test_request_bodies_may_be_compressed(http: httpx.Client, encoding: str, compress: Any) -> None:
    data = compress(json.dumps(body("compressed")).encode())
    received = http.post(CHAT, content=data, headers={"content-encoding": encoding})
    assert "compressed" in received.json()["choices"][0]["message"]["content"]


@pytest.mark.parametrize("how", ["reset", "close", "stream"])
def test_a_cut_comes_after_exactly_the_writes_asked_for(http: httpx.Client, up: Running, how: str) -> None:
    received: list[bytes] = []
    headers = {"x-upstream-cut-after": "3", "x-upstream-cut": how}
    request = http.build_request("POST", CHAT, json=body(stream=True), headers=headers)
    response = http.send(request, stream=True)
    with pytest.raises(httpx.TransportError):
        received.extend(response.iter_raw())
    response.close()
    assert b"".join(received) == up.responses[-1].body
    assert b"".join(received).count(b"data: ") == 3
    assert up.responses[-1].ended == "cut"


def test_a_whole_response_is_cut_in_the_middle_or_before_it_starts(http: httpx.Client) -> None:
    for after in ("1", "-1"):
        with pytest.raises(httpx.TransportError):
            http.post(CHAT, json=body(), headers={"x-upstream-tear": "100", "x-upstream-cut-after": after})


def test_a_hanging_exchange_ends_when_the_client_leaves(http: httpx.Client, up: Running) -> None:
    with pytest.raises(httpx.ReadTimeout):
        http.post(CHAT, json=body(), headers={"x-upstream-hang": "1"}, timeout=0.2)
    http.close()
    deadline = time.monotonic() + 2
    while up.responses[-1].ended != "gone" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert up.responses[-1].ended == "gone"


def test_chunks_leave_when_they_should(http: httpx.Client, up: Running) -> None:
    headers = {"x-upstream-chunk-delay": "30", "x-upstream-chunks": "4"}
    http.post(CHAT, json=body(stream=True), headers=headers)
    times = up.responses[-1].times
    gaps = [after - before for before, after in itertools.pairwise(times)]
    assert len(times) == 7
    assert min(gaps) >= 0.029


def test_bytes_are_torn_anywhere_and_replies_are_as_big_as_asked(http: httpx.Client, up: Running) -> None:
    received = http.post(CHAT, json=body("[[upstream tear=7 reply-bytes=3000]]"))
    assert set(up.responses[-1].writes[:-1]) == {7}
    assert len(received.json()["choices"][0]["message"]["content"].encode()) == 3000


def test_an_unknown_control_is_refused(http: httpx.Client) -> None:
    received = http.post(CHAT, json=body(), headers={"x-upstream-stauts": "500"})
    assert received.status_code == 400
    assert "stauts" in received.json()["error"]["message"]


def test_a_body_that_is_not_json_is_refused(http: httpx.Client) -> None:
    assert http.post(CHAT, content=b"\xff\xfe{").status_code == 400
    for shape in ([1], "text", {"model": "m", "messages": ["text"]}):
        assert "wrong shape" in http.post(CHAT, json=shape).text
    assert http.post("/nowhere").status_code == 404


def test_a_hundred_streams_run_at_once(up: Running) -> None:
    async def all_at_once(http2: bool) -> list[str]:
        trust = ssl.create_default_context(cafile=str(up.ca_pem))
        limits = httpx.Limits(max_connections=100)
        async with httpx.AsyncClient(verify=trust, http2=http2, limits=limits, timeout=15) as client:
            asked = (
                client.post(up.base_url + CHAT, json=body(f"number {number}", stream=True)) for number in range(100)
            )
            return [response.text for response in await asyncio.gather(*asked)]

    for http2 in (True, False):
        for number, text in enumerate(asyncio.run(all_at_once(http2))):
            assert text.endswith("data: [DONE]\n\n")
            assert text.count("data: ") == 11, number


def test_it_runs_as_a_process_and_shows_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.upstream", "--ca-dir", str(tmp_path)]
    command += ["--port-file", str(tmp_path / "port")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        try:
            started = json.loads(process.stdout.readline())
            trust = ssl.create_default_context(cafile=started["ca_pem"])
            with httpx.Client(verify=trust, base_url=started["base_url"]) as client:
                client.post(CHAT, json=body("over there"))
                [logged] = client.get("/__upstream__/requests").json()
                [answered] = client.get("/__upstream__/responses").json()
        finally:
            process.terminate()
    assert process.wait(5) == 0
    assert b"over there" in base64.b64decode(logged["body"])
    assert answered["ended"] == "complete"
    assert (tmp_path / "port").read_text() == str(started["port"])
