"""Whatever fails in the addon: the client notices nothing, the log says it once, and a counter shows it."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proxy_addons import sockets
from tests.proxy_addons.calls import chat
from tests.rig import Rig, Trust, proxy
from tests.upstream import Running


@pytest.fixture(scope="module")
def parts(folder: Path) -> Path:
    """The file that names what is broken."""
    path = folder / "broken"
    path.write_text("")
    return path


@pytest.fixture(scope="module")
def broken_rig(folder: Path, trust: Trust, up: Running, parts: Path) -> Iterator[Rig]:
    with proxy(folder / "failing", trust, up, scripts=["broken"], broken_parts=parts) as running:
        yield running


@pytest.fixture
def rig(broken_rig: Rig, parts: Path) -> Iterator[Rig]:
    yield broken_rig
    parts.write_text("")


@pytest.mark.parametrize("part", ["from_headers", "take_request", "take_response", "noted", "http_record", "append"])
def test_a_broken_part_is_not_the_clients_trouble(rig: Rig, parts: Path, part: str) -> None:
    parts.write_text(part)
    before = failures(rig)
    with rig.client() as client:
        for streamed in (True, False):
            received = client.post(chat().path, json=chat(stream=streamed).body)
            assert received.status_code == 200
            assert received.content == rig.up.responses[-1].body
            assert rig.up.requests[-1].header.keys() == {*received.request.headers}
    rig.wait_for(lambda: [proxy for proxy in rig.spool.proxies() if proxy.failures >= before + 2])
    parts.write_text("")
    assert times_logged(rig, part) == 1


def failures(rig: Rig) -> int:
    return rig.spool.proxies()[0].failures


def times_logged(rig: Rig, part: str) -> int:
    """How often the log says that this part failed, with a traceback that ends in it."""
    reports = [text for text in rig.log.split("tokenecho failed with ") if text.startswith(f"Broken_{part};")]
    return sum("in run" in report and "breaking.py" in report for report in reports)


def test_a_response_that_was_not_noted_is_not_taken_for_a_whole_one(rig: Rig, parts: Path) -> None:
    rig.mark = newest(rig)
    parts.write_text("take_response")
    with rig.client() as client:
        client.post(chat().path, json=chat().body)
    record = rig.record()
    assert not record.complete
    assert record.error == "tokenecho failed to note all of it"
    assert json.loads(record.request.data) == chat().body


def newest(rig: Rig) -> int:
    taken = rig.spool.take(count=10_000)
    return taken[-1].seq if taken else 0


@pytest.mark.parametrize("part", ["noted", "http_record"])
def test_what_could_not_be_recorded_is_counted_as_lost(rig: Rig, parts: Path, part: str) -> None:
    before = lost(rig)
    parts.write_text(part)
    with rig.client() as client:
        client.post(chat().path, json=chat().body)
    rig.wait_for(lambda: [1] if lost(rig) == before + 1 else [])


def lost(rig: Rig) -> int:
    return sum(count for reason, _, count in rig.spool.losses() if reason == "capture_error")


@pytest.mark.parametrize("part", ["feed", "socket_tap"])
def test_a_broken_part_is_not_a_sockets_trouble(rig: Rig, parts: Path, part: str) -> None:
    before = failures(rig)
    parts.write_text(part)

    async def talk() -> None:
        async with sockets.responses(rig) as connection:
            for _ in range(2):
                await connection.send(sockets.create())
                assert (await sockets.answer(connection))[-1]["type"] == "response.completed"

    asyncio.run(talk())
    rig.wait_for(lambda: [proxy for proxy in rig.spool.proxies() if proxy.failures > before])
    assert times_logged(rig, part) == 1


def test_the_addon_goes_on_once_nothing_is_broken(rig: Rig) -> None:
    rig.mark = newest(rig)
    with rig.client() as client:
        client.post(chat().path, json=chat().body)
    assert rig.record().complete
