"""The shell the doctor runs in: does its environment send calls through a live proxy, and make them trust it?"""

import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from analytics.doctor.capture_state import live_proxies
from analytics.doctor.check import Check
from analytics.endpoints import Endpoints
from analytics.launch.certificates import PEM
from analytics.launch.environment import LOOPBACK, ROUTED, TRUST_VARIABLES, routing
from analytics.launch.places import Places

BASE_URLS = (
    "OPENAI_BASE_URL",
    "OPENAI_API_BASE",
    "AZURE_OPENAI_ENDPOINT",
    "ANTHROPIC_BASE_URL",
    "GOOGLE_GEMINI_BASE_URL",
    "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
)
CONNECT_TIMEOUT_S = 3.0
ROUTE = 'eval "$(tokenecho env)" routes this shell, and `tokenecho run -- COMMAND` one command.'
AGAIN = 'eval "$(tokenecho env)" sets them.'


def shell_checks(environment: Mapping[str, str], at: Places) -> list[Check]:
    """One line where the shell is not routed, else all that routing takes."""
    named = {name: environment[name] for name in ("HTTPS_PROXY", "https_proxy") if environment.get(name)}
    if not named:
        return [Check("shell", "HTTPS_PROXY", "note", "not set: calls from this shell are not captured", ROUTE)]
    if len(set(named.values())) > 1:
        found = "HTTPS_PROXY and https_proxy name different proxies; which counts depends on the program"
        return [Check("shell", "HTTPS_PROXY", "warning", found, AGAIN)]
    (url,) = set(named.values())
    checks = [
        _proxy_check(url, environment.get(ROUTED), at),
        *_hidden_checks(environment),
        *_base_url_checks(environment),
    ]
    return [*checks, *_trust_checks(environment, at)] if url == environment.get(ROUTED) else checks


def _proxy_check(url: str, ours: str | None, at: Places) -> Check:
    address = _address(url)
    if address is None:
        return Check("shell", "HTTPS_PROXY", "failure", "is no proxy's address", ROUTE)
    host, port = address
    if not _listens(host, port):
        advice = f"Start it (tokenecho up --port {port}), or unset the proxy variables: until then calls fail."
        return Check("shell", "HTTPS_PROXY", "failure", f"nobody listens on {host}:{port}", advice)
    if url != ours:
        return Check("shell", "HTTPS_PROXY", "warning", f"names another proxy, {host}:{port}", ROUTE)
    if host in LOOPBACK and not live_proxies(at):
        found = f"{host}:{port} listens, but does not write beside {at.database}"
        return Check("shell", "HTTPS_PROXY", "warning", found, "Give doctor the --db that the proxy was started with.")
    return Check("shell", "HTTPS_PROXY", "ok", f"through tokenecho on {host}:{port}")


def _address(url: str) -> tuple[str, int] | None:
    """Host and port. Nothing else of the URL is shown: it may hold a password."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        return (parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)) if parts.hostname else None
    except ValueError:
        return None


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), CONNECT_TIMEOUT_S).close()
    except OSError:
        return False
    return True


def _hidden_checks(environment: Mapping[str, str]) -> list[Check]:
    """Entries of NO_PROXY that keep an LLM host from the proxy."""
    hidden: dict[str, None] = {}
    for name in ("NO_PROXY", "no_proxy"):
        given = [entry.strip() for entry in environment.get(name, "").split(",") if entry.strip()]
        kept = routing("", Path(), before={"NO_PROXY": ",".join(given)})["NO_PROXY"].split(",")
        hidden |= dict.fromkeys(entry for entry in given if entry not in kept)
    if not hidden:
        return [Check("shell", "NO_PROXY", "ok", "hides no LLM host that is known by name")]
    found = f"hides LLM hosts from the proxy: {', '.join(hidden)}"
    return [Check("shell", "NO_PROXY", "warning", found, "Take these out of NO_PROXY and no_proxy. " + AGAIN)]


def _base_url_checks(environment: Mapping[str, str]) -> list[Check]:
    """Base URLs that name a gateway nobody told the proxy of. One on this machine may be the proxy itself."""
    found = [(name, address[0]) for name in BASE_URLS if (address := _address(environment.get(name, "")))]
    endpoints = Endpoints()
    strange = [(name, host) for name, host in found if host not in LOOPBACK and not endpoints.is_llm_host(host)]
    return [
        Check(
            "shell",
            name,
            "warning",
            f"{host} is no LLM host that tokenecho knows",
            f"Start the proxy with --host {host}",
        )
        for name, host in strange
    ]


def _trust_checks(environment: Mapping[str, str], at: Places) -> list[Check]:
    """Variables that do not name a file with the proxy's own certificate."""
    wrong = [name for name in TRUST_VARIABLES if not _holds_authority(environment.get(name), at)]
    if not wrong:
        return [Check("shell", "certificates", "ok", "every variable names a file with the proxy's authority")]
    found = f"without the proxy's authority: {', '.join(wrong)}"
    return [Check("shell", "certificates", "warning", found, AGAIN)]


def _holds_authority(path: str | None, at: Places) -> bool:
    try:
        own = PEM.findall(at.authority_certificate.read_text("utf-8"))
        return bool(path and own) and own[0] in Path(path or "").read_text("utf-8", "replace")
    except OSError:
        return False
