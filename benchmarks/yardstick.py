"""A yardstick: how fast the core is while something else is measured on it.

On a machine that is shared, the same work takes up to twice the CPU time while a neighbour is on the core's other
thread, for seconds or minutes. A small fixed chore, done now and then beside the work and on the same core, tells.
Its own time counts for nobody.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

EVERY_S = 0.05
STEPS = 4_000


class Yardstick:
    """Chores and what each took, in CPU seconds."""

    def __init__(self) -> None:
        self._took: list[float] = []
        self._ended = threading.Event()

    def mark(self) -> int:
        """The place of the next chore."""
        return len(self._took)

    def spent(self, start: int, end: int) -> float:
        """The CPU seconds of the chores from one mark to another."""
        return sum(self._took[start:end])

    def typical(self, start: int, end: int) -> float:
        """Those of one chore among them, the median; of all where there was none."""
        return median(self._took[start:end] or self._took or [1.0])

    def _measure(self) -> None:
        while not self._ended.wait(EVERY_S):
            begun = time.thread_time()
            _chore()
            self._took.append(time.thread_time() - begun)

    @contextmanager
    def beside(self) -> Iterator["Yardstick"]:
        """Measures until the end of the block, which has this process on one core."""
        cores = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(cores)})
        thread = threading.Thread(target=self._measure, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            thread.join()
            os.sched_setaffinity(0, cores)


def _chore() -> None:
    found: dict[int, tuple[int, str]] = {}
    for step in range(STEPS):
        found[step & 255] = step, str(step)
