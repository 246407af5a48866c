"""Traffic to the local providers, through a proxy and collected, for comparisons."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

import pytest

from tests.analytics.caching.conftest import rig as rig
from tests.analytics.caching.conftest import up as up
from tests.analytics.caching.traffic import Traffic
from tests.rig import Rig

NUMBERS = count()


@pytest.fixture
def traffic(rig: Rig) -> Iterator[Callable[[str], Traffic]]:
    """Traffic to a provider's own address, each with a key of its own, and so with caches of its own."""
    rig.settle()
    with ExitStack() as stack:

        def made(base_url: str) -> Traffic:
            key = {"authorization": f"Bearer what-if-{next(NUMBERS)}"}
            return Traffic(rig, base_url, stack.enter_context(rig.client(base_url="", headers=key)))

        yield made
