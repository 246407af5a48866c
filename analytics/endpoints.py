"""Which hosts are LLM hosts and which requests are model calls: `endpoints.toml`, compiled."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What a request is: the provider that serves it and the API it speaks."""

    provider: str
    api: str


@dataclass(frozen=True, slots=True)
class _Provider:
    name: str
    hosts: tuple[re.Pattern[str], ...]
    paths: tuple[tuple[str, re.Pattern[str], str], ...]
    named: bool

    def serves(self, host: str, port: int, named: bool) -> bool:
        return (self.named and named) or any(p.fullmatch(host) or p.fullmatch(f"{host}:{port}") for p in self.hosts)

    def api(self, method: str, path: str) -> str | None:
        fitting = ((wanted, api) for wanted, pattern, api in self.paths if pattern.fullmatch(path))
        return next((api for wanted, api in fitting if _allowed(wanted, method, api)), None)


class Endpoints:
    """The table, with the user's own hosts added.

    `hosts` are names as a user gives them with `--host`: `gateway.corp.example`, `localhost:9000`, `*.corp.example`.
    """

    def __init__(self, hosts: Iterable[str] = ()) -> None:
        self._providers = _table()
        self._named = tuple(_host_pattern(host) for host in hosts)

    def is_named(self, host: str, port: int) -> bool:
        """Whether the user named this host."""
        return any(p.fullmatch(host) or p.fullmatch(f"{host}:{port}") for p in self._named)

    def is_llm_host(self, host: str, port: int = 443) -> bool:
        """Whether calls to this host are decrypted."""
        named = self.is_named(host, port)
        return named or any(provider.serves(host, port, named) for provider in self._providers)

    def host_patterns(self) -> list[str]:
        """Regular expressions over `host:port` that match exactly the LLM hosts, as mitmproxy's `allow_hosts` takes."""
        patterns = [p.pattern for provider in self._providers for p in provider.hosts]
        named = [p.pattern for p in self._named]
        return sorted({f"^(?:{p})(?::[0-9]+)?$" for p in (*patterns, *named)})

    def find(self, method: str, host: str, port: int, path: str) -> Endpoint | None:
        """The endpoint of a request, or None where it is no model call. `path` may carry a query."""
        named = self.is_named(host, port)
        bare = path.partition("?")[0].partition("#")[0]
        for provider in self._providers:
            if provider.serves(host, port, named):
                api = provider.api(method.upper(), bare)
                if api:
                    return Endpoint(provider.name, api)
        return None


def path_and_query(path: str) -> tuple[str, str]:
    """The path, percent-decoded, and the query of a request target."""
    bare, _, query = path.partition("?")
    return unquote(bare), query


def _allowed(wanted: str, method: str, api: str) -> bool:
    """A model call is a POST; a GET opens a WebSocket on the APIs that have one."""
    return method == wanted or (method == "GET" and api in WEBSOCKET_APIS and wanted == "POST")


# The APIs that are spoken over WebSocket too.
WEBSOCKET_APIS = frozenset({"openai.responses", "openai.realtime"})


def _host_pattern(host: str) -> re.Pattern[str]:
    return re.compile(re.escape(host.strip().lower()).replace(r"\*", r"[^/:]+"), re.IGNORECASE)


@cache
def _table() -> tuple[_Provider, ...]:
    table = tomllib.loads(files("analytics").joinpath("endpoints.toml").read_text("utf-8"))
    return tuple(_provider(entry, table["family"]) for entry in table["provider"])


def _provider(entry: dict[str, object], families: dict[str, dict[str, str]]) -> _Provider:
    prefix = str(entry["prefix"])
    shared = [_path(prefix, path, api) for name in _strings(entry, "families") for path, api in families[name].items()]
    own = entry.get("paths")
    special = [_path("", path, api) for path, api in own.items()] if isinstance(own, dict) else []
    hosts = tuple(re.compile(host, re.IGNORECASE) for host in _strings(entry, "hosts"))
    return _Provider(str(entry["name"]), hosts, (*special, *shared), entry.get("named") is True)


def _path(prefix: str, path: str, api: str) -> tuple[str, re.Pattern[str], str]:
    method, _, rest = path.rpartition(" ")
    return method or "POST", re.compile(prefix + rest), api


def _strings(entry: dict[str, object], key: str) -> list[str]:
    found = entry.get(key, [])
    return [str(item) for item in found] if isinstance(found, list) else []
