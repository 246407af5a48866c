"""An application run as a user runs it, through a real proxy to providers that bill: its bill, and what is promised.

The providers are the local ones (tests/upstream), which keep caches and state by the real ones' rules and count their
own tokens. What a call costs is the price list's word on what they report.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path

from analytics.collector import Collector
from analytics.hashing import Hasher
from analytics.launch.environment import routing
from analytics.pricing.pricer import Pricer
from analytics.reading import Reader
from analytics.spool import Spool
from analytics.store.database import Database
from benchmarks.hurried import CLOCK
from tests.analytics.caching.traffic import later
from tests.rig import Rig, make_trust, proxy
from tests.upstream import upstream

ROOT = Path(__file__).parents[1]
PATIENCE_S = 120.0
# Each run has keys of its own, and so caches of its own.
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY")


@dataclass(frozen=True, slots=True)
class Promise:
    """A finding of the run: what it says could have been saved, None where it says nothing, and what was paid."""

    finding: str
    usd: float | None
    paid_usd: float | None


@dataclass(frozen=True, slots=True)
class Run:
    """What a run was billed, and what was found in it."""

    calls: int
    usd: float
    input_tokens: int
    request_bytes: int
    promises: tuple[Promise, ...]


@dataclass(slots=True)
class Stage:
    """Providers with a proxy in front of them, for one run after the other."""

    rig: Rig
    folder: Path
    numbers: Iterator[int] = field(default_factory=count)

    def run(self, program: Path) -> Run:
        """Run the program, and collect and examine what it called. Fails where the program does."""
        number = next(self.numbers)
        self.rig.settle()
        command = [sys.executable, "-m", "benchmarks.hurried", str(program)]
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment(number), capture_output=True, text=True, timeout=PATIENCE_S
        )
        if done.returncode:
            raise RuntimeError(f"{program} ended with {done.returncode}:\n{done.stderr}")
        return _read(self._collected(self.folder / f"run-{number}"))

    def _environment(self, number: int) -> dict[str, str]:
        """That of an application started by `tokenecho run`, with keys that are none."""
        own = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        keys = dict.fromkeys(KEYS, f"no-key-{number}")
        clock = {CLOCK: f"{self.rig.up.base_url}/__upstream__/advance"}
        return own | routing(self.rig.url, self.rig.trust.bundle, before=own) | keys | clock

    def _collected(self, folder: Path) -> Database:
        """A database of the calls since the last run, at the times of the providers' clock."""
        folder.mkdir()
        database, spool = Database(folder / "calls.duckdb"), Spool(folder / "calls.duckdb.spool")
        world = self.rig.up.world
        spool.append([later(record, world.ahead_at(record.started_at)) for record in self.rig.drained()])
        collector = Collector(spool, database, _reader())
        while collector.collect():
            pass
        while collector.examine():
            pass
        spool.close()
        return database


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Everything that runs need, with its files in the folder."""
    with upstream(folder / "upstream") as up:
        trust = make_trust(folder / "ca", up)
        with proxy(folder / "proxy", trust, up, scripts=["redirect"], upstream_port=up.port) as rig:
            yield Stage(rig, folder)


@cache
def _reader() -> Reader:
    return Reader(Hasher(bytes(range(32))), Pricer())


BILL = """
select count(*), sum(cost_usd), sum(input_tokens)::bigint, sum(request_bytes)::bigint,
    count(*) filter (status < 400 and cost_usd is null)
from exchanges
"""


def _read(database: Database) -> Run:
    with database.reading() as connection:
        [(calls, usd, tokens, size, unknown)] = connection.execute(BILL).fetchall()
        found = connection.execute("select finding, usd, paid_usd from findings order by all").fetchall()
    if not calls or unknown:
        raise RuntimeError(f"{unknown} of {calls} calls have no known cost")
    return Run(calls, float(usd), tokens, size, tuple(Promise(*row) for row in found))
