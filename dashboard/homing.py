"""Single sign-on leads back to where one wanted to go. Streamlit's own leads to the first page always.

A page that is opened without a login leaves its address in a cookie; the first page, opened with one, goes on there.
"""

from urllib.parse import quote, unquote, urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.shell import NAMES

COOKIE = "tokenecho_wanted"
# Streamlit's, of who has logged in (`st.login`).
LOGGED_IN = "_streamlit_user"
LASTS_S = 600
LONGEST = 2_000


class Homing:
    """The middleware; for single sign-on only."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        known, wanted = LOGGED_IN in request.cookies, _page(unquote(request.cookies.get(COOKIE, "")))
        here = _page(scope["path"] + (f"?{request.url.query}" if request.url.query else ""))
        if known and wanted and scope["path"] == "/":
            answer = RedirectResponse(wanted, 303)
            answer.delete_cookie(COOKIE)
            await answer(scope, receive, send)
        elif here and not known:
            await self._app(scope, receive, _noting(send, here))
        else:
            await self._app(scope, receive, send)


def _page(address: str) -> str | None:
    """The address, if it is one of a page here, other than the first one without anything asked."""
    parts = urlsplit(address)
    named = parts.path in {f"/{name}" for name in NAMES} or (parts.path == "/" and parts.query)
    here = address.startswith("/") and not parts.netloc and len(address) <= LONGEST
    return address if here and named else None


def _noting(send: Send, address: str) -> Send:
    """What sends the answer with a cookie of that address."""
    cookie = f"{COOKIE}={quote(address, safe='')}; Path=/; Max-Age={LASTS_S}; HttpOnly; SameSite=Lax"

    async def noted(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), (b"set-cookie", cookie.encode("ascii"))]}
        await send(message)

    return noted
