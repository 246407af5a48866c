"""One upstream and one certificate authority for all tests of the proxy, and the proxies that several tests share."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rig import BARE, Rig, Trust, make_trust, proxy
from tests.upstream import Running, upstream


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rig")


@pytest.fixture(scope="package")
def up() -> Iterator[Running]:
    with upstream() as running:
        yield running


@pytest.fixture(scope="package")
def trust(folder: Path, up: Running) -> Trust:
    return make_trust(folder / "ca", up)


@pytest.fixture(scope="package")
def shared_rig(folder: Path, trust: Trust, up: Running) -> Iterator[Rig]:
    """The proxy of a user who named the upstream with --host, and whose calls to real providers come to it too."""
    with proxy(folder / "shared", trust, up, scripts=["redirect"], upstream_port=up.port) as running:
        yield running


@pytest.fixture
def rig(shared_rig: Rig) -> Rig:
    """The shared proxy, with nothing left of what tests before have sent."""
    shared_rig.settle()
    return shared_rig


@pytest.fixture(scope="package")
def bare(folder: Path, trust: Trust, up: Running) -> Iterator[Rig]:
    """mitmdump without our addon, but streaming as it does, and taking the certificate of any local server."""
    options: dict[str, Any] = {"program": BARE, "scripts": ["streaming"], "ssl_insecure": "true"}
    with proxy(folder / "bare", trust, up, **options) as running:
        yield running
