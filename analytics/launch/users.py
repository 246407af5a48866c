"""Who may log in to the dashboard, from `users.toml` in the data folder; `tokenecho password` writes it.

["ada"]
role = "admin"
password = "scrypt$32768$8$3$…"

["*@example.com"]      # with single sign-on: addresses, one or all of a domain
role = "viewer"
"""

import base64
import hashlib
import hmac
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import orjson

from analytics.private import create_folder, owner_only

type Role = Literal["viewer", "admin"]
ROLES: tuple[Role, ...] = get_args(Role.__value__)
SHORTEST_PASSWORD = 8
# https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt: 32 MiB, three times.
COST, BLOCK_SIZE, PARALLEL = 2**15, 8, 3
SALT_BYTES = 16
HEAD = "# Who may log in to the dashboard. `tokenecho password` writes this file anew."


class UsersError(Exception):
    """The file cannot be read or written; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class User:
    """What one may do here. `password` is a hash; None with single sign-on, which has passwords of its own."""

    role: Role
    password: str | None = field(default=None, repr=False)


def read_users(path: Path) -> dict[str, User]:
    """The users by name; none where there is no file. Raises UsersError."""
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsersError(f"{path}: {error}") from error
    return {name: _user(path, name, entry) for name, entry in given.items()}


def write_users(path: Path, users: Mapping[str, User]) -> None:
    """Replace the file as a whole, for its owner only. Raises UsersError."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    tables = (_table(name, user) for name, user in sorted(users.items()))
    try:
        create_folder(path.parent)
        with owner_only():
            fresh.write_text("\n".join([HEAD, "", *tables]), "utf-8")
            fresh.replace(path)
    except OSError as error:
        raise UsersError(f"{path}: cannot be written: {error.strerror}.") from error


def role_of(users: Mapping[str, User], address: str) -> Role | None:
    """The role of who came by single sign-on: that of the address, else of its whole domain; None is nobody's."""
    known = {name.lower(): user.role for name, user in users.items()}
    wanted = address.strip().lower()
    return known.get(wanted) or known.get(f"*@{wanted.rpartition('@')[2]}")


def hashed(password: str) -> str:
    """The password as the file has it: scrypt with its parameters and a salt of its own."""
    salt = secrets.token_bytes(SALT_BYTES)
    digest = _scrypt(password, salt, COST, BLOCK_SIZE, PARALLEL)
    return "$".join(("scrypt", str(COST), str(BLOCK_SIZE), str(PARALLEL), _text(salt), _text(digest)))


def matches(password: str, known: str | None) -> bool:
    """Whether this is the password; takes as long where there is none to compare with."""
    kind, *parts = (known or _nobody()).split("$")
    try:
        cost, size, parallel = (int(part) for part in parts[:3])
        salt, digest = (base64.b64decode(part, validate=True) for part in parts[3:])
        same = kind == "scrypt" and hmac.compare_digest(_scrypt(password, salt, cost, size, parallel), digest)
    except (ValueError, OverflowError):  # not written by us
        return False
    return same and known is not None


def _nobody() -> str:
    return "$".join(("scrypt", str(COST), str(BLOCK_SIZE), str(PARALLEL), _text(bytes(SALT_BYTES)), _text(b"")))


def _scrypt(password: str, salt: bytes, cost: int, size: int, parallel: int) -> bytes:
    # OpenSSL wants room for 128·N·r bytes and a little.
    room = 128 * size * (cost + parallel + 2)
    return hashlib.scrypt(password.encode(), salt=salt, n=cost, r=size, p=parallel, maxmem=room)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _user(path: Path, name: str, entry: object) -> User:
    if not isinstance(entry, dict):
        raise UsersError(f"{path}: {name!r} is no table; begin it with [{_quoted(name)}].")
    role, password = entry.get("role"), entry.get("password")
    if role not in ROLES:
        raise UsersError(f"{path}: the role of {name!r} is none of {', '.join(ROLES)}.")
    if password is not None and not isinstance(password, str):
        raise UsersError(f"{path}: the password of {name!r} is no text.")
    return User(role, password)


def _table(name: str, user: User) -> str:
    lines = [f"[{_quoted(name)}]", f'role = "{user.role}"']
    return "\n".join([*lines, f'password = "{user.password}"'] if user.password else lines) + "\n"


def _quoted(name: str) -> str:
    """As a key in TOML; JSON's strings are TOML's, but for U+007F."""
    return orjson.dumps(name).decode().replace("\x7f", "\\u007f")
