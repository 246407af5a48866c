"""The diary: two weeks of the team's work, played in minutes. Each call gets its planned moment as its time.

A talk is a generator that makes a call and yields the seconds until it goes on. All talks run side by side, in the
order of their moments, and the stand-ins' clock is set to each: caches expire as they would have.
"""

import heapq
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from analytics.demo.sample import moved
from analytics.record import Record
from examples.team.stage import Stage
from tests.upstream import Running

# Seconds until the first byte; bytes of a prompt and of an answer that a model takes and gives in a second.
FIRST_BYTE_S, READ_BYTES, WRITTEN_BYTES = 0.4, 400_000.0, 500.0
RETRY_S = 1.0
DAY_S = 86_400.0

type Talk = Generator[float, None, None]


@dataclass(frozen=True, slots=True)
class Page:
    """A talk's step: when it is planned for (seconds since the diary's beginning), and when it was really played."""

    moment: float
    begun: float


def play(stage: Stage, talks: Iterable[tuple[float, Talk]], started: float) -> list[Page]:
    """Play talks that begin at these moments; `started` is the first day's midnight in Unix time."""
    order = count()
    waiting = [(moment, next(order), talk) for moment, talk in talks]
    heapq.heapify(waiting)
    pages: list[Page] = []
    while waiting:
        moment, _, talk = heapq.heappop(waiting)
        stage.up.advance(started + moment - stage.up.world.now())
        stage.up.log.clear()
        begun = time.time()
        pause = next(talk, None)
        pages.append(Page(moment, begun))
        if pause is not None:
            heapq.heappush(waiting, (moment + _busy(stage.up) + pause, next(order), talk))
    return pages


def _busy(up: Running) -> float:
    """How long the calls of this step would have taken."""
    pairs = zip(up.requests, up.responses, strict=True)
    return sum(lasting(len(request.body), len(response.body))[1] + RETRY_S for request, response in pairs)


def lasting(request_bytes: int, response_bytes: int) -> tuple[float, float]:
    """Seconds to the first byte and to the end of such a call, by a plain model of a model."""
    first = FIRST_BYTE_S + request_bytes / READ_BYTES
    return first, first + response_bytes / WRITTEN_BYTES


def dated(records: Sequence[Record], pages: Sequence[Page]) -> Iterator[Record]:
    """The records with the planned times, so that the newest call begins at 0 and all others before."""
    found = list(_planned(sorted(records, key=lambda record: record.started_at), pages))
    newest = max(record.started_at for record in found)
    yield from sorted((moved(record, -newest) for record in found), key=lambda record: record.started_at)


def _planned(records: Sequence[Record], pages: Sequence[Page]) -> Iterator[Record]:
    at, free = 0, 0.0
    for record in records:
        while at + 1 < len(pages) and pages[at + 1].begun <= record.started_at:
            at, free = at + 1, 0.0
        first, total = lasting(len(record.request.data), len(record.response.data))
        start = max(pages[at].moment, free)
        free = start + total + RETRY_S
        yield replace(moved(record, start - record.started_at), **_ends(record, start + first, start + total))


def _ends(record: Record, first: float, end: float) -> dict[str, Any]:
    """The times of an answer, where there was any."""
    times = {"first_byte_at": first, "ended_at": end}
    return {name: value for name, value in times.items() if getattr(record, name) is not None}
