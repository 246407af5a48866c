"""The environment that routes a process through the proxy and makes it trust the proxy's certificates."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from analytics.endpoints import Endpoints
from analytics.identity import to_login
from analytics.record import Who

PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY")
# Each runtime has its own way to be told of a certificate.
TRUST_VARIABLES = (
    "SSL_CERT_FILE",  # OpenSSL: Python's ssl and httpx, Go, Rust's native roots, Ruby
    "REQUESTS_CA_BUNDLE",  # Python requests
    "CURL_CA_BUNDLE",  # curl
    "AWS_CA_BUNDLE",  # AWS SDKs
    "NODE_EXTRA_CA_CERTS",  # Node, in addition to its own
    "DENO_CERT",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    "CODEX_CA_CERTIFICATE",
)
# Names our own proxy, so that a proxy started in a routed shell does not take it for the company's.
ROUTED = "TOKENECHO_PROXY"
NODE_PRELOAD = Path(__file__).with_name("node_proxy.cjs")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def trusting(bundle: Path) -> dict[str, str]:
    """The variables that make every runtime trust the proxy's certificates."""
    return dict.fromkeys(TRUST_VARIABLES, str(bundle))


def routing(url: str, bundle: Path, *, before: Mapping[str, str], hosts: Iterable[str] = ()) -> dict[str, str]:
    """The variables to set, trust included.

    `before` is the environment they come on top of; `hosts` are LLM hosts the user named.
    """
    unproxied = _no_proxy(before.get("NO_PROXY") or before.get("no_proxy"), tuple(hosts))
    both_cases = {"HTTPS_PROXY": url, "HTTP_PROXY": url, "NO_PROXY": unproxied}
    return {
        **both_cases,
        **{name.lower(): value for name, value in both_cases.items()},
        **trusting(bundle),
        # Node's own fetch looks at the proxy variables only when told to (22.21, 24 and later) …
        "NODE_USE_ENV_PROXY": "1",
        # … and before that only with our help.
        "NODE_OPTIONS": _node_options(before.get("NODE_OPTIONS", "")),
        ROUTED: url,
    }


def _node_options(before: str) -> str:
    """The options that Node is given already, and our preload. Backslashes would be escapes there."""
    ours = f'--require "{NODE_PRELOAD.as_posix()}"'
    return before if ours in before else f"{before} {ours}".strip()


def proxy_url(host: str, port: int, who: Who | None = None) -> str:
    """The proxy's address, with a login that says whose calls they are."""
    login = quote(to_login(who or Who()), safe="+")
    return f"http://{login + ':x@' if login else ''}{host}:{port}"


def company_proxy(environment: Mapping[str, str]) -> tuple[str, str | None] | None:
    """The proxy that this environment already goes through, as mitmproxy's mode, and its login; None without one."""
    given = environment.get("HTTPS_PROXY") or environment.get("https_proxy")
    if not given or given == environment.get(ROUTED):
        return None
    url = urlsplit(given if "://" in given else f"http://{given}")
    if url.scheme not in ("http", "https") or not url.hostname:
        return None
    login = f"{unquote(url.username)}:{unquote(url.password or '')}" if url.username else None
    return f"upstream:{url.scheme}://{url.hostname}:{url.port or (443 if url.scheme == 'https' else 80)}", login


def _no_proxy(before: str | None, hosts: tuple[str, ...]) -> str:
    """The hosts that are reached directly: as before, less those whose calls are to be seen."""
    given = [entry.strip() for entry in (before or "").split(",") if entry.strip()]
    endpoints = Endpoints(hosts)
    bare = {host.rpartition(":")[0] or host for host in hosts}
    wanted = [entry for entry in (*given, *LOOPBACK) if entry not in bare and not _hides(entry, endpoints)]
    return ",".join(dict.fromkeys(wanted))


def _hides(entry: str, endpoints: Endpoints) -> bool:
    """Whether a NO_PROXY entry keeps an LLM host from the proxy."""
    if entry == "*":
        return True
    name = entry.lstrip("*.")
    return name not in LOOPBACK and (endpoints.is_llm_host(name) or endpoints.is_llm_host(f"api.{name}"))
