"""Reads mitmproxy flow files, in a process of their own: only `proxy_addons` may know mitmproxy.

What the file holds passes through that process flow by flow, so a file of any size takes the memory of its largest
flow. The settings, with the secret in them, go there by a pipe: arguments and environments can be read by others.
"""

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import analytics
from analytics.importers.record_stream import Report, read_parts
from analytics.importers.settings import Importing, Tally
from analytics.record import Record

PACKAGES = Path(analytics.__path__[0]).parent


def read_flows(path: Path, importing: Importing, tally: Tally | None = None) -> Iterator[Record]:
    """The records of a flow file. What cannot be read is passed over and noted in the tally; only OSError is raised."""
    tally = tally or Tally()
    path.open("rb").close()  # what cannot be opened is an error here, not in the other process
    report = Report(0, 0, 0)
    with tempfile.TemporaryFile() as errors, _reader(path, importing, errors) as stream:
        for part in read_parts(stream):
            if isinstance(part, Record):
                yield part
            else:
                report = part
                tally.count(part.entries, part.other, part.skipped, part.problem)
        stop = report.stopped_at if report.last else f"the reading process died: {_failure(errors)}"
    if stop:
        tally.stopped_at = f"{path}: stopped after {tally.entries:,} flows: {stop}"


@contextmanager
def _reader(path: Path, importing: Importing, errors: IO[bytes]) -> Iterator[IO[bytes]]:
    """The output of a process that reads the file. It ends when nobody listens any more."""
    # -P: a folder called `analytics` where the user happens to be is not ours.
    command = [sys.executable, "-P", "-m", "proxy_addons.flowfile", str(path)]
    paths = [str(PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.Popen(  # noqa: S603  # our own module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    with process:
        assert process.stdin  # noqa: S101  # a pipe, as asked for
        assert process.stdout  # noqa: S101
        with suppress(BrokenPipeError):  # a process that died at once is told by what it did not write
            process.stdin.write(pickle.dumps(importing))
            process.stdin.close()
        yield process.stdout


def _failure(errors: IO[bytes]) -> str:
    """The kind of the exception on the last line of a traceback; its message may quote the traffic."""
    errors.seek(0)
    lines = errors.read().decode("utf-8", "replace").strip().splitlines() or ["killed"]
    return lines[-1].partition(":")[0]
