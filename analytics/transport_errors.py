"""What may be kept of a transport's error: its own words, and nothing of the traffic that it quotes.

A parser that meets a malformed header says which one, value and all: `illegal header line: bytearray(b'x-api-key …')`.
"""

import re

# Python's quotes, from the first one on: what comes after it may be quoted too.
_QUOTED = re.compile(r"""(?:bytearray\()?(?<![A-Za-z])b?["'{].*""", re.DOTALL)
LONGEST = 200


def own_words(error: str | None) -> str | None:
    """The error up to what it quotes."""
    return None if error is None else _QUOTED.sub("…", error)[:LONGEST]
