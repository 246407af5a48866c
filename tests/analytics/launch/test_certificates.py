"""Certificate bundles."""

from pathlib import Path

import certifi
import pytest
import trustme

from analytics.launch.certificates import PEM, trusted_roots, write_bundles
from analytics.launch.places import Places


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """A data folder with an authority."""
    home = tmp_path_factory.mktemp("home")
    places = Places(home / "calls.duckdb", home)
    write_bundles(places, {})
    return places


def certificates(path: Path) -> list[str]:
    return PEM.findall(path.read_text("utf-8"))


def test_a_companys_own_root_is_trusted_on_both_sides(at: Places, tmp_path: Path) -> None:
    root = trustme.CA().cert_pem.bytes().decode()
    extra = tmp_path / "company.pem"
    extra.write_text(root, "utf-8")
    write_bundles(at, {"NODE_EXTRA_CA_CERTS": str(extra)})
    assert root.strip() in certificates(at.upstream_roots)
    assert root.strip() in certificates(at.client_bundle)


def test_the_authority_is_made_once_and_is_for_clients_only(at: Places) -> None:
    (own,) = certificates(at.authority_certificate)
    write_bundles(at, {})
    assert certificates(at.authority_certificate) == [own]
    assert own in certificates(at.client_bundle)
    assert own not in certificates(at.upstream_roots)


def test_a_routed_shell_adds_nothing_of_ours_to_the_roots(at: Places) -> None:
    (own,) = certificates(at.authority_certificate)
    write_bundles(at, {"SSL_CERT_FILE": str(at.client_bundle)})
    assert own not in certificates(at.upstream_roots)


def test_roots_come_from_certifi_at_least_and_each_once(tmp_path: Path) -> None:
    found = trusted_roots({"SSL_CERT_FILE": str(tmp_path / "missing.pem")})
    assert len(found) == len(set(found))
    assert set(certificates(Path(certifi.where()))) <= set(found)
