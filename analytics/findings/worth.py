"""What findings are worth together, with money that two of them claim for the same tokens counted once. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import fsum

from analytics.findings.listing import Listed
from analytics.reporting import TOP, Row

# What claims money that overlaps with everybody else's: a token that a cache could have read can be left out, too.
OVERLAPPING = "history"
# So many of a kind are enough to name among those worth most.
MOST_OF_A_KIND = 3
# Says what went wrong, and not what it cost.
CLAIMLESS = frozenset({"invented_reply"})


@dataclass(frozen=True, slots=True)
class Worth:
    """The money of findings, in USD.

    `usd` is 0 where nothing that could claim money was found, and None where something was and its worth is unknown;
    `certain_usd` is the part of it whose confidence is certain. `unknown` findings of unknown worth are in no sum.
    `smaller_history_usd` is what a smaller history would save. It overlaps with `usd` and is not in it.
    """

    usd: float | None
    certain_usd: float
    unknown: int
    smaller_history_usd: float | None


@dataclass(frozen=True, slots=True)
class Digest:
    """What a report says of findings: their worth, their kinds, and the weightiest of those that do not only inform.

    `findings` are a few of each kind; `count` of them were found without those that are muted; `waiting` conversations
    are not examined yet.
    """

    avoidable: Worth
    kinds: list[Row]
    findings: list[Row]
    count: int
    muted: int
    waiting: int


def digest(found: Listed, most: int = TOP) -> Digest:
    """The gist of findings that are in the order of their weight."""
    telling = [row for row in found.findings if row["severity"] != "info" or unknown(row)]
    return Digest(
        worth(found.findings), kinds(telling), _mixed(telling)[:most], len(telling), found.muted, found.waiting
    )


def _mixed(findings: Iterable[Row]) -> list[Row]:
    """The first few of each kind, in their order."""
    seen: Counter[object] = Counter()
    found = []
    for row in findings:
        seen[row["finding"]] += 1
        if seen[row["finding"]] <= MOST_OF_A_KIND:
            found.append(row)
    return found


def worth(findings: Sequence[Row]) -> Worth:
    """What these findings are worth together."""
    added, doubtful = counted(findings), sum(map(unknown, findings))
    return Worth(
        usd=_sum(added) if added or not doubtful else None,
        certain_usd=_sum(row for row in added if row["confidence"] == "certain"),
        unknown=doubtful,
        smaller_history_usd=_known_sum([row for row in findings if row["lever"] == OVERLAPPING]),
    )


def unknown(row: Row) -> bool:
    """Whether a finding may be worth money, and nobody knows how much: not even what was paid is known.

    One about caching only informs where nothing is claimed, and where nothing is known, too.
    """
    claims = row["lever"] != OVERLAPPING and row["finding"] not in CLAIMLESS
    nothing = _usd(row) is None and row["paid_usd"] is None
    return claims and nothing and (row["severity"] != "info" or row["lever"] == "caching")


def counted(findings: Sequence[Row]) -> list[Row]:
    """The findings whose money adds up: no token is in two of them.

    Those of caching are priced on top of each other, and those of state are about different tokens. A call that was
    needless altogether (each finding about calls is by itself) may be among those that the others speak of: of such
    groups only the one counts that is worth most in its conversation.
    """
    sums: dict[object, dict[str, float]] = defaultdict(dict)
    for row in findings:
        if row["lever"] != OVERLAPPING and _usd(row) is not None:
            of = sums[row["conversation_id"]]
            of[_group(row)] = of.get(_group(row), 0.0) + (_usd(row) or 0.0)
    heaviest = {conversation: min(of, key=lambda name: (-of[name], name)) for conversation, of in sums.items()}
    return [row for row in findings if _usd(row) is not None and _group(row) == heaviest.get(row["conversation_id"])]


def kinds(findings: Iterable[Row]) -> list[Row]:
    """The kinds of findings, those worth most first.

    Each one's `usd` is its own: where they overlap, the sum is more than they are worth together.
    """
    named = sorted(findings, key=lambda row: str(row["finding"]))
    found = [_kind(name, list(rows)) for name, rows in groupby(named, key=lambda row: str(row["finding"]))]
    return sorted(found, key=lambda kind: (-_order(kind["usd"]), -_order(kind["tokens"]), str(kind["finding"])))


def _kind(name: str, found: Sequence[Row]) -> Row:
    largest = max(found, key=lambda row: _order(row["usd"]))
    tokens = [count for row in found if isinstance(count := row["tokens"], int)]
    return {
        "finding": name,
        "lever": largest["lever"],
        "times": len(found),
        "conversations": len({row["conversation_id"] for row in found}),
        "usd": _known_sum(found),
        "unknown": sum(map(unknown, found)),
        "tokens": sum(tokens) if tokens else None,
        "confidence": Counter(row["confidence"] for row in found).most_common(1)[0][0],
        **{f"{sure}_usd": _sum(row for row in found if row["confidence"] == sure) for sure in SURE},
        "advice": largest["advice"],
    }


SURE = ("certain", "likely", "possible")


def _group(row: Row) -> str:
    """What adds up with the same, and with nothing else."""
    return str(row["finding"] if row["lever"] == "calls" else row["lever"])


def _usd(row: Row) -> float | None:
    found = row["usd"]
    return found if isinstance(found, float) else None


def _sum(rows: Iterable[Row]) -> float:
    return fsum(_usd(row) or 0.0 for row in rows)


def _known_sum(rows: Sequence[Row]) -> float | None:
    """None where none of them is known."""
    return _sum(rows) if any(_usd(row) is not None for row in rows) else None


def _order(value: object) -> float:
    """What is unknown comes last."""
    return float(value) if isinstance(value, int | float) else -1.0
