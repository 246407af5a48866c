"""What fires, and how often: every finding over generated sessions of a coding agent, airline talks and recorded calls.

    python -m benchmarks.fires [--requests 5000] [--folder FOLDER]

With a folder the databases are kept there, to look at with `tokenecho findings --db FILE`.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from analytics.findings.examination import examine
from analytics.findings.registry import FINDINGS
from analytics.store.database import Database
from benchmarks.echo_share import stored
from benchmarks.figures import print_table
from benchmarks.threads import by_recording, store
from benchmarks.traces import TRACES, generate, traces
from tests.recordings import PATH, recorded

type Counts = dict[str, tuple[int, int]]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--requests", type=int, default=5000, help="requests of the agent's sessions")
    parser.add_argument("--folder", type=Path, help="keep traces and databases here")
    options = parser.parse_args()
    if not TRACES.is_dir() or not PATH.exists():
        print(f"{TRACES} or {PATH} is not there: they hold the traffic.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found = {database.path.stem: counts(database) for database in databases(folder, options.requests)}
    rows = [(finding.name, *(_cell(found[name], finding.name) for name in found)) for finding in FINDINGS]
    sizes = [f"{found[name]['calls'][0]:,} calls in {found[name]['calls'][1]:,}" for name in found]
    print_table(("finding", *found), [("calls in conversations", *sizes), *rows])
    return 0


def databases(folder: Path, requests: int) -> list[Database]:
    """The traffic, stored and examined; what is there already is not made again."""
    made = []
    for trace in traces(requests):
        database = Database(folder / f"{trace.name.replace(', ', '-').replace(' ', '-')}.duckdb")
        if not database.path.exists():
            stored(generate(trace, folder), database)
        made.append(database)
    calls = Database(folder / "recorded-calls.duckdb")
    if not calls.path.exists():
        store(by_recording(recorded("")), calls)
    for database in (*made, calls):
        _examine(database)
    return [*made, calls]


def _examine(database: Database) -> None:
    examined = 1
    while examined:
        with database.writing() as connection:
            examined = examine(connection)


def counts(database: Database) -> Counts:
    """How often each finding is there, and in how many conversations; `calls` says how many there are of both."""
    with database.reading() as connection:
        query = "select finding, count(*), count(distinct conversation_id) from findings group by finding"
        found = {name: (times, where) for name, times, where in connection.execute(query).fetchall()}
        sizes = connection.execute("select count(*), count(distinct conversation_id) from links").fetchone()
    return found | {"calls": sizes or (0, 0)}


def _cell(found: Counts, finding: str) -> str:
    times, where = found.get(finding, (0, 0))
    return f"{times:,} in {where:,}" if times else "–"


if __name__ == "__main__":
    sys.exit(main())
