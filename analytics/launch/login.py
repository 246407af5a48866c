"""How the dashboard asks who comes: not at all, by password, or by single sign-on."""

import os
import tomllib
from typing import Literal

from analytics.launch.places import Places
from analytics.launch.users import UsersError, read_users

type Login = Literal["none", "password", "sign-on"]
# How the dashboard's process is told.
LOGIN = "TOKENECHO_DASHBOARD_GATE"
# The header with which the dashboard's gate hands the login on to the pages.
LOGIN_HEADER = "x-tokenecho-login"


def told_login() -> Login:
    """How this process, the dashboard's, was told to ask."""
    told = os.environ.get(LOGIN)
    return "password" if told == "password" else "sign-on" if told == "sign-on" else "none"


def possible_login(at: Places) -> Login:
    """Single sign-on where Streamlit's secrets configure it, else by password where somebody has one.

    Raises UsersError where a file cannot be read, or where single sign-on is configured and nobody may come.
    """
    users = read_users(at.users)
    if _sign_on(at) is not None:
        if not users:
            raise UsersError(
                f"{at.sign_on} configures single sign-on, and {at.users} names nobody who may come: "
                "`tokenecho password ADDRESS --role admin --sign-on` names one."
            )
        return "sign-on"
    return "password" if any(user.password for user in users.values()) else "none"


def providers(at: Places) -> list[str | None]:
    """The providers of single sign-on; None is the one that has no name. Raises UsersError."""
    found = _sign_on(at) or {}
    return [name for name, value in found.items() if isinstance(value, dict) and "client_id" in value] or [None]


def _sign_on(at: Places) -> dict[str, object] | None:
    """What Streamlit reads as `[auth]`: https://docs.streamlit.io/develop/concepts/connections/authentication."""
    try:
        found = tomllib.loads(at.sign_on.read_text("utf-8")).get("auth")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UsersError(f"{at.sign_on}: {error}") from error
    return found if isinstance(found, dict) else None
