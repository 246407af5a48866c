"""A throw-away certificate authority, the local host's certificate, and one by which the private proxy shows itself."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from analytics.private import create_private

VALID = timedelta(days=1)
CLOCK_SKEW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Papers:
    """`roots`: what the proxy is to trust. `proxy`: its client certificate. `context`: the host's side of TLS."""

    roots: Path
    proxy: Path
    context: ssl.SSLContext


class _Authority:
    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._issue("tokenecho doctor", self._key.public_key(), True)

    def write(self, path: Path, name: str) -> None:
        """A fresh key and its certificate, in one PEM file."""
        key = ec.generate_private_key(ec.SECP256R1())
        form, coding = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
        secret = key.private_bytes(coding, form, serialization.NoEncryption())
        create_private(path)
        path.write_bytes(secret + self._issue(name, key.public_key(), False).public_bytes(coding))

    def _issue(self, name: str, key: ec.EllipticCurvePublicKey, ca: bool) -> x509.Certificate:
        now, issuer = datetime.now(UTC), self._key.public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name("tokenecho doctor"))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - CLOCK_SKEW)
            .not_valid_after(now + VALID)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name.replace(" ", "-"))]), critical=False)
        )
        return builder.sign(self._key, hashes.SHA256())


def make_papers(folder: Path) -> Papers:
    """All of them, written to that folder."""
    authority = _Authority()
    roots, host, proxy = folder / "roots.pem", folder / "host.pem", folder / "proxy.pem"
    roots.write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    authority.write(host, "localhost")
    authority.write(proxy, "proxy")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(host)
    context.load_verify_locations(roots)
    context.verify_mode = ssl.CERT_OPTIONAL
    return Papers(roots, proxy, context)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
