"""Chats with a prompt cache: where they ask for it, what changes from call to call, and what was read of it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from benchmarks.scenarios.call import Call, Tokens, user

# Rules that an app sends with every call, some 4,000 tokens of them.
RULES = "A cart that leaves the depot is entered in the ledger of its year, with its driver and its load. " * 165
STEP = 128

# A call of somebody else, long after the others: nothing of theirs is in any cache by then.
LONG_AFTER = Call("openai.chat", 90_000.0, (user("Hello."),))


def size(call: Call) -> int:
    """The tokens that the request has."""
    return replace(call, usage=None).tokens.input


def billed(calls: Iterable[Call], read: str, ttl: str = "") -> tuple[Call, ...]:
    """The calls as a cache bills them; `read` has a letter for each.

    `n`othing is read, the `i`nstructions, or `a`ll that the call before had sent. With a `ttl` the rest is written at
    that lifetime; without one the cache reads in steps and bills no writes.
    """
    made: list[Call] = []
    for call, letter in zip(calls, read, strict=True):
        found = {"n": 0, "i": size(replace(call, said=())), "a": size(made[-1]) if made else 0}[letter]
        found = found if ttl else found // STEP * STEP
        writes = {f"write_{ttl}": size(call) - found} if ttl else {}
        made.append(replace(call, usage=Tokens(size(call), read=found, **writes)))
    return tuple(made)


def marked(calls: Iterable[Call], ttl: str = "5m") -> tuple[Call, ...]:
    """With marks behind the instructions and behind the latest message; these move along."""
    return tuple(
        replace(call, system_mark=ttl, said=(*call.said[:-1], replace(call.said[-1], mark=ttl))) for call in calls
    )


def varied(calls: Iterable[Call], **fields: Callable[[int], Any]) -> tuple[Call, ...]:
    """With fields that depend on the number of the call."""
    return tuple(replace(call, **{name: of(turn) for name, of in fields.items()}) for turn, call in enumerate(calls))


def paused(calls: Iterable[Call], seconds: float, *before: int) -> tuple[Call, ...]:
    """With a pause before the calls of these numbers."""
    return tuple(
        replace(call, at=call.at + seconds * sum(turn >= number for number in before))
        for turn, call in enumerate(calls)
    )
