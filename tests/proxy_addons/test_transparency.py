"""What client and provider receive is what they would receive through mitmproxy without the addon."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import brotli  # type: ignore[import-untyped]  # it ships no types
import httpx
import pytest
import zstandard

from tests.proxy_addons.calls import CALLS, STREAMS, Call, chat
from tests.rig import Rig

ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}
WHO = {"X-TokenEcho-App": "billing", "x-tokenecho-team": "red", "X-Tokenecho-User": "ada"}


@dataclass(frozen=True, slots=True)
class Passage:
    """What both ends had of one exchange."""

    sent: tuple[Any, ...]
    received: tuple[Any, ...]

    @property
    def unaltered(self) -> bool:
        """Whether the response's bytes are those that the upstream wrote."""
        return bool(self.received[-1])


@pytest.fixture(params=[False, True], ids=["http1", "http2"])
def clients(rig: Rig, bare: Rig, request: pytest.FixtureRequest) -> Iterator[tuple[httpx.Client, ...]]:
    """Clients of the upstream: directly, through mitmdump, through ours."""
    options: dict[str, Any] = {"http2": request.param, "verify": rig.trust.context, "base_url": rig.up.base_url}
    with (
        httpx.Client(trust_env=False, **options) as direct,
        bare.client(http2=request.param) as through_bare,
        rig.client(http2=request.param) as through_ours,
    ):
        yield direct, through_bare, through_ours


def passage(client: httpx.Client, rig: Rig, path: str, **options: Any) -> Passage:
    with client.stream("POST", path, **options) as response:
        body = b"".join(response.iter_raw())
    asked, answered = rig.up.requests[-1], rig.up.responses[-1]
    # Ids and times differ from call to call: of a header that is as it was sent, only that counts.
    headers = [(name, None if (name, value) in answered.headers else value) for name, value in response.headers.raw]
    sent = (asked.method, asked.path, asked.http_version, asked.headers, asked.body)
    return Passage(sent, (response.status_code, response.http_version, headers, body == answered.body))


def passages(clients: tuple[httpx.Client, ...], rig: Rig, path: str, **options: Any) -> list[Passage]:
    return [passage(client, rig, path, **options) for client in clients]


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_both_ends_receive_what_they_do_through_mitmproxy_alone(
    clients: tuple[httpx.Client, ...], rig: Rig, call: Call
) -> None:
    headers = {"X-Odd-Case": "1", "authorization": "Bearer k"}
    direct, bare, ours = passages(clients, rig, call.path, json=call.body, headers=headers)
    assert ours == bare == direct
    assert ours.unaltered


@pytest.mark.parametrize("encoding", ENCODERS)
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "sse"])
def test_compressed_bodies_pass_as_they_are_in_both_directions(
    clients: tuple[httpx.Client, ...], rig: Rig, encoding: str, streamed: bool
) -> None:
    call = chat(stream=streamed)
    body = ENCODERS[encoding](json.dumps(call.body).encode())
    headers = {"content-encoding": encoding, "x-upstream-encoding": encoding}
    direct, bare, ours = passages(clients, rig, call.path, content=body, headers=headers)
    assert ours == bare == direct
    assert ours.unaltered
    assert rig.up.requests[-1].body == body


@pytest.mark.parametrize(
    "headers",
    [
        {"x-upstream-status": "429", "x-upstream-retry-after": "7"},
        {"x-upstream-status": "529"},
        {"x-upstream-tear": "7"},
    ],
    ids=["rate limit", "overloaded", "torn"],
)
def test_errors_and_torn_answers_pass_as_they_are(
    clients: tuple[httpx.Client, ...], rig: Rig, headers: dict[str, str]
) -> None:
    call = chat()
    direct, bare, ours = passages(clients, rig, call.path, json=call.body, headers=headers)
    assert ours == bare == direct


def test_a_request_in_chunks_passes_as_through_mitmproxy(clients: tuple[httpx.Client, ...], rig: Rig) -> None:
    def pieces() -> Iterator[bytes]:
        body = json.dumps(chat().body).encode()
        yield from (body[:10], body[10:])

    found = [passage(client, rig, chat().path, content=pieces()) for client in clients]
    assert found[2] == found[1]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/v1/telemetry", {"event": "x"}), ("GET", "/v1/models", None), ("POST", "/nowhere?x=%20", {"a": 1})],
)
def test_what_is_no_model_call_passes_as_it_is(
    clients: tuple[httpx.Client, ...], rig: Rig, method: str, path: str, body: object
) -> None:
    answers = []
    for client in clients:
        response = client.request(method, path, json=body)
        asked = rig.up.requests[-1]
        answers.append((response.status_code, response.content, asked.path, asked.headers, asked.body))
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("path", [chat().path, "/v1/telemetry"])
def test_the_headers_that_say_whose_call_it_is_never_reach_the_provider(
    clients: tuple[httpx.Client, ...], rig: Rig, path: str
) -> None:
    clients[2].post(path, json=chat().body, headers=WHO)
    marked = rig.up.requests[-1].headers
    clients[2].post(path, json=chat().body)
    assert marked == rig.up.requests[-1].headers


@pytest.mark.parametrize("encoding", [None, *ENCODERS])
@pytest.mark.parametrize("call", STREAMS, ids=str)
def test_each_piece_goes_out_before_the_next_one_arrives(
    clients: tuple[httpx.Client, ...], rig: Rig, call: Call, encoding: str | None
) -> None:
    """The upstream stops in mid-answer and never goes on: what it has written must be at the client all the same."""
    headers = {"x-upstream-hang-after": "3"} | ({"x-upstream-encoding": encoding} if encoding else {})
    received = b""
    with clients[2].stream("POST", call.path, json=call.body, headers=headers) as response:
        for piece in response.iter_raw():
            received += piece
            if received == rig.up.responses[-1].body and len(rig.up.responses[-1].writes) == 3:
                break
    assert received == rig.up.responses[-1].body
    clients[2].close()
    assert rig.record().response.wire_bytes == len(received)
