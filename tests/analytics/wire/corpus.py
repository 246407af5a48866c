"""The recorded provider traffic beside the repository, where there is any."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.recordings import PATH, sources

needs_corpus = pytest.mark.skipif(not PATH.exists(), reason="the recorded traffic is not on this machine")


def bodies(flag: str) -> Iterator[dict[str, Any]]:
    """Records whose `response_is_sse` or `response_is_eventstream` is set."""
    return (source for source in sources() if source[flag])
