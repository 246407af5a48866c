"""The runtimes found on PATH, and a probe for each way in which they make calls.

What each reads of the environment: https://www.python-httpx.org/environment_variables/
https://requests.readthedocs.io/en/latest/user/advanced/#proxies https://docs.aiohttp.org/en/stable/client_advanced.html
https://nodejs.org/en/learn/http/enterprise-network-configuration https://curl.se/docs/manpage.html
https://docs.deno.com/runtime/reference/env_variables/ https://bun.com/docs/guides/http/proxy
"""

import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

from analytics.doctor.check import Check
from analytics.doctor.probes import BODY, Outcome, Probe, run
from analytics.doctor.pythons import python_probes

type Found = tuple[list[Probe], list[Check]]

REVERSE = (
    "or let the app's base URL (OPENAI_BASE_URL …) be http://127.0.0.1:8080/v1 under "
    "`tokenecho up --mode reverse:https://api.openai.com`"
)
UNROUTED_NODE = (
    "Keep what tokenecho adds to NODE_OPTIONS (--require …/node_proxy.cjs): it gives Node before 22.21 and 24.5 the "
    "proxy that later ones have by themselves, " + REVERSE
)
# The oldest Node whose calls the preloaded script was tried with.
OLDEST_NODE = 18
CURL = "Add --cacert {bundle} or, to ~/.curlrc, cacert={bundle}"
WGET = "Add --ca-certificate={bundle} or, to ~/.wgetrc, ca_certificate={bundle}"
JAVA = (
    "Java reads no proxy variable. Set JAVA_TOOL_OPTIONS='-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=8080 "
    "-Djavax.net.ssl.trustStore=FILE', FILE being a copy of the JDK's lib/security/cacerts after "
    "keytool -importcert -noprompt -alias tokenecho -storepass changeit -keystore FILE -file {certificate}"
)
GO = "Go reads HTTPS_PROXY, and on Linux SSL_CERT_FILE; on macOS and Windows add {certificate} to the system's store."


def found_runtimes() -> Found:
    """The probes to run, and what is known without one."""
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(lambda look: look(), RUNTIMES))
    return [probe for probes, _ in found for probe in probes], [check for _, checks in found for check in checks]


def node_probes() -> Found:
    """Node's two ways to call."""
    version = _version("node", "--version")
    if version is None:
        return [], []
    old = _numbers(version)[0] < OLDEST_NODE
    remedies: dict[Outcome, str] = {"not routed": UNROUTED_NODE}
    fetch = Probe(f"node {version}: fetch", _script("fetch.mjs", "node"), remedies, old)
    https = Probe(f"node {version}: https", _script("https.mjs", "node"), remedies, old)
    return [fetch, https], []


def _numbers(version: str) -> tuple[int, ...]:
    return (*(int(part) for part in re.findall(r"\d+", version)), 0, 0)


def deno_probes() -> Found:
    return _fetch_probe("deno", "run", "--no-config", "--allow-net", "--allow-env")


def bun_probes() -> Found:
    return _fetch_probe("bun", "run")


def _fetch_probe(name: str, *arguments: str) -> Found:
    version = _version(name, "--version")
    return ([Probe(f"{name} {version}: fetch", _script("fetch.mjs", name, *arguments))] if version else []), []


def curl_probes() -> Found:
    version = _version("curl", "--version")
    command = ("curl", "-sS", "-H", "content-type: application/json", "--data", BODY)
    return ([Probe(f"curl {version}", command, {"not trusted": CURL})] if version else []), []


def wget_probes() -> Found:
    """Many builds of wget (with GnuTLS; in BusyBox) take a certificate from no environment variable."""
    version = _version("wget", "--version")
    command = (
        "wget",
        "--no-verbose",
        "--output-document=-",
        "--tries=1",
        "--header=content-type: application/json",
        f"--post-data={BODY}",
    )
    return ([Probe(f"wget {version}", command, {"not trusted": WGET}, needy=True)] if version else []), []


def go_checks() -> Found:
    """Not probed: Go's net/http sends a call to localhost past any proxy."""
    return _known("go", "version", GO)


def java_checks() -> Found:
    """Not probed: it needs a trust store made for it first."""
    return _known("java", "-version", JAVA)


def _known(name: str, question: str, advice: str) -> Found:
    version = _version(name, question)
    return [], [Check("runtime", f"{name} {version}", "note", "not tested", advice)] if version else []


def _version(name: str, question: str) -> str | None:
    """The version of a program on PATH, "?" where it does not say, None where there is no such program."""
    path = shutil.which(name)
    if path is None:
        return None
    ran = run((path, question))
    found = re.search(r"\d+\.\d+[\w.]*", ran.output or ran.complaint)
    return found.group() if found else "?"


def _script(name: str, *command: str) -> tuple[str, ...]:
    return (*command, str(files("analytics").joinpath("doctor", "programs", name)), BODY)


RUNTIMES: tuple[Callable[[], Found], ...] = (
    python_probes,
    node_probes,
    deno_probes,
    bun_probes,
    curl_probes,
    wget_probes,
    go_checks,
    java_checks,
)
