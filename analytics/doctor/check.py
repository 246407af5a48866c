"""A check: one line of what the doctor found."""

from dataclasses import dataclass
from typing import Literal

type Level = Literal["ok", "note", "warning", "failure"]


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, what was found, and what to do about it.

    `note`: a fact that is neither good nor bad. `warning`: something to set, or to know. `failure`: calls are not
    captured that should be; only this makes the doctor's exit code 1.
    """

    area: str
    subject: str
    level: Level
    found: str
    remedy: str = ""
