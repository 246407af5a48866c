"""The calls of a conversation that read less from the cache than they could have, each with one cause."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analytics.caching.call import Call, Miss, Outcome
from analytics.caching.prompt import Prefix, Prompt
from analytics.findings.cache_doubt import LEAST_SHARE, LEAST_TOKENS, read_of
from analytics.findings.cache_words import Cause, Word, word_of
from analytics.findings.turn import Turn

# A history that was cut or replaced by a summary, and a question that was asked otherwise, were meant so.
MEANT = frozenset({"truncate", "compact", "fork"})
# Instructions of which less than this is the same are others: a side call's, another agent's.
ALIKE = 0.5
# Instructions in one block, in which a date changed, weigh about the same.
SAME_SIZE = 0.1


@dataclass(frozen=True, slots=True)
class Shortfall:
    """`tokens` had been sent before and were not read: `read` were, and `eligible` could have been.

    `miss` is the simulation's reason, `word` what the provider itself said.
    """

    turn: Turn
    cause: Cause
    tokens: int
    eligible: int
    read: int
    miss: Miss | None = None
    word: Word | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The turns and the calls of a conversation by id, and what the caching rules make of each call."""

    turns: Mapping[str, Turn]
    calls: Mapping[str, Call]
    outcomes: Mapping[str, Outcome]


def shortfalls(known: Known, calls: Sequence[Call]) -> Iterator[Shortfall]:
    """In the order of the calls. A call has one cause: what the provider says comes before what is inferred."""
    for call in calls:
        found = _shortfall(known, call)
        if found and found.tokens >= max(LEAST_TOKENS, LEAST_SHARE * found.eligible):
            yield found


def _shortfall(known: Known, call: Call) -> Shortfall | None:
    turn, outcome = known.turns[call.call_id], known.outcomes[call.call_id]
    read = read_of(turn, call.rule)
    if read is None or not turn.well:
        return None
    miss, word = outcome.miss, word_of(turn)
    inferred = _cause(known, call, miss) if miss else "unexplained"
    cause = word.which(inferred) if word else inferred
    if cause is None or cause == "other":
        return None
    if word and word.tokens is not None:
        return Shortfall(turn, cause, word.tokens, read + word.tokens, read, miss, word)
    if miss is None:
        return Shortfall(turn, cause, outcome.read - read, outcome.read, read, None, word)
    eligible = _eligible(known, turn, miss, outcome)
    return Shortfall(turn, cause, min(miss.tokens, eligible - read), eligible, read, miss, word)


def _eligible(known: Known, turn: Turn, miss: Miss, outcome: Outcome) -> int:
    """What could have been read: of a prompt that broke all that its parent had sent."""
    earlier = known.turns.get(miss.earlier_id or "") if miss.reason == "broken" else None
    if earlier is None:
        return outcome.reusable
    return min(earlier.input_tokens or 0, turn.input_tokens or 0)


def _cause(known: Known, call: Call, miss: Miss) -> Cause | None:
    match miss.reason:
        case "unmarked" | "lookback":
            return _unmarked(known, call)
        case "parameter" | "other_key":
            return "settings"
        case "other_model":
            return "model"
        case "expired":
            return "expired" if miss.ttl_s is not None else None
        case "broken":
            return _broken(known, call)
    return None


def _unmarked(known: Known, call: Call) -> Cause | None:
    """Marks behind a change are lost with it. Where a provider's own units end is not in the client's hands."""
    if not call.rule.explicit:
        return None
    parent = known.calls.get(call.parent_id or "")
    shared = call.prompt.shared(parent.prompt).depth if parent and parent.marks else 0
    lost = parent and any(mark.position > shared for mark in parent.marks)
    return _broken(known, call) if lost else "unmarked"


def _broken(known: Known, call: Call) -> Cause | None:
    parent = known.calls.get(call.parent_id or "")
    relation = known.turns[call.call_id].relation
    if parent is None or relation in MEANT:
        return None
    own, before = call.prompt, parent.prompt
    if own.preamble is not before.preamble:
        return "preamble" if alike(own.preamble, before.preamble) else None
    edited = relation == "edit" and own.history.depth >= before.history.depth
    return "messages" if edited and _edited(own, before) else None


def alike(own: Prefix, before: Prefix) -> bool:
    """Whether most of two preambles is the same, or they are about as heavy (one block, in which a word changed)."""
    heavier = max(own.weight, before.weight)
    if not heavier:
        return False
    weights = dict(weighed(before))
    shared = sum(tokens for block, tokens in weighed(own) if block in weights)
    return shared >= ALIKE * heavier or abs(own.weight - before.weight) <= SAME_SIZE * heavier


def _edited(own: Prompt, before: Prompt) -> bool:
    """Whether blocks were replaced in their places, and most of them stayed."""
    old = list(weighed(before.history))
    new = list(weighed(own.history))[: len(old)]
    return sum(one == other for one, other in zip(old, new, strict=True)) >= ALIKE * len(old)


def weighed(prefix: Prefix) -> Iterator[tuple[bytes, int]]:
    """The blocks of a preamble or history with their weights, in their order."""
    nodes = []
    node: Prefix | None = prefix
    while node and node.parent:
        nodes.append((node.digest, node.weight - node.parent.weight))
        node = node.parent
    return reversed(nodes)
