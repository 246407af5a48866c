"""How long the dashboard's pages take in a browser, while the collector writes.

    python -m benchmarks.bench_pages [--calls 50000] [--rounds 5] [--home FOLDER] [--idle]

Calls are made up by SQL as for bench_queries, with a finding for every ninth; over all of them the pages are looked at.
A first view is that of a new tab, to the moment when every figure is drawn and the page rests; the browser has the
program's files already, and the server has asked nothing of the sort for the last seconds. An interaction is timed from
the last click to rest. Meanwhile calls of a conversation arrive, five a second, and the collector stores them
(not with --idle).
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from analytics.launch.places import Places
from analytics.launch.processes import start, stop
from analytics.record import Record
from analytics.spool import Spool
from benchmarks.bench_queries import filled
from benchmarks.figures import Row, print_machine, print_table
from benchmarks.unwatched import Tab, Unwatched, unwatched
from tests.analytics.chats import chat, said
from tests.dashboard.browser.chromium import executable
from tests.dashboard.serving import served
from tests.dashboard.traffic import WORDS

HEAD = ("page", "first view, s", "lowest–highest", "interaction", "s", "lowest–highest")
A_SECOND = 5
TURNS = 40
# Longer than the server remembers what it has read.
PAUSE_S = 6.0
# Rounds in which the browser comes to have the files, and then what it compiled of them.
BEFORE = 2
ALL = {"period": "everything"}


@dataclass(frozen=True, slots=True)
class Look:
    """A page, what must be there when it is drawn, and an interaction: its name, and what is clicked one by one."""

    name: str
    shown: str
    acted: str
    clicks: tuple[str, ...]
    asked: Mapping[str, str] = field(default_factory=lambda: ALL)


def _option(box: str, option: str) -> tuple[str, str]:
    """JavaScript that finds a box of options, and an option by how it begins."""
    return (
        f"[...document.querySelectorAll('input')].find(each => (each.ariaLabel ?? '').endsWith('{box}'))",
        f"[...document.querySelectorAll('[role=option]')].find(each => each.textContent.startsWith('{option}'))",
    )


def _tab(name: str) -> tuple[str]:
    return (f"[...document.querySelectorAll('[role=tab]')].find(each => each.textContent === '{name}')",)


LOOKS = (
    Look("", ".stPlotlyChart", "Team: team-1", _option("Team", "team-1")),
    Look("conversations", ".stDataFrame canvas", "Sort by: Cost", _option("Sort by", "Cost")),
    Look("conversation", ".stPlotlyChart", "Messages", _tab("Messages"), {"conversation": "record-0"}),
    Look("findings", ".stDataFrame canvas", "Confidence: likely", _option("Confidence", "likely")),
    Look("cache", ".stPlotlyChart", "App: app-2", _option("App", "app-2")),
    Look("teams", ".stDataFrame canvas", "Model: model-1", _option("Model", "model-1")),
    Look("live", ".stDataFrame canvas", "Provider: openai", _option("Provider", "openai")),
)


def first_view(browser: Unwatched, port: int, look: Look) -> tuple[Tab, float]:
    """A new tab with the page, and the seconds until it is drawn and rests."""
    began = time.perf_counter()
    tab = browser.open(f"http://127.0.0.1:{port}/{look.name}?{urlencode(look.asked)}")
    tab.ready(look.shown)
    return tab, time.perf_counter() - began


def interaction(tab: Tab, look: Look) -> float:
    """The seconds from the last click to rest."""
    *before, last = look.clicks
    for element in before:
        tab.click(element)
    tab.find(last)
    tab.watch()
    began = time.perf_counter()
    tab.click(last)
    tab.ready(look.shown)
    return time.perf_counter() - began


def rows_of(browser: Unwatched, port: int, rounds: int) -> list[Row]:
    """A row for each page; the rounds go through all of them in turn."""
    firsts: dict[str, list[float]] = {look.name: [] for look in LOOKS}
    later: dict[str, list[float]] = {look.name: [] for look in LOOKS}
    for number in range(BEFORE + rounds):
        for look in LOOKS:
            time.sleep(PAUSE_S / len(LOOKS))
            tab, seconds = first_view(browser, port, look)
            acted = interaction(tab, look)
            tab.close()
            if number >= BEFORE:
                firsts[look.name].append(seconds)
                later[look.name].append(acted)
    return [
        (
            look.name or "overview",
            *_figures(firsts[look.name]),
            look.acted,
            *_figures(later[look.name]),
        )
        for look in LOOKS
    ]


def _figures(values: Sequence[float]) -> tuple[str, str]:
    return f"{median(values):.2f}", f"{min(values):.2f}–{max(values):.2f}"


@contextmanager
def arriving(at: Places) -> Iterator[list[int]]:
    """Calls go on arriving, and a collector stores them; how many have come so far is the list's last."""
    ended, sent = threading.Event(), [TURNS]
    collector = start("analytics.cli", ["collect", "--db", str(at.database)])

    def send() -> None:
        with closing(Spool(at.spool)) as spool:
            while not ended.wait(1 / A_SECOND):
                spool.append([_call(sent[-1])])
                sent.append(sent[-1] + 1)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield sent
    finally:
        ended.set()
        thread.join()
        stop(collector)


def _call(number: int) -> Record:
    """A turn of a conversation that begins anew after so many."""
    first = number - number % TURNS
    texts = [f"{WORDS * 5} {first}"]
    for turn in range(first, number):
        texts += [f"Answer {turn}.", f"And then, {turn}? {WORDS}"]
    usage = {"prompt_tokens": 500 + 200 * (number - first), "completion_tokens": 100}
    return chat(number, said(*texts), usage=usage, started_at=time.time() - 1, ended_at=time.time())


def prepared(home: Path, calls: int) -> Places:
    """A data folder with so many calls, and one whole conversation; one that has them is taken as it is."""
    at = Places(home / "tokenecho.duckdb", home)
    if at.database.exists():
        return at
    database = filled(at.database, calls)
    with database.writing() as connection:
        connection.execute(Path(__file__).with_name("pages.sql").read_text("utf-8"))
    with closing(Spool(at.spool)) as spool:
        spool.append([_call(number) for number in range(TURNS)])
    subprocess.run([sys.executable, "-m", "analytics.cli", "collect", "--once", "--db", str(at.database)], check=True)
    return at


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--home", type=Path, help="a folder to keep the calls in, for another time")
    parser.add_argument("--idle", action="store_true", help="no calls arrive")
    given = parser.parse_args()
    path = executable()
    if path is None:
        raise SystemExit("There is no Chromium here; this benchmark needs one.")
    print_machine()
    with tempfile.TemporaryDirectory() as place:
        at = prepared(given.home or Path(place), given.calls)
        with (
            served(at.home) as port,
            unwatched(path) as browser,
            nullcontext([TURNS]) if given.idle else arriving(at) as sent,
        ):
            rows = rows_of(browser, port, given.rounds)
    print(f"{given.calls:,} calls; {sent[-1] - TURNS:,} more arrived meanwhile\n")
    print_table(HEAD, rows)


if __name__ == "__main__":
    main()
