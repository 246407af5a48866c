"""The stage: local stand-ins for the providers, the real proxy before them, and the providers' own SDKs behind it."""

import ssl
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anthropic
import boto3  # type: ignore[import-untyped]  # it ships no types
import botocore.config  # type: ignore[import-untyped]
import httpx2
import openai
from google import genai
from google.genai import types

from analytics.launch.certificates import ensure_authority
from analytics.launch.places import Places
from analytics.launch.processes import ProxySettings, free_port, start_proxy, stop
from analytics.record import Record, Who
from analytics.spool import Spool
from tests.upstream import Running, upstream

REDIRECT = Path(__file__).parents[2] / "tests" / "proxy_addons" / "scripts" / "redirect.py"
# The team's own model server, whose prices no list knows.
OWN_SERVER = "models.bikeshop.example"
AWS = {"aws_access_key_id": "none", "aws_secret_access_key": "none", "region_name": "us-east-1"}


@dataclass(frozen=True, slots=True)
class Line:
    """What the stand-in is to answer: a text, or a call of a tool; or how it is to fail. `model` is who answers."""

    text: str = ""
    tool: str = ""
    arguments: str = "{}"
    faults: tuple[tuple[str, str], ...] = ()
    model: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """For the request: the proxy stores none of them."""
        said = {"tool": self.tool, "tool-input": self.arguments} if self.tool else {"reply": self.text, "tool": "none"}
        named = {"model": self.model} if self.model else {}
        return {f"x-upstream-{name}": quote(value) for name, value in {**said, **named, **dict(self.faults)}.items()}


@dataclass
class Stage:
    """Everything that runs, and a client for each provider. What is said goes through the proxy.

    `clients` closes those that were handed out.
    """

    up: Running
    proxy_url: str
    bundle: Path
    clients: ExitStack

    @cached_property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.bundle))

    @cached_property
    def http(self) -> httpx2.Client:
        client = httpx2.Client(verify=self.trust, proxy=self.proxy_url, trust_env=False, timeout=30)
        return self.clients.enter_context(client)

    def openai(self, who: Who, base_url: str | None = None) -> openai.OpenAI:
        """A client with the app's own key; it tries a failed call twice more, as the SDK does by itself."""
        return openai.OpenAI(api_key=f"none-{who.app}", base_url=base_url, http_client=self.http)

    def anthropic(self, who: Who) -> anthropic.Anthropic:
        return anthropic.Anthropic(api_key=f"none-{who.app}", http_client=self.http)

    def google(self, who: Who) -> genai.Client:
        options = {"verify": self.trust, "proxy": self.proxy_url, "trust_env": False}
        client = genai.Client(api_key=f"none-{who.app}", http_options=types.HttpOptions(client_args=options))
        self.clients.callback(client.close)
        return client

    def bedrock(self, headers: dict[str, str]) -> Any:
        """A client whose calls carry these headers. Its own user agent would tell of this machine."""
        config = botocore.config.Config(
            proxies={"https": self.proxy_url}, user_agent="Boto3/1.40", retries={"total_max_attempts": 1}
        )
        client = boto3.client("bedrock-runtime", config=config, verify=str(self.bundle), **AWS)
        self.clients.callback(client.close)
        client.meta.events.register("before-send.*", lambda request, **_: request.headers.update(headers))
        return client


def whose(who: Who) -> dict[str, str]:
    """The headers that say whose call it is; the proxy takes them off."""
    named = {"app": who.app, "team": who.team, "user": who.user_name}
    return {f"x-tokenecho-{name}": value for name, value in named.items() if value}


@contextmanager
def stage() -> Iterator[tuple[Stage, list[Record]]]:
    """The stage, and a list that holds what the proxy recorded once the stage is closed."""
    records: list[Record] = []
    with tempfile.TemporaryDirectory(prefix="tokenecho-team-") as name:
        places = Places(Path(name) / "calls.duckdb", Path(name))
        with ExitStack() as stack:
            up = stack.enter_context(upstream(hosts=(OWN_SERVER,)))
            ensure_authority(places)
            settings = ProxySettings(port=free_port(), hosts=(OWN_SERVER,), addons=(REDIRECT,), options=_options(up))
            stack.callback(stop, start_proxy(settings, places))
            clients = stack.enter_context(ExitStack())
            yield Stage(up, f"http://127.0.0.1:{settings.port}", places.client_bundle, clients), records
        records += _recorded(places.spool)


def _options(up: Running) -> tuple[str, ...]:
    return f"upstream_port={up.port}", f"ssl_verify_upstream_trusted_ca={up.ca_pem}"


def _recorded(path: Path) -> Iterator[Record]:
    """What waits in the spool, in the order in which it came. A loss would leave a hole in a conversation."""
    with closing(Spool(path)) as spool:
        if spool.losses():
            raise RuntimeError(f"the proxy lost calls: {spool.losses()}")
        after = 0
        while taken := spool.take(after=after):
            yield from (spooled.record() for spooled in taken)
            after = taken[-1].seq
