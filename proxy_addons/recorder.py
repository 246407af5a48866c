"""`python -m proxy_addons.recorder`: the recorder of a proxy, a process that the proxy starts and talks to by pipes.

It makes records and commits them, so that the proxy's own process does nothing but pass traffic on. It ends when the
proxy has, however that was, and not before what had come from it is stored.
"""

import logging
import os
import pickle
import queue
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator

from proxy_addons.boundary import Boundary
from proxy_addons.message import Answer, Inbox, Message, packed_answer
from proxy_addons.recording import Recording

type Messages = queue.SimpleQueue[list[Message] | None]

BATCH = 64
# One look at the pipe, and one commit, for all that comes within it: each time a sleeping recorder is woken costs the
# proxy as much as a call's hooks do.
GATHER_S = 0.02
READ_BYTES = 2**20  # what the pipe can hold
LIFE_CHECK_S = 1.0


class Said(logging.Handler):
    """What is logged here is said by the proxy."""

    def __init__(self, answer: Callable[[Answer], None]) -> None:
        super().__init__()
        self._answer = answer

    def emit(self, record: logging.LogRecord) -> None:
        self._answer(Answer("log", (record.levelno, record.getMessage())))


def work(messages: Messages, answer: Callable[[Answer], None]) -> None:
    """Record what comes until None does. The first message is `hello`."""
    waiting = [*(messages.get() or ())]
    if not waiting:
        return
    given, resent = waiting.pop(0).values
    recording = Recording(pickle.loads(given), Boundary(), answer)  # noqa: S301  # our own proxy wrote it
    answer(Answer("ready"))
    for batch in batches(messages, waiting, alone=resent):
        if resent > 0:  # the recorder before died over one of these: the proxy has to know which
            answer(Answer("at", (batch[0].number,)))
            resent -= 1
        recording.take(batch)
    recording.close()


def batches(messages: Messages, waiting: list[Message], *, alone: int = 0) -> Iterator[list[Message]]:
    """What is there, up to `BATCH` a time; the first ones each by itself."""
    going = True
    while going or waiting:
        if not waiting:
            going = _fetch(messages, waiting)
        while going and len(waiting) < BATCH and not messages.empty():
            going = _fetch(messages, waiting)
        count = 1 if alone else BATCH
        batch, waiting[:] = waiting[:count], waiting[count:]
        alone = max(0, alone - 1)
        if batch:
            yield batch


def _fetch(messages: Messages, waiting: list[Message]) -> bool:
    """Whether there can be more after what is fetched now."""
    more = messages.get()
    waiting += more or ()
    return more is not None


def receive(pipe: int, messages: Messages, parent: int) -> None:
    """Take what comes out of the pipe until the proxy is gone; what it had put there before is still there then."""
    inbox = Inbox()
    try:
        while True:
            ready, _, _ = select.select([pipe], [], [], LIFE_CHECK_S)
            if ready:
                data = os.read(pipe, READ_BYTES)
                if not data:
                    break
                messages.put(inbox.feed(data))
                if len(data) < READ_BYTES // 2:
                    time.sleep(GATHER_S)
            elif os.getppid() != parent:  # somebody whom the proxy had started holds the pipe open
                break
    finally:
        messages.put(None)


def main() -> None:
    """Serve the proxy that started this process: its messages come from stdin, and answers go to stdout."""
    os.umask(0o077)
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # they are meant for the proxy, and its end is ours
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))  # not to push the proxy aside when we wake up
    requests, answers = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # nobody else's words belong into the pipe

    def answer(given: Answer) -> None:
        try:
            os.write(answers, packed_answer(given))
        except BrokenPipeError:
            return  # the proxy is gone; what it sent is recorded all the same

    logger = logging.getLogger("tokenecho")
    logger.addHandler(Said(answer))
    logger.propagate = False
    messages: Messages = queue.SimpleQueue()
    threading.Thread(target=receive, args=(requests, messages, os.getppid()), daemon=True).start()
    sys.exit(0 if Boundary().run(_worked, messages, answer) else 1)


def _worked(messages: Messages, answer: Callable[[Answer], None]) -> bool:
    work(messages, answer)
    return True


if __name__ == "__main__":
    main()
