"""Throughput, latency and CPU with requests of 25 kB: `python -m benchmarks.bench_throughput [--quick] [--control]`."""

import asyncio
import time
from dataclasses import dataclass, field
from itertools import cycle, islice
from statistics import median

from benchmarks.client import Line, lines
from benchmarks.figures import Row, arguments, percentile, print_machine, print_table, ratio_row
from benchmarks.proxies import Course, Proxy, course
from benchmarks.traffic import requests

SETTLE_S = 0.3  # for what a proxy still does once the last response is out


@dataclass(slots=True)
class Rounds:
    """One figure a round."""

    rate: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)

    def add(self, took: float, latencies: list[float], cpu: float, alone: float) -> None:
        self.rate.append(len(latencies) / took)
        self.p50.append(percentile(latencies, 0.5) * 1e3)
        self.p99.append(percentile(latencies, 0.99) * 1e3)
        self.cpu.append(cpu / len(latencies) * 1e3)
        self.alone.append(alone / len(latencies) * 1e3)


async def calls(open_lines: list[Line], bodies: list[bytes], count: int) -> tuple[float, list[float]]:
    """So many calls, each line one after another; the seconds it took in all, and for each call."""
    work = iter(list(islice(cycle(bodies), count)))

    async def caller(line: Line) -> list[float]:
        return [await line.call(request) for request in work]

    began = time.perf_counter()
    found = await asyncio.gather(*(caller(line) for line in open_lines))
    return time.perf_counter() - began, [latency for some in found for latency in some]


async def one_round(at: Course, proxy: Proxy, connections: int, count: int, into: Rounds) -> None:
    bodies = requests(at.upstream)
    open_lines = await lines(connections, proxy.port, at.upstream, at.context)
    await calls(open_lines, bodies, connections)  # both handshakes are over now
    before = proxy.cpu()
    took, latencies = await calls(open_lines, bodies, count)
    await asyncio.sleep(SETTLE_S)
    used = (now - then for now, then in zip(proxy.cpu(), before, strict=True))
    into.add(took, latencies, *used)
    for line in open_lines:
        await line.close()


async def compare(at: Course, connections: int, count: int, rounds: int) -> list[Row]:
    bare, ours = Rounds(), Rounds()
    for _ in range(2):  # to warm up
        await one_round(at, at.bare, connections, count // 2, Rounds())
        await one_round(at, at.tokenecho, connections, count // 2, Rounds())
    for number in range(rounds):
        turns = [(at.bare, bare), (at.tokenecho, ours)]
        for proxy, into in turns if number % 2 else reversed(turns):
            await one_round(at, proxy, connections, count, into)
    start = f"{connections} connection{'s' * (connections > 1)}: "
    return [
        ratio_row(start + "calls/s", bare.rate, ours.rate, "{:.0f}"),
        ratio_row(start + "p50, ms", bare.p50, ours.p50),
        ratio_row(start + "p99, ms", bare.p99, ours.p99),
        ratio_row(start + "CPU per call, ms", bare.cpu, ours.cpu),
        ratio_row(start + "CPU per call without the recorder, ms", bare.alone, ours.alone),
    ]


async def ceiling(at: Course, count: int) -> float:
    """Calls a second of the rig itself, without a proxy."""
    open_lines = await lines(16, None, at.upstream, at.context)
    rates = [count / (await calls(open_lines, requests(at.upstream), count))[0] for _ in range(3)]
    for line in open_lines:
        await line.close()
    return median(rates)


async def main() -> None:
    options = arguments(__doc__)
    quick = options.quick
    print_machine()
    with course(control=options.control) as at:
        rig = await ceiling(at, 200 if quick else 2000)
        rows = await compare(at, 1, *((60, 3) if quick else (400, 12)))
        rows += await compare(at, 16, *((120, 3) if quick else (800, 12)))
        print_table(("25 kB requests", at.bare.name, at.tokenecho.name, "ratio (lowest–highest round)"), rows)
        stored = "" if options.control else "; captured {}, lost {}".format(*at.captured())
    print(f"without a proxy the rig makes {rig:.0f} calls/s at 16 connections{stored}")


if __name__ == "__main__":
    asyncio.run(main())
