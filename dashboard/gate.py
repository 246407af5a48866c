"""Before everything that the server says: whether the request comes from here, and whose it is.

A request under a foreign name, or from a page elsewhere, gets no answer. With a login by password nothing is served to
who has none: no page, no file, no socket.
"""

import asyncio
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import streamlit as st
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from analytics.launch.login import LOGIN_HEADER, Login
from analytics.launch.places import Places
from analytics.launch.users import UsersError, matches, read_users
from analytics.private import installation_secret
from dashboard.login_page import login_page
from dashboard.sessions import LONGEST_S, bearer, token
from dashboard.throttle import Throttle

COOKIE = "tokenecho_login"
OPEN_TO_ALL = ("/_stcore/health",)
LOGIN_PATH, LOGOUT_PATH = "/login", "/auth/logout"
# One password is checked at a time; so many may wait for it.
MOST_WAITING = 20
LONGEST_FORM = 4_096


class Gate:
    """The middleware around Streamlit's own; `login` is how who comes is asked."""

    def __init__(self, app: ASGIApp, *, at: Places, login: Login) -> None:
        self._app, self._at, self._login = app, at, login
        self._secret = installation_secret(at.home) if login == "password" else b""
        self._throttle, self._checking, self._waiting = Throttle(), asyncio.Lock(), 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        refused = _foreign(request.headers) or await self._turned_away(request, receive)
        if refused:
            await _answer(refused, scope, receive, send)
            return
        await self._app(self._signed(scope, request), receive, send)

    async def _turned_away(self, request: HTTPConnection, receive: Receive) -> Response | None:
        """What who has no login gets; None lets the request in."""
        path = request.url.path
        if self._login != "password" or path in OPEN_TO_ALL:
            return None
        if path == LOGIN_PATH:
            return await self._ask(request, receive)
        if path == LOGOUT_PATH:
            away = RedirectResponse(LOGIN_PATH, 303)
            away.delete_cookie(COOKIE)
            return away
        if self._bearer(request):
            return None
        if "text/html" not in request.headers.get("accept", ""):
            return PlainTextResponse("Log in first.\n", 401)
        back = path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{LOGIN_PATH}?{urlencode({'next': back})}", 303)

    def _bearer(self, request: HTTPConnection) -> str | None:
        """Who is logged in."""
        try:
            users = read_users(self._at.users)
        except UsersError:
            return None
        return bearer(self._secret, request.cookies.get(COOKIE, ""), users, time.time())

    async def _ask(self, request: HTTPConnection, receive: Receive) -> Response:
        """The form, or what becomes of it."""
        back = _local(request.query_params.get("next", ""))
        if request.scope.get("method") != "POST":
            return login_page(back)
        body = b""
        async for chunk in Request(request.scope, receive).stream():
            body += chunk
            if len(body) > LONGEST_FORM:
                return PlainTextResponse("Too long.\n", 413)
        form = parse_qs(body.decode("utf-8", "replace"))
        name, password = (form.get(key, [""])[0] for key in ("name", "password"))
        if self._waiting >= MOST_WAITING:
            return login_page(back, "Too many try at once. Try again in a moment.", 429)
        self._waiting += 1
        try:
            async with self._checking:
                return await self._checked(request, name, password, back)
        finally:
            self._waiting -= 1

    async def _checked(self, request: HTTPConnection, name: str, password: str, back: str) -> Response:
        wait = self._throttle.wait(name, time.monotonic())
        if wait:
            return login_page(back, f"Wait {wait:.0f} s before the next try.", 429, retry=wait)
        try:
            user = read_users(self._at.users).get(name)
        except UsersError:
            return login_page(back, "The file of users cannot be read; `tokenecho dashboard` says why.", 500)
        right = await asyncio.to_thread(matches, password, user.password if user else None)
        if user is None or not right:
            self._throttle.failed(name, time.monotonic())
            return login_page(back, "Name or password is wrong.", 403)
        self._throttle.passed(name)
        found = RedirectResponse(back, 303)
        value = token(self._secret, name, user, time.time())
        secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
        found.set_cookie(COOKIE, value, max_age=LONGEST_S, httponly=True, samesite="lax", secure=secure)
        return found

    def _signed(self, scope: Scope, request: HTTPConnection) -> Scope:
        """The request with whose it is, as the gate has found it, and never as the browser says."""
        name = LOGIN_HEADER.encode()
        headers: list[tuple[bytes, bytes]] = [pair for pair in scope["headers"] if pair[0].lower() != name]
        cookie = request.cookies.get(COOKIE) if self._login == "password" else None
        return {**scope, "headers": [*headers, (name, cookie.encode("latin-1"))] if cookie else headers}


def _foreign(headers: Headers) -> Response | None:
    """An answer to requests that do not come from this dashboard's own pages; None to those that do.

    Streamlit checks the same for its socket, but asks a server on the internet for our address first.
    """
    host, origin = headers.get("host", ""), headers.get("origin")
    name = _host_name(host)
    if name not in _known(st.get_option("server.allowedHosts")):
        said = f"This dashboard does not know itself as {quote(name, safe='.:[]')}. Its option --name tells it.\n"
        return PlainTextResponse(said, 403)
    if origin is not None and urlsplit(origin).netloc != host:
        return PlainTextResponse("This came from a page elsewhere.\n", 403)
    return None


def _known(allowed: Iterable[Any]) -> set[str]:
    return {str(name).lower().rstrip(".") for name in allowed}


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower().rstrip(".")
    except ValueError:
        return ""


def _local(address: str) -> str:
    """A place to go on to after the login: one of ours."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\", LOGIN_PATH)) else "/"


async def _answer(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()  # the request to connect
        await send({"type": "websocket.close", "code": 1008})
    else:
        await response(scope, receive, send)
