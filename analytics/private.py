"""Files that only their owner may read, and the secret of this installation."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER_ONLY = 0o600
SECRET_BYTES = 32


@contextmanager
def owner_only() -> Iterator[None]:
    """Whatever this process makes meanwhile is for its owner only, by other people's code too."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def create_private(path: Path) -> None:
    """Make an empty file with mode 0600, and its folder with 0700, where they are missing."""
    create_folder(path.parent)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY))
    except FileExistsError:
        return


def create_folder(path: Path) -> None:
    """Make a folder with mode 0700, parents included, where it is missing."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)


def installation_secret(folder: Path) -> bytes:
    """The 32 random bytes that key every hash and fingerprint of this installation; made at the first call."""
    path = folder / "secret"
    create_folder(folder)
    fresh = folder / f".secret-{os.getpid()}-{secrets.token_hex(4)}"
    if not path.exists():
        create_private(fresh)
        fresh.write_bytes(secrets.token_bytes(SECRET_BYTES))
        try:
            os.link(fresh, path)  # only the first of several starting at once gets its own
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            fresh.replace(path)
        fresh.unlink(missing_ok=True)
    secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        # Hashes under a shorter key would be guessable, and those under a new one would meet no earlier one.
        raise ValueError(f"{path}: damaged; restore it from a backup, or delete it and start a new database with --db.")
    return secret


def fingerprint(secret: bytes, credential: str) -> str:
    """A keyed digest of a credential: tells keys apart, and cannot be turned back or guessed without the secret."""
    data = credential.encode("utf-8", "replace")
    return hashlib.blake2b(data, key=secret, digest_size=8, person=b"api-key").hexdigest()
