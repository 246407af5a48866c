"""Speed, size and memory of the collector on generated sessions of a coding agent, from spool to committed rows.

    python -m benchmarks.bench_ingest [--exchanges 50000] [--scale 16] [--folder FOLDER]

Stages of 2,000 calls are made, put into a spool and collected, all in one run: the first stage meets an empty database,
the last one a full one. MB are those of request and response bodies as they were on the wire; only the collector's
time counts. The machine may have other work: CPU seconds count, and wall time is beside them. How fast its core was
meanwhile is told by a fixed chore that is done in between (`benchmarks/yardstick.py`); *pace* is that of a
stage where the fastest one's is 1, and *at the best pace* what the speed would have been at that of the fastest.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analytics.collector import Collector
from analytics.hashing import Hasher
from analytics.lean_imports import leave_out_pandas
from analytics.pricing.pricer import Pricer
from analytics.reading import Reader
from analytics.spool import Spool
from analytics.store.database import Database
from benchmarks.figures import Row, print_machine, print_table
from benchmarks.sessions import fill, required, stage
from benchmarks.yardstick import Yardstick

HEAD = (
    "exchanges", "raw MB", "MB per CPU s", "pace", "at the best pace", "MB per s", "CPU ms a call", "resident MB",
    "peak MB", "database MB", "of raw",
)  # fmt: skip
STAGE = 2000
MB = 1e6


@dataclass(frozen=True, slots=True)
class Figures:
    """One stage. Bytes are of the stage, except `stored` and `raw_so_far`: of all until then.

    `chores` are the yardstick's first and last place in it.
    """

    exchanges: int
    raw: int
    raw_so_far: int
    cpu_s: float
    wall_s: float
    chores: tuple[int, int]
    resident: int
    peak: int
    stored: int

    def row(self, calls: int, pace: float) -> Row:
        return (
            f"{self.exchanges:,}",
            f"{self.raw / MB:,.0f}",
            f"{self.raw / MB / self.cpu_s:.1f}",
            f"{pace:.2f}",
            f"{self.raw / MB / self.cpu_s / pace:.1f}",
            f"{self.raw / MB / self.wall_s:.1f}",
            f"{self.cpu_s * 1e3 / calls:.2f}",
            f"{self.resident / MB:.0f}",
            f"{self.peak / MB:.0f}",
            f"{self.stored / MB:.1f}",
            f"{self.stored / self.raw_so_far:.1%}",
        )


def run(folder: Path, exchanges: int, scale: int, yardstick: Yardstick, dialect: str = "openai") -> Iterator[Figures]:
    """Stage by stage, until so many exchanges are stored."""
    database, spool = Database(folder / "tokenecho.duckdb"), Spool(folder / "spool.sqlite", disk_limit=1 << 40)
    collector = Collector(spool, database, Reader(Hasher(bytes(32)), Pricer()))
    done = raw_so_far = 0
    while done < exchanges:
        calls = min(STAGE, exchanges - done)
        raw = fill(spool, stage(done // STAGE, calls, scale, dialect))
        chores, cpu, wall = yardstick.mark(), time.process_time(), time.perf_counter()
        while collector.collect():
            pass
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        spool.tidy()
        done, raw_so_far = done + calls, raw_so_far + raw
        at = chores, yardstick.mark()
        cpu -= yardstick.spent(*at)
        yield Figures(done, raw, raw_so_far, cpu, wall, at, *memory(), database.path.stat().st_size)
    spool.close()


def memory() -> tuple[int, int]:
    """This process's resident bytes, now and at most."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines["VmRSS"].split()[0]) * 1024, int(lines["VmHWM"].split()[0]) * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exchanges", type=int, default=2 * STAGE)
    parser.add_argument("--scale", type=int, default=16, help="divide the lengths of all texts by this")
    parser.add_argument("--folder", type=Path, help="keep spool and database here")
    given = parser.parse_args()
    required()
    leave_out_pandas()  # as the collector's process does
    print_machine()
    with tempfile.TemporaryDirectory() as place, Yardstick().beside() as yardstick:
        folder = given.folder or Path(place)
        found = list(run(folder, given.exchanges, given.scale, yardstick))
    chores = [yardstick.typical(*one.chores) for one in found]
    paces = [min(chores) / chore for chore in chores]
    steps = [at.exchanges - before for at, before in zip(found, [0, *(one.exchanges for one in found)], strict=False)]
    print_table(HEAD, [figures.row(calls, pace) for figures, calls, pace in zip(found, steps, paces, strict=True)])
    cpu, raw = sum(one.cpu_s for one in found), found[-1].raw_so_far
    best = sum(one.cpu_s * pace for one, pace in zip(found, paces, strict=True))
    first, last = (found[at].raw / found[at].cpu_s / paces[at] for at in (0, -1))
    print(f"All of it: {raw / MB / cpu:.1f} MB per CPU s, {raw / MB / best:.1f} at the best pace;")
    print(f"the last stage {last / first:.2f} times the first, both at the best pace.")


if __name__ == "__main__":
    main()
