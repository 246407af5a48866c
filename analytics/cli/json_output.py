"""JSON for programs, on standard output."""

import sys

import orjson


def json_text(value: object) -> bytes:
    """The value, indented; what is unknown is null."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def print_json(value: object) -> None:
    """Print it."""
    sys.stdout.buffer.write(json_text(value))
