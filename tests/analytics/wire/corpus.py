"""The recorded provider traffic beside the repository, where there is any."""

import gzip
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "recorded.jsonl.gz"

needs_corpus = pytest.mark.skipif(not CORPUS.exists(), reason="the recorded corpus is not part of the repository")


@cache
def records() -> tuple[dict[str, Any], ...]:
    with gzip.open(CORPUS) as lines:
        return tuple(orjson.loads(line) for line in lines)


def bodies(flag: str) -> Iterator[dict[str, Any]]:
    """Records whose `response_is_sse` or `response_is_eventstream` is set."""
    return (record for record in records() if record[flag])
