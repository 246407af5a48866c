"""What a page costs the server, without a browser: its script from beginning to end, with nothing remembered.

    python -m benchmarks.bench_scripts [--calls 50000] [--rounds 5] [--home FOLDER]

The calls are those of bench_pages. The best of the rounds is given, in CPU time of all threads and in wall time; what
the browser then takes to draw is in bench_pages.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

from benchmarks.bench_pages import LOOKS, Look, prepared
from benchmarks.figures import Row, print_machine, print_table

APP = Path(__file__).parents[1] / "dashboard" / "app.py"
HEAD = ("page", "CPU ms", "wall ms")


def row(look: Look, rounds: int) -> Row:
    """The best of some runs of one page."""
    best = (float("inf"), float("inf"))
    for _ in range(rounds):
        app = AppTest.from_file(str(APP), default_timeout=120)
        for name, value in look.asked.items():
            app.query_params[name] = value
        if look.name:
            app.run()  # the first page; from there to the one that is timed
            app.switch_page(f"app_pages/{look.name}.py")
        st.cache_data.clear()
        wall, cpu = time.perf_counter(), time.process_time()
        app.run()
        best = min(best, (time.process_time() - cpu, time.perf_counter() - wall))
        if app.exception or app.error:
            raise SystemExit(f"{look.name}: the page shows an error.")
    return look.name or "overview", f"{best[0] * 1e3:.0f}", f"{best[1] * 1e3:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--home", type=Path, help="a folder to keep the calls in, for another time")
    given = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory() as place:
        os.environ["TOKENECHO_HOME"] = str(given.home or place)
        at = prepared(given.home or Path(place), given.calls)
        os.environ["TOKENECHO_DB"] = str(at.database)
        print_table(HEAD, [row(look, given.rounds) for look in LOOKS])


if __name__ == "__main__":
    main()
