"""`python -m examples.team [FILE]` (`make sample`): plays the team's two weeks and writes the demo's sample.

The calls are made by the providers' own SDKs through the real proxy; stand-ins on 127.0.0.1 take the providers' place.
They apply the documented rules of caching and of kept conversations, and answer what the applications have them say.
The times are the plan's: in truth all of it takes a few minutes.
"""

import sys
import time
from collections.abc import Iterable
from pathlib import Path
from random import Random

import zstandard

from analytics.demo import sample
from analytics.importers.record_stream import write_record
from analytics.record import Record
from examples.team.diary import DAY_S, dated, play
from examples.team.schedule import DAYS, plan
from examples.team.stage import stage

DEFAULT = Path(sample.__file__).with_name(sample.FILE)
# Long histories are sent again and again: a window that holds some of them makes the file a tenth of the size.
WINDOW_LOG = 25


def main() -> None:
    """Play, and write the file."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    started = time.time() // DAY_S * DAY_S - (DAYS - 1) * DAY_S
    with stage() as (place, records):
        pages = play(place, plan(place, Random(2026)), started)  # noqa: S311  # texts, not secrets
    write(target, dated(records, pages))
    print(f"{target}: {len(records):,} calls, {target.stat().st_size / 1e6:.1f} MB")


def write(target: Path, records: Iterable[Record]) -> None:
    """The records in one compressed file."""
    parameters = zstandard.ZstdCompressionParameters.from_level(19, window_log=WINDOW_LOG, enable_ldm=True)
    compressor = zstandard.ZstdCompressor(compression_params=parameters)
    with target.open("wb") as file, compressor.stream_writer(file) as stream:
        for record in records:
            write_record(stream, record)


if __name__ == "__main__":
    main()
