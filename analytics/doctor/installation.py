"""The installation: versions, where the files are and who may read them, and the certificate authority."""

import os
import platform
import sqlite3
import ssl
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from analytics.doctor.check import Check
from analytics.launch.places import Places

PACKAGES = ("mitmproxy", "duckdb", "streamlit", "genai-prices")
WARN_BEFORE = timedelta(days=30)
OTHERS = 0o077


def version_checks() -> list[Check]:
    """The versions a bug report needs."""
    python = f"{platform.python_version()} ({ssl.OPENSSL_VERSION}, SQLite {sqlite3.sqlite_version})"
    parts = [("tokenecho", version("tokenecho")), *((name, version(name)) for name in PACKAGES)]
    parts += [("Python", python), ("system", platform.platform())]
    return [Check("version", name, "note", found) for name, found in parts]


def file_checks(at: Places) -> list[Check]:
    """Each private file or folder: there, of the right mode, and writable."""
    return [_file_check(name, path) for name, path in _private(at) if path.exists() or name in ("database", "spool")]


def _private(at: Places) -> list[tuple[str, Path]]:
    """A database that the user put elsewhere lies in a folder of theirs, whose mode is not ours to judge."""
    beside = [(path.name, path) for path in _companions(at)]
    return [
        ("data folder", at.home),
        ("database", at.database),
        ("spool", at.spool),
        *beside,
        ("collector lock", at.collector_lock),
        ("secret", at.home / "secret"),
        ("authority folder", at.authority),
        ("authority key", at.authority / "mitmproxy-ca.pem"),
        ("authority key (PKCS 12)", at.authority / "mitmproxy-ca.p12"),
    ]


def _companions(at: Places) -> list[Path]:
    """What DuckDB and SQLite put beside their files while they are in use."""
    endings = (".wal", ".spool-wal", ".spool-shm")
    return [at.database.with_name(at.database.name + ending) for ending in endings]


def _file_check(name: str, path: Path) -> Check:
    if not path.exists():
        return Check("file", name, "note", f"{path}: not there yet")
    mode = path.stat().st_mode & 0o777
    if not os.access(path, os.W_OK):
        advice = f"Give it back to you: sudo chown -R {os.environ.get('USER', 'YOU')} '{path}'"
        return Check("file", name, "failure", f"{path}: you may not write to it", advice)
    if sys.platform != "win32" and mode & OTHERS:
        right = "700" if path.is_dir() else "600"
        return Check("file", name, "warning", f"{path}: mode {mode:o}, others may read it", f"chmod {right} '{path}'")
    return Check("file", name, "ok", f"{path} (mode {mode:o})")


def authority_check(at: Places, now: datetime | None = None) -> Check:
    """The proxy's certificate authority: until when it is valid."""
    path, now = at.authority_certificate, now or datetime.now(UTC)
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except FileNotFoundError:
        return Check("file", "authority", "note", f"{path}: not there yet; the first proxy makes it")
    except (OSError, ValueError) as error:
        return Check("file", "authority", "failure", f"{path}: {error}", _renewal(at))
    end, print_ = certificate.not_valid_after_utc, certificate.fingerprint(SHA256()).hex()[:16]
    if end <= now:
        return Check("file", "authority", "failure", f"{path}: expired on {end:%Y-%m-%d}", _renewal(at))
    near = end - now < WARN_BEFORE
    found = f"{path}: valid until {end:%Y-%m-%d} (SHA-256 {print_}…)"
    return Check("file", "authority", "warning" if near else "ok", found, _renewal(at) if near else "")


def _renewal(at: Places) -> str:
    return f"Stop the proxy and delete the folder {at.authority}: the next start makes a new authority."
