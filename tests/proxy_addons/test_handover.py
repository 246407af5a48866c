"""Whatever becomes of the recorder, the proxy does not wait for it, and what was handed over is stored once."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from analytics.spool import Spool
from proxy_addons import links
from proxy_addons.boundary import Boundary
from proxy_addons.handover import Handover
from proxy_addons.links import PIPE_BYTES, ProcessLink
from proxy_addons.records import Settings
from proxy_addons.tap import Gauge
from tests.proxy_addons.test_recording import note

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there the recorder is a thread")
DYING = (sys.executable, "-m", "tests.proxy_addons.dying_recorder")


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    found = Spool(tmp_path / "spool")
    yield found
    found.close()


class Sender:
    """A proxy's side, with calls that are nothing but a name."""

    def __init__(self, spool: Spool) -> None:
        self.boundary, self.gauge = Boundary(), Gauge(10**9)
        settings = Settings(spool.path, bytes(32), "run")
        self.handover = Handover(settings, self.boundary, self.gauge)

    def send(self, *names: str, padding: int = 0) -> None:
        for name in names:
            body = name.encode() + bytes(padding)
            assert self.gauge.take(len(body))
            self.handover.put("exchange", tuple(note()), [body], [b"answer"], size=len(body))

    async def recorder(self) -> int:
        """The process that records, once it does."""
        while not (isinstance(self.handover._link, ProcessLink) and self.handover._ready):
            await asyncio.sleep(0.01)
        return self.handover._link._process.pid

    async def stored(self) -> None:
        """Until all is stored."""
        while self.gauge.held:
            await asyncio.sleep(0.01)


def ran(spool: Spool, scene: Callable[[Sender], Awaitable[None]]) -> Sender:
    async def run() -> Sender:
        sender = Sender(spool)
        sender.handover.start()
        async with asyncio.timeout(120):
            await scene(sender)
            await sender.handover.close()
        return sender

    sender = asyncio.run(run())
    assert sender.gauge.held == 0
    return sender


def names(spool: Spool) -> list[str]:
    return [waiting.record().request.data.rstrip(b"\0").decode() for waiting in spool.take(count=10_000, size=10**10)]


def lost(spool: Spool) -> dict[str, int]:
    return dict(Counter({reason: count for reason, _, count in spool.losses()}))


def numbered(count: int, start: int = 0) -> list[str]:
    return [str(number) for number in range(start, start + count)]


def test_more_than_a_batch_keeps_its_order_and_the_proxy_says_how_many(spool: Spool) -> None:
    async def scene(sender: Sender) -> None:
        sender.send(*numbered(200))

    ran(spool, scene)
    assert names(spool) == numbered(200)
    assert [(proxy.captured, proxy.failures, proxy.pid) for proxy in spool.proxies()] == [(200, 0, os.getpid())]


def test_a_killed_recorder_is_replaced_and_nothing_is_lost(spool: Spool, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(sender: Sender) -> None:
        for start in (0, 100, 200):
            recorder = await sender.recorder()
            sender.send(*numbered(100, start))
            await asyncio.sleep(0.01 * (start > 0))  # it has some of them, or all, or none
            os.kill(recorder, signal.SIGKILL)
            sender.send(f"after {start}")
            while sender.handover._link:
                await asyncio.sleep(0.01)

    sender = ran(spool, scene)
    found = Counter(names(spool))
    assert found == Counter([*numbered(300), "after 0", "after 100", "after 200"])
    assert lost(spool) == {}
    assert sender.boundary.failures == 0
    assert "the recorder ended (signal 9)" in caplog.text


def test_a_recorder_that_hangs_holds_nobody_up_and_goes_on_where_it_was(spool: Spool) -> None:
    async def scene(sender: Sender) -> None:
        recorder = await sender.recorder()
        os.kill(recorder, signal.SIGSTOP)
        sender.send(*numbered(50), padding=PIPE_BYTES // 10)  # five times what the pipe takes
        held = sender.gauge.held
        await asyncio.sleep(0.1)
        assert sender.gauge.held == held > 4 * PIPE_BYTES
        os.kill(recorder, signal.SIGCONT)

    ran(spool, scene)
    assert names(spool) == numbered(50)


def test_a_recorder_that_is_killed_with_a_full_pipe_loses_nothing(spool: Spool) -> None:
    async def scene(sender: Sender) -> None:
        recorder = await sender.recorder()
        os.kill(recorder, signal.SIGSTOP)
        sender.send(*numbered(50), padding=PIPE_BYTES // 10)
        await asyncio.sleep(0.1)
        os.kill(recorder, signal.SIGKILL)

    ran(spool, scene)
    assert names(spool) == numbered(50)


def test_a_call_that_kills_every_recorder_is_lost_alone(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "COMMAND", DYING)

    async def scene(sender: Sender) -> None:
        sender.send(*numbered(30), "poison", *numbered(30, 30))

    ran(spool, scene)
    assert sorted(names(spool), key=int) == numbered(60)
    assert lost(spool) == {"recorder_died": 1}


@pytest.mark.parametrize("command", ["/no/such/program", "false"])
def test_where_no_process_comes_up_a_thread_records(
    spool: Spool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, command: str
) -> None:
    monkeypatch.setattr(links, "COMMAND", (command,))

    async def scene(sender: Sender) -> None:
        sender.send(*numbered(100))
        await sender.stored()
        sender.send(*numbered(100, 100))

    ran(spool, scene)
    assert names(spool) == numbered(200)
    assert lost(spool) == {}
    assert caplog.text.count("its work is done inside the proxy") == 1


def test_what_the_proxy_lost_is_counted_even_if_it_says_so_to_a_recorder_that_dies(spool: Spool) -> None:
    async def scene(sender: Sender) -> None:
        recorder = await sender.recorder()
        await sender.handover._emptied()
        os.kill(recorder, signal.SIGSTOP)
        sender.handover.lose("memory_limit", 7)
        sender.handover._state()
        os.kill(recorder, signal.SIGKILL)

    ran(spool, scene)
    assert lost(spool) == {"memory_limit": 7}
