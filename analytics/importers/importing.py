"""Importing a file: which kind it is, and its records into the spool, no faster than the collector takes them out."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from analytics.importers.flows import read_flows
from analytics.importers.har import read_har
from analytics.importers.har_file import CutOff, chunks
from analytics.importers.settings import Importing as Importing
from analytics.importers.settings import Tally
from analytics.importers.spools import MAGIC, read_spool
from analytics.record import Record
from analytics.spool import Spool

type Format = Literal["har", "flow", "spool"]

READERS = {"har": read_har, "flow": read_flows, "spool": read_spool}

MOST_WAITING = 2_000
MOST_BYTES = 256 * 2**20
BATCH = 64
BATCH_BYTES = 16 * 2**20
PAUSE_S = 0.05
PATIENCE_S = 60.0

_HAR_START = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{.*?"log"\s*:', re.DOTALL)
_FLOW_START = re.compile(rb"[0-9]{1,12}:")
_START = 64 * 2**10


class UnknownFormat(ValueError):
    """The file is of no kind that can be imported; the message names it and says what to do."""


class NobodyCollects(RuntimeError):
    """The spool is full, and nobody empties it."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file. `calls` went to the spool, where a record that is there already is not stored again.

    `other` entries are no model calls, `skipped` ones could not be read (`problem` says why the first could not), and
    `stopped_at` says where the file could not be read on.
    """

    entries: int
    calls: int
    other: int
    skipped: int
    problem: str | None
    stopped_at: str | None


def detect(path: Path) -> Format:
    """The kind of the file, by what is in it. Raises UnknownFormat."""
    try:
        start = next(chunks(path, _START), b"")
    except CutOff:
        start = b""
    if _HAR_START.match(start):
        return "har"
    if start.startswith(MAGIC):
        return "spool"
    if _FLOW_START.match(start):
        return _uncompressed_flow(path)
    raise UnknownFormat(
        f"{path} is neither a HAR file nor a mitmproxy flow file nor a spool. Save the traffic as HAR with content "
        "(browser: developer tools, Network), or record it with `mitmdump -w FILE`, and import that."
    )


def leave_it_to_others() -> None:
    """The `drain` of an import whose spool another process empties."""


def import_file(
    path: Path,
    spool: Spool,
    importing: Importing,
    progress: Callable[[int], None],
    drain: Callable[[], None] = leave_it_to_others,
) -> Imported:
    """Put the file's model calls into the spool.

    `progress` is told the number of entries read so far. `drain` is called while the spool is full, and may run the
    collector. Raises UnknownFormat, OSError, NobodyCollects, and SpoolFull where the disk is full.
    """
    tally, calls = Tally(progress=progress), 0
    for batch in batches(READERS[detect(path)](path, importing, tally)):
        wait_for_room(spool, drain)
        spool.append(batch)
        calls += len(batch)
    return Imported(tally.entries, calls, tally.other, tally.skipped, tally.problem, tally.stopped_at)


def batches(records: Iterator[Record]) -> Iterator[list[Record]]:
    """The records in lists, each of a bounded number and size."""
    batch: list[Record] = []
    size = 0
    for record in records:
        batch.append(record)
        size += len(record.request.data) + len(record.response.data)
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def wait_for_room(spool: Spool, drain: Callable[[], None], patience_s: float = PATIENCE_S) -> None:
    """Return when the spool has room. Raises NobodyCollects when it has not become emptier for that long."""
    least, since = spool.waiting(), time.monotonic()
    while _is_full(spool):
        drain()
        waiting = spool.waiting()
        if waiting < least:
            least, since = waiting, time.monotonic()
        elif time.monotonic() - since > patience_s:
            raise NobodyCollects(f"{spool.path} is full and nobody empties it: start `tokenecho collect`.")
        else:
            time.sleep(PAUSE_S)


def _is_full(spool: Spool) -> bool:
    waiting = spool.waiting()
    # What takes the space may be set aside: then waiting does not help.
    return waiting > MOST_WAITING or (waiting > 0 and spool.used_bytes() > MOST_BYTES)


def _uncompressed_flow(path: Path) -> Format:
    with path.open("rb") as file:
        if not file.read(1).isdigit():
            raise UnknownFormat(f"{path} is a compressed flow file. Decompress it (`gunzip`) and import the result.")
    return "flow"
