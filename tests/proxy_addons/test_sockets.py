"""WebSocket connections: messages pass as they are, and each exchange on them is a record."""

import asyncio
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from analytics.record import Record
from analytics.wire.json_sequence import split_sequence
from tests.proxy_addons import sockets
from tests.rig import Rig

WHO = {"X-Tokenecho-App": "billing", "x-tokenecho-team": "red"}


@pytest.fixture(scope="module")
def echo(folder: Path) -> Iterator[tuple[int, Path]]:
    with sockets.echoing(folder / "echo") as running:
        yield running


def conversation(rig: Rig, talk: Any, **options: Any) -> Any:
    """What `talk` returns of a connection to the upstream's Responses API."""

    async def run() -> Any:
        async with sockets.responses(rig, **options) as connection:
            return await talk(connection)

    return asyncio.run(run())


def frames(record: Record) -> list[dict[str, Any]]:
    return [json.loads(message) for message in split_sequence(record.response.data)]


@pytest.mark.parametrize("compression", [None, "deflate"])
def test_messages_pass_as_through_mitmproxy(rig: Rig, bare: Rig, echo: tuple[int, Path], compression: Any) -> None:
    sent: list[str | bytes] = ["{}", "naïve ✓", b"\x00\xff" * 50, "", b"", "x" * 100_000, b"end"]

    async def talk(through: Rig) -> tuple[list[str | bytes], list[tuple[str, str]]]:
        url = f"wss://localhost:{echo[0]}/v1/realtime"
        async with connect(url, ssl=through.trust.context, proxy=through.url, compression=compression) as connection:
            received = []
            for message in sent:
                await connection.send(message)
                received.append(await asyncio.wait_for(connection.recv(), 10))
            assert connection.response
            headers = [pair for pair in connection.response.headers.raw_items() if pair[0].lower() not in VARYING]
            return received, headers

    ours = asyncio.run(talk(rig))
    assert ours == asyncio.run(talk(bare))
    assert ours[0] == sent


VARYING = ("date", "sec-websocket-accept")


def test_many_exchanges_on_one_connection_are_as_many_records(rig: Rig) -> None:
    async def talk(connection: ClientConnection) -> list[tuple[str, list[dict[str, Any]]]]:
        made: list[tuple[str, list[dict[str, Any]]]] = []
        for number in range(5):
            known = {"previous_response_id": made[-1][1][-1]["response"]["id"]} if made else {}
            frame = sockets.create(f"number {number}", **known)
            await connection.send(frame)
            made.append((frame, await sockets.answer(connection)))
        return made

    made = conversation(rig, talk)
    records = rig.records(5)
    assert [record.request.data.decode() for record in records] == [frame for frame, _ in made]
    assert [frames(record) for record in records] == [events for _, events in made]
    assert rig.up.requests[-1].messages == [frame for frame, _ in made]
    assert len({record.connection_id for record in records}) == 1
    for record in records:
        assert (record.api, record.transport, record.status) == ("openai.responses", "websocket", 101)
        assert (record.complete, record.warmup, record.error) == (True, False, None)
        times = (record.started_at, record.request_ended_at, record.first_byte_at, record.ended_at)
        assert list(times) == sorted(time for time in times if time is not None)


def test_sizes_on_the_wire_are_known_where_nothing_is_compressed(rig: Rig) -> None:
    async def talk(connection: ClientConnection) -> None:
        await connection.send(sockets.create())
        await sockets.answer(connection)

    for compression in (None, "deflate"):
        conversation(rig, talk, compression=compression)
    plain, compressed = rig.records(2)
    assert plain.request.wire_bytes == len(plain.request.data)
    assert plain.response.wire_bytes == sum(len(message.encode()) for message in rig.up.responses[-2].messages)
    assert compressed.request.wire_bytes is compressed.response.wire_bytes is None


def test_a_warm_up_is_marked(rig: Rig) -> None:
    async def talk(connection: ClientConnection) -> None:
        await connection.send(sockets.create("Context", generate=False))
        warm = (await sockets.answer(connection))[-1]["response"]["id"]
        await connection.send(sockets.create("Go", previous_response_id=warm))
        await sockets.answer(connection)

    conversation(rig, talk)
    assert [record.warmup for record in rig.records(2)] == [True, False]


def test_lanes_side_by_side_are_told_apart(rig: Rig) -> None:
    async def talk(connection: ClientConnection) -> None:
        for lane in "ab":
            text = f"[[upstream chunk-delay=2 reply={lane * 3}]]"
            await connection.send(sockets.create(text, stream_id=lane))
        for _ in range(2):
            await sockets.answer(connection)

    conversation(rig, talk)
    records = sorted(rig.records(2), key=lambda record: record.started_at)
    order = [json.loads(message)["stream_id"] for message in rig.up.responses[-1].messages]
    assert order != sorted(order), "the lanes must have been interleaved for this to prove anything"
    for record, lane in zip(records, "ab", strict=True):
        assert {frame["stream_id"] for frame in frames(record)} == {lane}
        assert json.loads(record.request.data)["stream_id"] == lane


def test_of_a_connection_that_is_cut_the_open_exchange_is_stored(rig: Rig) -> None:
    async def talk(connection: ClientConnection) -> None:
        await connection.send(sockets.create())
        await sockets.answer(connection)
        await connection.send(sockets.create("[[upstream cut-after=3]]"))
        with pytest.raises(ConnectionClosed):
            await sockets.answer(connection)

    conversation(rig, talk)
    whole, cut = rig.records(2)
    assert whole.complete
    assert (cut.complete, cut.error) == (False, "connection closed with code 1006")
    assert len(frames(cut)) == 3


def test_when_the_client_hangs_up_the_open_exchange_is_stored(rig: Rig) -> None:
    async def talk(connection: ClientConnection) -> None:
        await connection.send(sockets.create("[[upstream hang-after=2]]"))
        for _ in range(2):
            await asyncio.wait_for(connection.recv(), 10)
        connection.transport.abort()

    conversation(rig, talk)
    record = rig.record()
    assert not record.complete
    assert record.error
    assert len(frames(record)) == 2


def test_each_message_goes_out_before_the_next_one_arrives(rig: Rig) -> None:
    async def talk(connection: ClientConnection) -> None:
        await connection.send(sockets.create("[[upstream hang-after=4]]"))
        for _ in range(4):
            await asyncio.wait_for(connection.recv(), 10)

    conversation(rig, talk)
    assert len(rig.up.responses[-1].messages) == 4
    rig.record()


def test_a_session_that_nobody_reads_is_stored_raw_when_it_ends(rig: Rig, echo: tuple[int, Path]) -> None:
    sent: list[str | bytes] = ['{"type":"session.update"}', struct.pack("<10h", *range(10)), '{"type":"end"}']

    async def talk(last: str) -> None:
        url = f"wss://localhost:{echo[0]}/v1/realtime?model=gpt-realtime"
        async with connect(url, ssl=rig.trust.context, proxy=rig.url) as connection:
            for message in sent:
                await connection.send(message)
                await asyncio.wait_for(connection.recv(), 10)
            if last:
                await connection.send(last)
                with pytest.raises(ConnectionClosed):
                    await asyncio.wait_for(connection.recv(), 10)

    asyncio.run(talk(""))
    record = rig.record()
    data = [message.encode() if isinstance(message, str) else message for message in sent]
    assert (record.api, record.transport, record.complete) == ("openai.realtime", "websocket", True)
    assert split_sequence(record.request.data) == split_sequence(record.response.data) == data
    asyncio.run(talk("leave"))
    cut = rig.record()
    assert (cut.complete, cut.error) == (False, "connection closed with code 1006")


def test_the_headers_that_say_whose_call_it_is_never_reach_the_provider(rig: Rig) -> None:
    async def talk(connection: ClientConnection) -> None:
        await connection.send(sockets.create())
        await sockets.answer(connection)

    conversation(rig, talk, additional_headers=WHO)
    assert not [name for name in rig.up.requests[-1].header if "tokenecho" in name]
    assert (rig.record().who.app, rig.up.requests[-1].method) == ("billing", "GET")
