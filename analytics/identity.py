"""Whose call it is: names from the proxy login, from request headers, or from the flags."""

import base64
from collections.abc import Mapping
from urllib.parse import unquote

from analytics.record import Who

WHO_HEADERS = ("x-tokenecho-app", "x-tokenecho-team", "x-tokenecho-user")


def from_login(username: str) -> Who:
    """The names in a proxy login's user part: `team`, `team+app` or `team+app+user`; an empty part names nobody.

    A `+` within a name is written `%2B`.
    """
    team, app, user, *_ = [*map(unquote, username.split("+", 2)), "", "", ""]
    return Who(app=app or None, team=team or None, user_name=user or None)


def to_login(who: Who) -> str:
    """The user part that `from_login` reads these names from; empty for nobody."""
    names = (who.team, who.app, who.user_name)
    return "+".join((name or "").replace("%", "%25").replace("+", "%2B") for name in names).rstrip("+")


def from_proxy_authorization(header: str | None) -> Who:
    """The names in a `Proxy-Authorization: Basic` header. The password is not looked at."""
    scheme, _, coded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return Who()
    try:
        return from_login(base64.b64decode(coded, validate=True).decode("utf-8").partition(":")[0])
    except ValueError:  # no base64, or no UTF-8 in it
        return Who()


def from_headers(headers: Mapping[str, str]) -> Who:
    """The names in the `x-tokenecho-*` request headers."""
    app, team, user = (headers.get(name) or None for name in WHO_HEADERS)
    return Who(app, team, user)
