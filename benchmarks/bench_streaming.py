"""What streams feel: time to the first event, and delay of each: `python -m benchmarks.bench_streaming [--quick]`.

Each event says when the upstream made it; the client, on the same clock, notes how long it was under way.
"""

import asyncio
from dataclasses import dataclass, field
from itertools import cycle, islice

from benchmarks.client import Line, Streamed, lines
from benchmarks.figures import Row, arguments, difference_row, percentile, print_machine, print_table
from benchmarks.proxies import Course, Proxy, course
from benchmarks.traffic import requests

PAUSES = {1: 0.02, 20: 0.05, 100: 0.2}  # between the events of a stream, so that no proxy is at its limit
# Streams at a time, streams of each connection, events of a stream, rounds.
FULL = ((1, 40, 5, 6), (20, 3, 12, 7), (100, 1, 10, 5))
QUICK = ((1, 5, 4, 2), (20, 1, 5, 1), (100, 1, 2, 1))


@dataclass(slots=True)
class Rounds:
    """One figure a round, in milliseconds."""

    first_p50: list[float] = field(default_factory=list)
    first_p99: list[float] = field(default_factory=list)
    delay_p50: list[float] = field(default_factory=list)
    delay_p99: list[float] = field(default_factory=list)

    def add(self, streams: list[Streamed]) -> None:
        first = [stream.first_byte for stream in streams]
        delays = [delay for stream in streams for delay in stream.delays[1:]]  # the first is under way with the head
        self.first_p50.append(percentile(first, 0.5) * 1e3)
        self.first_p99.append(percentile(first, 0.99) * 1e3)
        self.delay_p50.append(percentile(delays, 0.5) * 1e3)
        self.delay_p99.append(percentile(delays, 0.99) * 1e3)


async def one_round(at: Course, proxy: Proxy, count: int, repeats: int, events: int) -> list[Streamed]:
    """That many streams at a time, each connection `repeats` of them; their starts are spread over one stream."""
    bodies = list(islice(cycle(requests(at.upstream, streamed=True)), count))
    open_lines = await lines(count, proxy.port, at.upstream, at.context)
    for line in open_lines:
        await line.stream(bodies[0], 1, 0)
    duration = PAUSES[count] * events

    async def caller(line: Line, request: bytes, wait: float) -> list[Streamed]:
        await asyncio.sleep(wait)
        return [await line.stream(request, events, PAUSES[count]) for _ in range(repeats)]

    starts = (duration * number / count for number in range(count))
    found = await asyncio.gather(*map(caller, open_lines, bodies, starts))
    for line in open_lines:
        await line.close()
    return [stream for streams in found for stream in streams]


async def compare(at: Course, count: int, repeats: int, events: int, rounds: int) -> list[Row]:
    bare, ours = Rounds(), Rounds()
    for proxy in (at.bare, at.tokenecho):  # to warm up
        await one_round(at, proxy, count, 1, events)
    for number in range(rounds):
        turns = [(at.bare, bare), (at.tokenecho, ours)]
        for proxy, into in turns if number % 2 else reversed(turns):
            into.add(await one_round(at, proxy, count, repeats, events))
    start = f"{count} stream{'s' * (count > 1)}: "
    return [
        difference_row(start + "first event, p50", bare.first_p50, ours.first_p50),
        difference_row(start + "first event, p99", bare.first_p99, ours.first_p99),
        difference_row(start + "delay of an event, p50", bare.delay_p50, ours.delay_p50),
        difference_row(start + "delay of an event, p99", bare.delay_p99, ours.delay_p99),
    ]


async def main() -> None:
    options = arguments(__doc__)
    print_machine()
    with course(control=options.control) as at:
        rows: list[Row] = []
        for count, *turns in QUICK if options.quick else FULL:
            rows += await compare(at, count, *turns)
        print_table(("SSE, ms", at.bare.name, at.tokenecho.name, "difference (lowest to highest round)"), rows)
        if not options.control:
            print("captured {}, lost {}".format(*at.captured()))


if __name__ == "__main__":
    asyncio.run(main())
