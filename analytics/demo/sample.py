"""The sample: calls of a made-up team's applications to local stand-ins for the providers, through the real proxy.

`python -m examples.team` makes `calls.zst` and says how: it holds the proxy's own records. What was changed in them is
their times, which lie within two weeks before the newest call.
"""

from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files

import zstandard

from analytics.importers.record_stream import read_parts
from analytics.record import Record

FILE = "calls.zst"
# So long ago, in seconds, the newest call of a fresh demo began.
NEWEST_AGO_S = 180.0
TIMES = ("started_at", "request_ended_at", "first_byte_at", "ended_at")


def sample(now: float) -> Iterator[Record]:
    """The calls in the order of their times, as if the last of them had just been made; `now` is Unix time."""
    with (
        files(__package__).joinpath(FILE).open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file) as stream,
    ):
        for part in read_parts(stream):
            if isinstance(part, Record):
                yield moved(part, now - NEWEST_AGO_S)


def moved(record: Record, seconds: float) -> Record:
    """The record as if it had been made so much later; what was never seen stays unknown."""
    times = {name: getattr(record, name) for name in TIMES}
    return replace(record, **{name: at + seconds for name, at in times.items() if at is not None})
