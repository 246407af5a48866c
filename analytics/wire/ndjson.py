"""Newline-delimited JSON, as Ollama streams it. https://github.com/ndjson/ndjson-spec"""

import codecs

from analytics.wire.json_stream import Values, loads


def parse_ndjson(data: bytes) -> Values:
    """The value of every line; blank lines are skipped, other lines that are not JSON counted.

    A last line without its line end counts when it is whole JSON, and else makes the body incomplete.
    """
    *lines, last = data.removeprefix(codecs.BOM_UTF8).split(b"\n")
    found: list[object] = []
    invalid = sum(not _append(found, line) for line in lines)
    complete = _append(found, last)
    return Values(tuple(found), complete, invalid)


def _append(found: list[object], line: bytes) -> bool:
    """False if the line holds something that is not JSON."""
    if not line.strip():
        return True
    try:
        found.append(loads(line))
    except ValueError:
        return False
    return True
