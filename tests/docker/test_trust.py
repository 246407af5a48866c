"""What is handed to apps: certificates that a client can use, and no key."""

import os
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docker.dockerfile import FOLDER, ROOT


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The data folder and the apps' folder, after the script ran twice as it does at every start."""
    data, trust = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("trust")
    environment = {**os.environ, "TOKENECHO_HOME": str(data), "PYTHONPATH": str(ROOT)}
    for _ in range(2):
        subprocess.run([sys.executable, str(FOLDER / "trust.py"), str(trust)], env=environment, check=True)
    return data, trust


def test_apps_get_certificates_that_anybody_may_read(folders: tuple[Path, Path]) -> None:
    _, trust = folders
    assert {path.name for path in trust.iterdir()} == {"tokenecho-ca.crt", "bundle.pem"}
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in trust.iterdir())


def test_apps_get_no_key(folders: tuple[Path, Path]) -> None:
    data, trust = folders
    assert "PRIVATE KEY" in (data / "ca" / "mitmproxy-ca.pem").read_text()
    assert not any("PRIVATE KEY" in path.read_text() for path in trust.iterdir())


def test_the_bundle_holds_the_public_roots_and_the_authority(folders: tuple[Path, Path]) -> None:
    _, trust = folders
    own, bundle = (ssl.create_default_context(cafile=trust / name) for name in ("tokenecho-ca.crt", "bundle.pem"))
    (authority,) = own.get_ca_certs(binary_form=True)
    assert authority in bundle.get_ca_certs(binary_form=True)
    assert len(bundle.get_ca_certs()) > 50
