"""The Pythons: the user's and tokenecho's own, with the HTTP libraries that each has."""

import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

import orjson

from analytics.doctor.check import Check
from analytics.doctor.probes import BODY, Outcome, Probe, run

LIBRARIES = ("requests", "httpx", "httpx2", "aiohttp")
# What the report calls missing: the others come with these.
EXPECTED = ("requests", "httpx", "aiohttp")
COMMANDS = ("python3", "python")
OWN = "tokenecho's own python"
AIOHTTP = (
    "aiohttp reads proxy variables only with trust_env=True: aiohttp.ClientSession(trust_env=True). "
    "Clients built on it have an option that hands it on."
)
TRUST = "It should read SSL_CERT_FILE or REQUESTS_CA_BUNDLE, which `tokenecho run` sets: name {bundle} in its settings."


@dataclass(frozen=True, slots=True)
class Python:
    """One interpreter: what the user calls it, how to start it, and which libraries (name to version) it has."""

    name: str
    command: str
    version: str
    prefix: str
    libraries: Mapping[str, str]


def python_probes() -> tuple[list[Probe], list[Check]]:
    """A probe for each library of each Python, and a note where the user's has none of the usual ones."""
    pythons = _pythons()
    probes = [probe for python in pythons for probe in _probes(python)]
    return probes, [check for python in pythons for check in _missing(python)]


def _pythons() -> list[Python]:
    """Each environment once, under the first name that leads to it."""
    on_path = [(command, path) for command in COMMANDS if (path := shutil.which(command))]
    asked = (_about(name, command) for name, command in (*on_path, (OWN, sys.executable)))
    found: dict[str, Python] = {}
    for python in asked:
        if python:
            found.setdefault(python.prefix, python)
    return list(found.values())


def _about(name: str, command: str) -> Python | None:
    """What that interpreter says of itself; None where it is no Python 3.6 or later."""
    ran = run((command, _program("python_about.py"), *LIBRARIES))
    try:
        about = orjson.loads(ran.output)
    except orjson.JSONDecodeError:
        return None
    return Python(name, command, about["version"], about["prefix"], about["libraries"])


def _probes(python: Python) -> Iterator[Probe]:
    yield _probe(python, "urllib", "urllib")
    for library, version in python.libraries.items():
        named = f"{library} {version}".strip()
        if library != "aiohttp":
            yield _probe(python, library, named)
            continue
        yield _probe(python, "aiohttp", named, {"not routed": AIOHTTP}, needy=True)
        yield _probe(python, "aiohttp trust_env=True", f"{named} with trust_env=True")


def _probe(
    python: Python, call: str, subject: str, remedies: Mapping[Outcome, str] | None = None, needy: bool = False
) -> Probe:
    command = (python.command, _program("python_call.py"), call, BODY)
    return Probe(
        f"{python.name} {python.version}: {subject}", command, {"not trusted": TRUST, **(remedies or {})}, needy
    )


def _missing(python: Python) -> list[Check]:
    missing = [name for name in EXPECTED if name not in python.libraries]
    if python.name == OWN or not missing:
        return []
    advice = "Activate the environment of your app and run `tokenecho doctor` there to test its libraries."
    subject, found = f"{python.name} {python.version}", f"not installed there: {', '.join(missing)}"
    return [Check("runtime", subject, "note", found, advice)]


def _program(name: str) -> str:
    return str(files("analytics").joinpath("doctor", "programs", name))
