"""What is stored of an exchange over HTTP: the bytes as they were, sizes, times, and how it ended."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from analytics.opening import open_call
from analytics.record import Record
from tests.proxy_addons.calls import CALLS, Call, chat, messages
from tests.proxy_addons.test_transparency import ENCODERS
from tests.proxy_addons.tunnels import exchange, tls
from tests.rig import Rig, Trust, proxy
from tests.upstream import Running


@pytest.fixture(params=[False, True], ids=["http1", "http2"])
def client(rig: Rig, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    with rig.client(http2=request.param) as client:
        yield client


def assert_in_order(record: Record) -> None:
    """The times of an exchange that came to its end."""
    times = [record.started_at, record.request_ended_at, record.first_byte_at, record.ended_at]
    known = [time for time in times if time is not None]
    assert len(known) == 4
    assert known == sorted(known)


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_an_exchange_is_stored_as_it_was_on_the_wire(client: httpx.Client, rig: Rig, call: Call) -> None:
    received = client.post(call.path, json=call.body)
    record, asked, answered = rig.record(), rig.up.requests[-1], rig.up.responses[-1]
    assert (record.provider, record.api, record.transport) == ("local", call.api, "http")
    assert (record.method, record.scheme, record.host, record.port) == ("POST", "https", "localhost", rig.up.port)
    assert record.path == call.path
    assert record.http_version == ("HTTP/2.0" if received.http_version == "HTTP/2" else "HTTP/1.1")
    assert record.request.data == asked.body
    assert record.response.data == answered.body
    assert (record.request.wire_bytes, record.response.wire_bytes) == (len(asked.body), len(answered.body))
    assert (record.status, record.complete, record.error) == (200, True, None)
    assert_in_order(record)


@pytest.mark.parametrize("encoding", ENCODERS)
def test_sizes_are_those_on_the_wire_and_those_decoded(client: httpx.Client, rig: Rig, encoding: str) -> None:
    body = json.dumps(chat(stream=True).body).encode()
    headers = {"content-encoding": encoding, "x-upstream-encoding": encoding}
    encoded = ENCODERS[encoding](body)
    received = client.post(chat().path, content=encoded, headers=headers)
    record, opened = (found := rig.record()), open_call(found)
    assert record.request.data == encoded
    assert (record.request.wire_bytes, opened.request_bytes) == (len(encoded), len(body))
    wire = (record.response.wire_bytes, opened.response_bytes)
    assert wire == (len(rig.up.responses[-1].body), len(received.content))
    assert opened.call.request == json.loads(body)
    assert opened.call.done


@pytest.mark.parametrize("status", ["400", "429", "529"])
def test_an_error_of_the_provider_is_a_complete_exchange(client: httpx.Client, rig: Rig, status: str) -> None:
    client.post(messages().path, json=messages().body, headers={"x-upstream-status": status})
    record = rig.record()
    assert (record.status, record.complete) == (int(status), True)
    assert record.response.data == rig.up.responses[-1].body
    assert_in_order(record)


@pytest.mark.parametrize("encoding", [None, "gzip"])
@pytest.mark.parametrize("how", ["reset", "close", "stream"])
def test_of_an_answer_that_is_cut_off_the_beginning_is_stored(
    client: httpx.Client, rig: Rig, how: str, encoding: str | None
) -> None:
    headers = {"x-upstream-cut-after": "3", "x-upstream-cut": how}
    headers |= {"x-upstream-encoding": encoding} if encoding else {}
    with pytest.raises(httpx.TransportError):
        client.post(chat().path, json=chat(stream=True).body, headers=headers)
    record, sent = rig.record(), rig.up.responses[-1]
    assert (record.status, record.complete) == (200, False)
    assert record.error
    assert record.response.wire_bytes == len(sent.body)
    opened = open_call(record)
    assert len(opened.call.events) == 3
    assert not opened.call.complete
    if not encoding:
        assert record.response.data == sent.body


def test_a_cut_before_the_answer_leaves_the_request(client: httpx.Client, rig: Rig) -> None:
    headers = {"x-upstream-cut-after": "-1", "x-upstream-cut": "stream"}
    assert client.post(chat().path, json=chat().body, headers=headers).status_code == 502
    record = rig.record()
    assert (record.status, record.complete, record.first_byte_at) == (None, False, None)
    assert json.loads(record.request.data) == chat().body
    assert record.error


def test_when_the_client_hangs_up_what_it_got_is_stored(client: httpx.Client, rig: Rig) -> None:
    headers = {"x-upstream-hang-after": "3"}
    with client.stream("POST", chat().path, json=chat(stream=True).body, headers=headers) as response:
        received = b""
        for piece in response.iter_raw():
            received += piece
            if received.count(b"\n\n") == 3:
                break
    client.close()
    record = rig.record()
    assert record.response.data == received
    assert (record.status, record.complete) == (200, False)
    assert record.error
    assert_in_order(record)


def test_when_the_client_tires_of_waiting_its_request_is_stored(client: httpx.Client, rig: Rig) -> None:
    with pytest.raises(httpx.ReadTimeout):
        client.post(chat().path, json=chat().body, headers={"x-upstream-hang": "1"}, timeout=0.2)
    client.close()
    record = rig.record()
    assert (record.status, record.complete, record.response.data) == (None, False, b"")
    assert json.loads(record.request.data) == chat().body


def test_a_server_that_cannot_be_reached_leaves_the_request(rig: Rig) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    with rig.client() as client:
        assert client.post(f"http://localhost:{closed}{chat().path}", json=chat().body).status_code == 502
    record = rig.record()
    assert (record.status, record.complete, record.scheme) == (None, False, "http")
    assert json.loads(record.request.data) == chat().body


def test_bytes_that_are_no_text_in_names_and_addresses_do_no_harm(rig: Rig) -> None:
    body = json.dumps(chat().body).encode()
    head = (
        b"POST /v1/chat/completions?a=\xff\xfe HTTP/1.1\r\nHost: localhost:%d\r\nUser-Agent: caf\xe9/1\r\n"
        b"X-Tokenecho-App: caf\xe9\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % (rig.up.port, len(body))
    )
    with tls(rig, "localhost") as connection:
        assert exchange(connection, head + body).startswith(b"HTTP/1.1 ")
    record = rig.record()
    assert record.who.app == "caf?"
    assert record.request.data == body


def test_when_the_proxy_is_stopped_what_is_in_flight_is_stored(tmp_path: Path, trust: Trust, up: Running) -> None:
    with proxy(tmp_path, trust, up) as rig:
        up.log.clear()
        begun = threading.Event()

        def wait() -> None:
            headers = {"x-upstream-hang-after": "2"}
            with (
                contextlib.suppress(httpx.TransportError),
                rig.client() as client,
                client.stream("POST", chat().path, json=chat(stream=True).body, headers=headers) as response,
            ):
                for _ in response.iter_raw():
                    begun.set()

        waiting = threading.Thread(target=wait)
        waiting.start()
        assert begun.wait(10)
        rig.wait_for(lambda: up.responses[-1].writes, 2)
        rig.stop()
        waiting.join()
        [record] = [spooled.record() for spooled in rig.spool.take()]
    assert (record.error, record.complete) == ("the proxy was stopped", False)
    assert record.response.data
    assert up.responses[-1].body.startswith(record.response.data)
