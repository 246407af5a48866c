"""Memory over 20,000 exchanges, a collector at work: `python -m benchmarks.bench_memory [--quick]`.

The proxies take turns of 1,000 exchanges; what one holds is read after each turn. The trend is that of the second half.
"""

import asyncio
import contextlib
from statistics import linear_regression

from benchmarks.bench_throughput import SETTLE_S, calls
from benchmarks.client import lines
from benchmarks.figures import Row, arguments, print_machine, print_table
from benchmarks.proxies import Course, Proxy, collector, course
from benchmarks.traffic import requests

CONNECTIONS = 16
TURN = 1000


async def turn(at: Course, proxy: Proxy, count: int) -> float:
    """So many exchanges on new connections, and what the proxy then holds in MiB."""
    open_lines = await lines(CONNECTIONS, proxy.port, at.upstream, at.context)
    await calls(open_lines, requests(at.upstream), count)
    for line in open_lines:
        await line.close()
    await asyncio.sleep(SETTLE_S)
    return proxy.resident()


async def sample(at: Course, turns: int, count: int) -> dict[str, list[float]]:
    """Memory by proxy: before, and after each turn."""
    held = {proxy.name: [proxy.resident()] for proxy in (at.bare, at.tokenecho)}
    for _ in range(turns):
        for proxy in (at.bare, at.tokenecho):
            held[proxy.name].append(await turn(at, proxy, count))
    return held


def row(name: str, held: list[float], count: int) -> Row:
    after = range(len(held) // 2, len(held))
    trend = linear_regression([at * count / 1000 for at in after], held[after.start :]).slope if len(after) > 1 else 0.0
    figures = (held[0], held[1], held[len(held) // 2], held[-1], max(held))
    return name, *(f"{figure:.1f}" for figure in figures), f"{trend:+.3f}"


async def main() -> None:
    options = arguments(__doc__)
    turns, count = (4, 100) if options.quick else (20, TURN)
    print_machine()
    with course(control=options.control) as at:
        with contextlib.nullcontext() if options.control else collector(at.places):
            held = await sample(at, turns, count)
        head = ("MiB", "before", f"after {count:,}", "half-way", f"after {turns * count:,}", "most", "trend per 1,000")
        print_table(head, [row(name, values, count) for name, values in held.items()])
        if not options.control:
            print("captured {}, lost {}".format(*at.captured()))


if __name__ == "__main__":
    asyncio.run(main())
