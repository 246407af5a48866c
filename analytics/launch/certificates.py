"""Certificate bundles: the roots this machine trusts, with and without the proxy's own authority."""

import os
import re
import ssl
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import certifi

from analytics.launch.places import Places
from analytics.private import create_folder, create_private

PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
# Variables that name further roots: a company's own proxy authority is often known only here.
ROOT_VARIABLES = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "AWS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "DENO_CERT",
    "CODEX_CA_CERTIFICATE",
)
SYSTEM_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # macOS, BSD
)


def write_bundles(places: Places, environment: Mapping[str, str]) -> None:
    """Make the authority where it is missing, and both bundles anew."""
    ensure_authority(places)
    own = places.authority_certificate.read_text("utf-8")
    roots = [root for root in trusted_roots(environment) if root not in own]
    _write(places.upstream_roots, roots)
    _write(places.client_bundle, [*roots, *PEM.findall(own)])


def ensure_authority(places: Places) -> None:
    """Make the proxy's certificate authority, by mitmproxy's own code and in a process of its own."""
    if places.authority_certificate.exists():
        return
    create_folder(places.authority)
    subprocess.run(  # noqa: S603  # our own module
        [sys.executable, "-m", "proxy_addons.authority", str(places.authority)], check=True
    )


def trusted_roots(environment: Mapping[str, str]) -> list[str]:
    """The PEM certificates that this machine trusts, each once."""
    found = (pem for text in _sources(environment) for pem in PEM.findall(text))
    return list(dict.fromkeys(found))


def _sources(environment: Mapping[str, str]) -> Iterator[str]:
    named = [environment[name] for name in ROOT_VARIABLES if environment.get(name)]
    default = ssl.get_default_verify_paths().cafile
    for path in (*named, *((default,) if default else ()), *SYSTEM_FILES, certifi.where()):
        # A routed shell may start us again: our own bundle is no source of roots.
        if os.path.basename(path) != "bundle.pem" and os.path.isfile(path):
            yield Path(path).read_text("utf-8", "replace")
    yield from _windows_roots()


def _windows_roots() -> list[str]:
    if sys.platform != "win32":
        return []
    return [ssl.DER_cert_to_PEM_cert(der) for der, form, _ in ssl.enum_certificates("ROOT") if form == "x509_asn"]


def _write(path: Path, certificates: Iterable[str]) -> None:
    """Replace the file in one step: a process may be reading it."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    create_private(fresh)
    fresh.write_text("\n".join(certificates) + "\n", "utf-8")
    fresh.replace(path)
