"""A provider of single sign-on on loopback: OpenID Connect's code flow, for whoever comes.

https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth
"""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from analytics.launch.processes import free_port

CLIENT = "tokenecho-test"


class Provider:
    """Whoever is sent here is `claims`, at once."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.claims: dict[str, Any] = {}
        self._key = RSAKey.generate_key(2048, {"kid": "test", "use": "sig"})
        self._asked: dict[str, str] = {}

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self._configuration),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/keys", self._keys),
        ]

    async def _configuration(self, request: Request) -> Response:
        places = {
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }
        return JSONResponse({"issuer": self.url, "id_token_signing_alg_values_supported": ["RS256"], **places})

    async def _authorize(self, request: Request) -> Response:
        code, asked = secrets.token_hex(8), request.query_params
        self._asked[code] = asked["nonce"]
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    async def _token(self, request: Request) -> Response:
        form, now = await request.form(), int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 600}
        told = {**claims, "nonce": self._asked.pop(str(form["code"])), **self.claims}
        signed = jwt.encode({"alg": "RS256", "kid": "test"}, told, self._key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": signed})

    async def _keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider that runs."""
    port = free_port()
    found = Provider(port)
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=found.routes()), "127.0.0.1", port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield found
    finally:
        server.should_exit = True
        thread.join()


def secrets_for(found: Provider, port: int) -> str:
    """What the dashboard's data folder holds as secrets.toml."""
    return "\n".join(
        (
            "[auth]",
            f'redirect_uri = "http://127.0.0.1:{port}/oauth2callback"',
            f'cookie_secret = "{secrets.token_hex(32)}"',
            f'client_id = "{CLIENT}"',
            'client_secret = "not-a-real-secret"',
            f'server_metadata_url = "{found.url}/.well-known/openid-configuration"',
        )
    )
