"""What a browser keeps to stay logged in: a name and a time, signed. Ends with its age, the user or the password."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

import orjson

from analytics.launch.users import User

LONGEST_S = 7 * 86_400


def token(secret: bytes, name: str, user: User, now: float) -> str:
    """For a browser that has just given the password. `now` is in seconds since 1970."""
    said = urlsafe_b64encode(orjson.dumps([name, int(now)])).decode()
    return f"{said}.{_signature(secret, said, user)}"


def bearer(secret: bytes, given: str, users: Mapping[str, User], now: float) -> str | None:
    """The name of whom this token was given to; None where it is none, or no longer counts."""
    said, _, signature = given.partition(".")
    try:
        name, began = orjson.loads(urlsafe_b64decode(said))
    except (ValueError, TypeError):
        return None
    user = users.get(name) if isinstance(name, str) else None
    if user is None or user.password is None or not hmac.compare_digest(_signature(secret, said, user), signature):
        return None
    return name if 0 <= now - began <= LONGEST_S else None


def _signature(secret: bytes, said: str, user: User) -> str:
    """Over the password's hash too: another password ends what went before."""
    signed = f"{said}.{user.password}".encode()
    return hashlib.blake2b(signed, key=secret, digest_size=32, person=b"dashboard-login").hexdigest()
