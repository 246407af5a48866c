"""A proxy in front of the local providers, shared by the tests of the simulators against billed traffic."""

from collections.abc import Iterator

import pytest

from tests.rig import Rig, make_trust, proxy
from tests.upstream import Running, upstream


@pytest.fixture(scope="package")
def up() -> Iterator[Running]:
    with upstream(hosts=("api.deepseek.com",)) as running:
        yield running


@pytest.fixture(scope="package")
def rig(tmp_path_factory: pytest.TempPathFactory, up: Running) -> Iterator[Rig]:
    """A proxy whose calls to real providers come to the local one."""
    folder = tmp_path_factory.mktemp("caching")
    trust = make_trust(folder / "ca", up)
    with proxy(folder / "proxy", trust, up, scripts=["redirect"], upstream_port=up.port) as running:
        yield running
