"""A hit: one place where a finding holds, with its evidence and what is at stake."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from analytics.findings.case import Case

type Severity = Literal["high", "medium", "low", "info"]
type Confidence = Literal["certain", "likely", "possible"]
# What would help: prompt caching, server-side state, a smaller history, or calls that go right. Money of findings with
# the lever `history` overlaps with that of the others (a cached token can be left out, too); the others add up.
type Lever = Literal["caching", "state", "history", "calls"]
# Fields of an evidence that quote what was said: shown only to those who may read messages.
QUOTING = frozenset({"quote", "quotes", "diff"})


@dataclass(frozen=True, slots=True)
class Hit:
    """What a finding's `select` yields.

    `evidence` is the finding's own frozen row: exchange ids and figures, in types that JSON knows. `tokens` (billed
    input tokens) and `bytes` (on the wire) are what it is about, and `paid_usd` what was paid for those tokens. `usd`
    is the part of it that another way of calling would not have cost, net of what that way costs itself; None where
    that is unknown or nothing is claimed. `advice` is a sentence or two for this very case. `key` tells hits of one
    finding at the same exchange apart.
    """

    exchange_id: str
    severity: Severity
    confidence: Confidence
    evidence: "DataclassInstance"
    advice: str
    tokens: int | None = None
    bytes: int | None = None
    usd: float | None = None
    paid_usd: float | None = None
    key: str = ""


def never(case: "Case") -> datetime | None:
    """No later time at which the case is to be looked at again."""
    return None


def nothing(case: "Case") -> Iterable[bytes]:
    """No texts to be looked up ahead."""
    return ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One of the findings. `text` is what the user reads: *What happens* and *What to do*.

    `reads` names blocks whose texts `select` will ask for, so that those of all cases are looked up together. `due`
    tells from when on the case may look different though nothing is added to it (a cache expires).
    """

    name: str
    lever: Lever
    text: str
    select: Callable[["Case"], Iterator[Hit]]
    due: Callable[["Case"], datetime | None] = never
    reads: Callable[["Case"], Iterable[bytes]] = nothing
