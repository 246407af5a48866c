"""Mutes: findings that a team has decided not to hear of for an app, each with its reason, in `mutes.toml`.

The file lies beside the database, and people may edit it:

    [[mute]]
    finding = "unused_tools"
    app = "shop"          # every app, where it is left out
    reason = "The tools come from the framework."
    since = "2026-11-21"
"""

import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from analytics.private import owner_only

NAMES = ("finding", "app", "reason", "since")


class MutesError(Exception):
    """The file cannot be read or written; the message names it, the place and the remedy."""


@dataclass(frozen=True, slots=True)
class Mute:
    """One decision. `app` None is every app; `since` is the day it was made, as YYYY-MM-DD."""

    finding: str
    app: str | None
    reason: str
    since: str

    def covers(self, finding: str, app: object) -> bool:
        """Whether a finding of an app's calls is muted by it."""
        return self.finding == finding and self.app in (None, app)


def muted_by(mutes: Sequence[Mute], finding: str, app: object) -> Mute | None:
    """The mute that covers the finding, None where none does."""
    return next((mute for mute in mutes if mute.covers(finding, app)), None)


def load_mutes(path: Path) -> list[Mute]:
    """The mutes of the file; none where it is not there. Raises MutesError."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise MutesError(f"{path}: cannot be read: {error}.") from error
    try:
        entries = tomllib.loads(text).get("mute", [])
    except tomllib.TOMLDecodeError as error:
        raise MutesError(f"{path}: no TOML: {error}.") from error
    if not isinstance(entries, list):
        raise MutesError(f"{path}: `mute` must be a list of tables; begin each with [[mute]].")
    return [_mute(path, number, entry) for number, entry in enumerate(entries, 1)]


def save_mutes(path: Path, mutes: Sequence[Mute]) -> None:
    """Write the file anew, all of it or nothing. Raises MutesError."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        with owner_only():
            fresh.write_text("\n".join(map(_table, mutes)), "utf-8")
            fresh.replace(path)
    except OSError as error:
        raise MutesError(f"{path}: cannot be written: {error.strerror}.") from error


def _mute(path: Path, number: int, entry: object) -> Mute:
    where = f"{path}: mute {number}"
    if not isinstance(entry, dict):
        raise MutesError(f"{where} is no table; begin it with [[mute]].")
    unknown = sorted(entry.keys() - set(NAMES))
    if unknown:
        raise MutesError(f"{where}: there is no field {unknown[0]!r}; there are {', '.join(NAMES)}.")
    for name in ("finding", "reason"):
        if not isinstance(entry.get(name), str) or not entry[name]:
            raise MutesError(f"{where}: {name} is missing; give it as a text.")
    app = entry.get("app")
    if app is not None and not isinstance(app, str):
        raise MutesError(f"{where}: app must be a text; leave it out for every app.")
    return Mute(entry["finding"], app, entry["reason"], str(entry.get("since", "")))


def _table(mute: Mute) -> str:
    values = {name: value for name, value in asdict(mute).items() if value}
    # A JSON string is a TOML string too, but for one character. https://toml.io/en/v1.0.0#string
    lines = [
        f"{name} = {orjson.dumps(value).decode().replace(chr(127), chr(92) + 'u007f')}"
        for name, value in values.items()
    ]
    return "\n".join(["[[mute]]", *lines, ""])
