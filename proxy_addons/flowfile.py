"""`python -m proxy_addons.flowfile PATH`: the records of a mitmproxy flow file, written to stdout as they are read.

A flow file is one tnetstring after the other, each with its length in front, so a flow that cannot be read can be
stepped over. https://tnetstrings.info, https://docs.mitmproxy.org/stable/mitmproxytutorial-replayrequests/
Stdin holds the settings, pickled by the process that started this one, as `multiprocessing` does it.
"""

import os
import pickle
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mitmproxy.exceptions import FlowReadException
from mitmproxy.flow import Flow
from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader

from analytics.importers.record_stream import Report, write_record, write_report
from analytics.importers.settings import Importing, Tally
from analytics.record import Record
from proxy_addons.flow_records import flow_records

# A flow takes about twice its size while it is read. Bodies beyond 64 MiB are not kept anyway.
FLOW_LIMIT = 128 * 2**20
REPORT_EVERY_S = 0.5
# What mitmproxy raises, by design and by accident, for a flow that it did not write.
UNREADABLE = (FlowReadException, LookupError, ArithmeticError, AttributeError, AssertionError, RecursionError)
PREFIX = 13  # twelve digits, as many as mitmproxy reads, and the colon


class CutOff(ValueError):
    """The file cannot be read on from here."""


class TooLong(ValueError):
    """The flow does not fit in memory."""


def read_flow(file: BinaryIO, size: int, limit: int = FLOW_LIMIT) -> Flow:
    """The flow that begins here; the file is then at the next one.

    Raises CutOff where there is no whole flow, TooLong, and one of UNREADABLE for one that mitmproxy cannot read.
    """
    start = file.tell()
    length, end = _extent(file, start)
    if end > size:
        raise CutOff(f"it is cut off inside the flow that begins at byte {start:,}")
    if length > limit:
        file.seek(end)
        raise TooLong(f"the flow of {length:,} bytes at byte {start:,} is too long")
    try:
        # A new reader for each: one that has raised is spent, and one that has not holds on to its last flow.
        return next(iter(FlowReader(file).stream()))
    finally:
        file.seek(end)  # wherever the reader gave up: we always get on


def _extent(file: BinaryIO, start: int) -> tuple[int, int]:
    """The length of the flow at this place, and where it ends."""
    prefix = file.read(PREFIX)
    file.seek(start)
    digits, colon, _ = prefix.partition(b":")
    if not digits.isdigit() or not (colon or len(prefix) < PREFIX):
        raise CutOff(f"what is at byte {start:,} is no flow")
    if not colon:
        raise CutOff(f"it is cut off inside the flow that begins at byte {start:,}")
    return int(digits), start + len(digits) + 1 + int(digits) + 1


def read_records(file: BinaryIO, importing: Importing, tally: Tally) -> Iterator[Record]:
    """The records of the file's model calls. What is in the way is noted in the tally."""
    size = os.fstat(file.fileno()).st_size
    try:
        while file.tell() < size:
            yield from _next_records(file, size, importing, tally)
    except CutOff as stop:
        tally.stopped_at = str(stop)


def _next_records(file: BinaryIO, size: int, importing: Importing, tally: Tally) -> Iterator[Record]:
    """The records of the next flow. A function of its own, so that a flow is forgotten before the next is read."""
    start = file.tell()
    try:
        flow = read_flow(file, size)
    except TooLong as long:
        tally.skip(str(long))
        return
    except UNREADABLE as error:
        # mitmproxy's own messages quote the traffic.
        tally.skip(f"the flow at byte {start:,} is not one that this mitmproxy reads ({type(error).__name__})")
        return
    records = flow_records(flow, importing) if isinstance(flow, HTTPFlow) else None
    if records is None:
        tally.pass_over()
    else:
        tally.called()
        yield from records


def main() -> None:
    """Write the records, now and then a report, and a last report."""
    path, importing = Path(sys.argv[1]), pickle.load(sys.stdin.buffer)  # noqa: S301  # our own parent wrote it
    out = sys.stdout.buffer
    try:
        _write_all(path, importing, out)
    except BrokenPipeError:
        os._exit(1)  # nobody listens any more; an ordinary exit would try to flush


def _write_all(path: Path, importing: Importing, out: BinaryIO) -> None:
    reported_at = time.monotonic()

    def report_now_and_then(entries: int) -> None:
        nonlocal reported_at
        if time.monotonic() - reported_at > REPORT_EVERY_S:
            reported_at = time.monotonic()
            write_report(out, _report(tally, last=False))

    tally = Tally(progress=report_now_and_then)
    with path.open("rb") as file:
        for record in read_records(file, importing, tally):
            write_record(out, record)
            del record  # or it is held while the next is read
    write_report(out, _report(tally, last=True))


def _report(tally: Tally, *, last: bool) -> Report:
    return Report(tally.entries, tally.other, tally.skipped, tally.problem, tally.stopped_at, last)


if __name__ == "__main__":
    main()
