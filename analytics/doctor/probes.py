"""A probe: one call by one runtime through the private proxy, and what became of it."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from analytics.doctor.check import Check, Level
from analytics.doctor.host import LocalHost, serving
from analytics.doctor.papers import make_papers
from analytics.doctor.private_proxy import private_proxy, spool_of
from analytics.launch.environment import routing
from analytics.launch.places import Places
from analytics.launch.processes import WINDOWS
from analytics.spool import Spool

type Outcome = Literal["captured", "not routed", "not trusted", "not stored", "failed"]

TIMEOUT_S = 15.0
AT_ONCE = 6
BODY = '{"model": "tokenecho-doctor", "messages": [{"role": "user", "content": "ping"}]}'
REMEDIES: dict[Outcome, str] = {
    "not routed": "It does not look at HTTPS_PROXY. Name the proxy in its own settings, or give it the proxy as its "
    "base URL: tokenecho up --mode reverse:https://api.openai.com",
    "not trusted": "It reached the proxy, and does not trust it. Make it trust {certificate}",
    "not stored": "The call passed through the proxy and was not stored. Please report this.",
    "failed": "Run its call without tokenecho to see whether it works there.",
}


@dataclass(frozen=True, slots=True)
class Probe:
    """A command that POSTs a body and prints the reply; the URL is added as its last argument.

    `remedies`: what to set, by outcome, where the general advice does not fit; {bundle} and {certificate} are filled
    in. `needy`: this way of calling is known to need a setting that no environment variable makes.
    """

    subject: str
    command: tuple[str, ...]
    remedies: Mapping[Outcome, str] = field(default_factory=dict)
    needy: bool = False


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command printed, the last line of its complaint, and whether it ended by itself."""

    output: str
    complaint: str
    ended: bool = True


def prove(probes: Sequence[Probe], at: Places) -> list[Check]:
    """Run every probe, several at once; raises ProxyDidNotStart, OSError or CalledProcessError."""
    with tempfile.TemporaryDirectory(prefix="tokenecho-doctor-", ignore_cleanup_errors=True) as name, ExitStack() as up:
        folder = Path(name)
        papers = make_papers(folder)
        hosts = [up.enter_context(serving(papers.context)) for _ in probes]
        with private_proxy(at, papers, folder) as url, ThreadPoolExecutor(AT_ONCE) as pool:
            environment = {**os.environ, **routing(url, at.client_bundle, before=os.environ, hosts=("localhost",))}
            ran = list(pool.map(lambda probe, host: run((*probe.command, host.url), environment), probes, hosts))
        replies = _stored_replies(spool_of(folder))
        return [_check(*each, replies, at) for each in zip(probes, hosts, ran, strict=True)]


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Ran:
    """The command, given `TIMEOUT_S` to end."""
    pipe = subprocess.PIPE
    try:
        child = subprocess.Popen(  # noqa: S603  # found on the user's own PATH
            command, env=environment, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, start_new_session=not WINDOWS
        )
    except OSError as error:
        return Ran("", str(error.strerror))
    with child:
        try:
            output, complaint = child.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            _end(child)
            return Ran("", f"no answer within {TIMEOUT_S:.0f} s", ended=False)
    words = [line.strip() for line in complaint.decode("utf-8", "replace").splitlines() if line.strip()]
    return Ran(output.decode("utf-8", "replace"), words[-1] if words else f"exit code {child.returncode}")


def _end(child: subprocess.Popen[bytes]) -> None:
    """End it and what it started: many a runtime on PATH is a script that starts the real one."""
    if WINDOWS:
        child.kill()
    else:
        os.killpg(child.pid, signal.SIGKILL)


def _stored_replies(spool: Path) -> bytes:
    """The replies that the proxy captured, one after the other."""
    private = Spool(spool)
    try:
        return b"\n".join(spooled.record().response.data for spooled in private.take())
    finally:
        private.close()


def outcome(host: LocalHost, ran: Ran, stored: bool) -> Outcome:
    """What became of a call: how far it came, seen from both ends and from the spool."""
    if stored:
        return "captured" if host.nonce in ran.output else "failed"
    if host.past_proxy:
        return "not routed"
    if host.answered:
        return "not stored"
    return "not trusted" if host.through_proxy and ran.ended else "failed"


def _check(probe: Probe, host: LocalHost, ran: Ran, replies: bytes, at: Places) -> Check:
    became = outcome(host, ran, host.nonce.encode() in replies)
    remedy = {"captured": "", **REMEDIES, **probe.remedies}[became]
    # Past the proxy, what it complains of is our host's certificate, which tells the user nothing.
    telling = became in ("not trusted", "failed")
    found = f"{became}: {ran.complaint[:200]}" if telling else became
    return Check("runtime", probe.subject, _level(became, probe.needy), found, filled_in(remedy, at))


def filled_in(remedy: str, at: Places) -> str:
    """The advice with this installation's files in it."""
    return remedy.format(bundle=at.client_bundle, certificate=at.authority_certificate)


def _level(became: Outcome, needy: bool) -> Level:
    if became == "captured":
        return "ok"
    return "warning" if needy and became != "not stored" else "failure"
