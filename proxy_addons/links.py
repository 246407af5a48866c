"""How messages get to a recorder without waiting: by a pipe to its process, or by a queue to a thread of ours."""

import asyncio
import contextlib
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol

from proxy_addons.boundary import Boundary
from proxy_addons.message import Answer, Answers, Inbox, packed_message
from proxy_addons.recorder import Messages, work
from proxy_addons.records import Settings

PACKAGES = Path(__file__).parents[1]
# -P: a folder called `analytics` where the user happens to be is not ours.
COMMAND = (sys.executable, "-P", "-m", "proxy_addons.recorder")
PIPE_BYTES = 2**20  # what Linux lets anybody have; a burst is then out of our hands at once
READ_BYTES = 2**16
PIECES = 256  # in one write; systems take at least 16, Linux 1,024

type OnAnswer = Callable[[Answer], None]


class Link(Protocol):
    """A recorder at work. `ended` is done when it is gone."""

    ended: asyncio.Future[str]

    def send(self, pieces: Sequence[bytes]) -> None:
        """Hand a message over. Never waits."""

    def finish(self) -> None:
        """There is nothing more to come: the recorder ends once it has recorded what it has."""


def hello(settings: Settings, resent: int) -> list[bytes]:
    """The first message on a link. `resent` says how many of the next ones another recorder had before."""
    return packed_message(0, "hello", (pickle.dumps(settings), resent))


def start_process() -> subprocess.Popen[bytes]:
    """A process for a ProcessLink. Raises OSError where there can be none."""
    paths = [str(PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(  # noqa: S603  # our own module
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        pipesize=PIPE_BYTES,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )


class ProcessLink:
    """A recorder in a process of its own. What it prints, which is nothing, goes where the proxy's words go."""

    def __init__(self, process: subprocess.Popen[bytes], on_answer: OnAnswer) -> None:
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._process, self._on_answer, self._answers = process, on_answer, Answers()
        assert process.stdin  # noqa: S101  # pipes, as asked for
        assert process.stdout  # noqa: S101
        self._into, self._out_of = process.stdin.fileno(), process.stdout.fileno()
        os.set_blocking(self._into, False)
        os.set_blocking(self._out_of, False)
        self._waiting: deque[bytes | memoryview] = deque()
        self._finishing = False
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._out_of, self._read)

    def send(self, pieces: Sequence[bytes]) -> None:
        idle = not self._waiting
        self._waiting += pieces
        if idle:  # else the loop writes as soon as the pipe takes more
            self._write()

    def finish(self) -> None:
        self._finishing = True
        if not self._waiting:
            self._hang_up()

    def _write(self) -> None:
        """Write what the pipe takes now."""
        try:
            while self._waiting:
                self._written(os.writev(self._into, list(islice(self._waiting, PIECES))))
        except BlockingIOError:
            self._loop.add_writer(self._into, self._write)
            return
        except OSError:  # the recorder is gone, which the other pipe tells too
            self._waiting.clear()
        self._loop.remove_writer(self._into)
        if self._finishing:
            self._hang_up()

    def _written(self, count: int) -> None:
        while count:
            piece = self._waiting.popleft()
            if len(piece) > count:
                self._waiting.appendleft(memoryview(piece)[count:])
                return
            count -= len(piece)

    def _read(self) -> None:
        try:
            data = os.read(self._out_of, READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        for answer in self._answers.feed(data):
            self._on_answer(answer)
        if not data:
            self._loop.remove_reader(self._out_of)
            self._loop.remove_writer(self._into)
            self._hang_up()
            self._loop.create_task(self._reap())

    def _hang_up(self) -> None:
        assert self._process.stdin  # noqa: S101  # a pipe, as asked for
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    async def _reap(self) -> None:
        code = await asyncio.to_thread(self._process.wait)
        assert self._process.stdout  # noqa: S101  # a pipe, as asked for
        self._process.stdout.close()
        self.ended.set_result(f"signal {-code}" if code < 0 else f"exit code {code}")


class ThreadLink:
    """A recorder in a thread of the proxy, where no process can be started for it."""

    def __init__(self, on_answer: OnAnswer) -> None:
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[str] = self._loop.create_future()
        self._messages: Messages
        self._on_answer, self._inbox, self._messages = on_answer, Inbox(), queue.SimpleQueue()
        threading.Thread(target=self._run, name="tokenecho-recorder", daemon=True).start()

    def send(self, pieces: Sequence[bytes]) -> None:
        self._messages.put(self._inbox.feed(b"".join(pieces)))

    def finish(self) -> None:
        self._messages.put(None)

    def _run(self) -> None:
        Boundary().run(work, self._messages, self._answer)
        self._call(self.ended.set_result, "an error")

    def _answer(self, answer: Answer) -> None:
        self._call(self._on_answer, answer)

    def _call[T](self, function: Callable[[T], None], value: T) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits for it any more
            self._loop.call_soon_threadsafe(function, value)
