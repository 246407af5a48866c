"""Two network namespaces joined by a cable: `app`, where the sidecar's rules apply, and `far`, the provider's side."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

TOOLS = ("ip", "iptables", "ip6tables", "setpriv")
FAR_ADDRESSES = ("10.203.0.2", "fd00:203::2")
_APP_ADDRESSES = ("10.203.0.1", "fd00:203::1")
_LENGTHS = (24, 64)


@dataclass(frozen=True, slots=True)
class Pair:
    """The names of the two namespaces."""

    app: str
    far: str


def missing() -> str | None:
    """What keeps this machine from making namespaces with redirect rules, if anything does."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "not root"
    absent = [tool for tool in TOOLS if not shutil.which(tool)]
    return f"not installed: {', '.join(absent)}" if absent else _refusal()


def _refusal() -> str | None:
    """The words with which this kernel or sandbox refuses a namespace or a rule in it."""
    name = f"te-try-{secrets.token_hex(3)}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if made.returncode:
        return f"no network namespaces: {made.stderr.strip()}"
    try:
        for command in ("iptables", "ip6tables"):
            rule = [command, "-t", "nat", "-A", "OUTPUT", "-p", "tcp", "-m", "owner", "--uid-owner", "1"]
            tried = subprocess.run(inside(name, [*rule, "-j", "REDIRECT"]), capture_output=True, text=True, check=False)
            if tried.returncode:
                return f"no redirect rules: {tried.stderr.strip()}"
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)
    return None


def inside(namespace: str, command: list[str]) -> list[str]:
    """That command, run in that namespace."""
    return ["ip", "netns", "exec", namespace, *command]


@contextmanager
def pair() -> Iterator[Pair]:
    """Both namespaces, up and reachable from each other; gone afterwards."""
    token = secrets.token_hex(3)
    made = Pair(f"te-app-{token}", f"te-far-{token}")
    with ExitStack() as stack:
        for name in (made.app, made.far):
            _ip("netns", "add", name)
            stack.callback(_ip, "netns", "delete", name)
        _ip("link", "add", "cable", "netns", made.app, "type", "veth", "peer", "name", "cable", "netns", made.far)
        _raise_ends(made)
        yield made


def _raise_ends(made: Pair) -> None:
    for name, addresses in ((made.app, _APP_ADDRESSES), (made.far, FAR_ADDRESSES)):
        for address, length in zip(addresses, _LENGTHS, strict=True):
            # nodad: an IPv6 address is otherwise not usable for its first second.
            extra = ("nodad",) if ":" in address else ()
            _ip("-n", name, "address", "add", f"{address}/{length}", "dev", "cable", *extra)
        for device in ("lo", "cable"):
            _ip("-n", name, "link", "set", device, "up")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
