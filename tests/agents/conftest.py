"""One upstream for all runs."""

from collections.abc import Iterator

import pytest

from tests.upstream import Running, upstream


@pytest.fixture(scope="package")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with upstream(tmp_path_factory.mktemp("upstream")) as running:
        yield running
