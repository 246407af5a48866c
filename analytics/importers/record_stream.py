"""Records on a pipe, from the process that reads a flow file to the one that imports.

A part is three lengths (big-endian), then that many bytes each: a record's meta, request and response. A part without
meta is a report on the reading, JSON in the place of the request. The last report says that it is the last.
"""

import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import IO

import orjson

from analytics.record import Record, from_meta

_LENGTHS = struct.Struct(">III")


@dataclass(frozen=True, slots=True)
class Report:
    """How far the reader is: the fields of the tally."""

    entries: int
    other: int
    skipped: int
    problem: str | None = None
    stopped_at: str | None = None
    last: bool = False


def write_record(out: IO[bytes], record: Record) -> None:
    """Put a record on the pipe."""
    _write(out, record.meta(), record.request.data, record.response.data)


def write_report(out: IO[bytes], report: Report) -> None:
    """Put a report on the pipe."""
    _write(out, b"", orjson.dumps(asdict(report)), b"")
    out.flush()


def read_parts(stream: IO[bytes]) -> Iterator[Record | Report]:
    """What was put on the pipe, up to where it ends."""
    while len(lengths := stream.read(_LENGTHS.size)) == _LENGTHS.size:
        sizes = _LENGTHS.unpack(lengths)
        parts = [stream.read(size) for size in sizes]
        if any(len(part) < size for part, size in zip(parts, sizes, strict=True)):
            return  # the writer died
        meta, request, response = parts
        yield from_meta(meta, request, response) if meta else Report(**orjson.loads(request))


def _write(out: IO[bytes], *parts: bytes) -> None:
    out.write(_LENGTHS.pack(*(len(part) for part in parts)))
    for part in parts:
        out.write(part)
