"""The billed ledger of one call: its reported input tokens as resent, echoed, new and remembered. Pure.

docs/ledgers.md has the rules for users. In short: what the parent's whole request came to is the parent's own reported
count, exactly; where that does not hold, token counts of the blocks, scaled to the reported total, divide it.
"""

from dataclasses import dataclass, replace
from typing import Literal

from analytics.ledger.apportionment import apportioned
from analytics.ledger.composition import KINDS, NO_COUNTS, PREAMBLE, Counts

type Basis = Literal["exact", "reported", "estimated"]

THINKING, TOOL_RESULT = KINDS.index("thinking"), KINDS.index("tool_result")
# Kinds whose counts are of texts alone, without rules of thumb for images and seals.
TEXTS = [KINDS.index(kind) for kind in ("user", "assistant", "tool_call")]
# Tokenizers differ by less than this; a growth that is smaller still means that something was dropped on the way.
PLAUSIBLE_FACTOR, PLAUSIBLE_TOKENS = 3, 200
# Counted tokens over the reported ones, in percent, from which it is clear that thinking was sent and not read.
UNREAD_PERCENT = 110
# A state that may have been empty when it was named: a conversation is made before its first call.
MAYBE_EMPTY = frozenset({"conversation"})
# What a chat's framing adds to the tokens of its texts, at most; more than that was not sent.
FRAMING_FACTOR, FRAMING_TOKENS = 2, 100


@dataclass(frozen=True, slots=True)
class Metered:
    """What the provider reported of one call.

    `prompt_tokens` is what the request itself came to: less than `input_tokens` where a loop over server tools read it
    several times, None where the server changed what it read (compaction, cleared results) or nothing was reported.
    `looped` is such a loop of which the provider does not say what the request itself came to. `state` is the kind of
    the server-side state that the request names. `reply` counts the reply by kind.
    """

    input_tokens: int | None = None
    prompt_tokens: int | None = None
    cache_read_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    model: str | None = None
    state: str | None = None
    looped: bool = False
    reply: Counts = NO_COUNTS

    @property
    def preloaded(self) -> int:
        """The tokens of content that was stored beforehand and is named in the request (Gemini's `cachedContent`)."""
        return (self.cache_read_tokens or 0) if self.state == "cachedContent" else 0

    @property
    def stateful(self) -> bool:
        """Whether the provider restores earlier turns that are not in the request."""
        return self.state is not None and (self.state != "cachedContent" or self.cache_read_tokens is None)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request's blocks by what they are to the parent, as counts by kind.

    `whole`: the parent's whole request is in it. `replied`: so is the parent's whole reply, but for its thinking.
    """

    resent: Counts = NO_COUNTS
    echoed: Counts = NO_COUNTS
    new: Counts = NO_COUNTS
    whole: bool = False
    replied: bool = False

    @property
    def weights(self) -> tuple[int, int, int]:
        """The tokens of the three parts, as counted."""
        return sum(self.resent), sum(self.echoed), sum(self.new)


@dataclass(frozen=True, slots=True)
class Bill:
    """The four parts of the reported input, which they sum to; all None where that or the request is unknown.

    `token_basis` is of the line between what was sent before and the rest; `echo_basis` of that between echoed and new:
    `exact`, `reported` (by the parent's reported output) or `estimated` (by counted texts).
    """

    resent: int | None = None
    echoed: int | None = None
    new: int | None = None
    remembered: int | None = None
    token_basis: Basis | None = None
    echo_basis: Basis | None = None


UNKNOWN = Bill()


def billed(call: Metered, parent: Metered | None, sent: Sent) -> Bill:
    """The call's input, divided. `parent` is the call it continues, None where there is none."""
    total = call.input_tokens
    unseen = not any(sent.weights) and not call.stateful  # a request that was cut off, or is kept at the provider
    if total is None or total < 0 or (total and unseen):
        return UNKNOWN
    prompt = total if call.prompt_tokens is None else max(0, min(total, call.prompt_tokens))
    # What a loop over server tools read again was sent once: the rest came from the server.
    reread = total - prompt
    if call.looped:
        bill = _with_fetched(prompt, _anchor(call, parent, sent), sent)
    elif call.stateful:
        bill = _from_state(prompt, call.state in MAYBE_EMPTY, parent, sent)
    else:
        preloaded = min(prompt, max(0, call.preloaded))
        bill = _divided(prompt - preloaded, _anchor(call, parent, sent), parent, sent)
        bill = replace(bill, remembered=preloaded)
    return replace(bill, remembered=(bill.remembered or 0) + reread)


def _anchor(call: Metered, parent: Metered | None, sent: Sent) -> int | None:
    """The parent's own count of its request, where this request holds the whole of it and the same model counted."""
    if parent is None or not sent.whole or call.prompt_tokens is None or parent.prompt_tokens is None:
        return None
    if call.model is None or call.model != parent.model or call.stateful or parent.stateful or parent.looped:
        return None
    anchor = parent.prompt_tokens - parent.preloaded
    return anchor if _plausible(call.prompt_tokens - call.preloaded - anchor, sent) else None


def _plausible(growth: int, sent: Sent) -> bool:
    """Whether the input grew as much as the texts that were added: providers drop old thinking from what they read."""
    added = sum(sent.echoed[kind] + sent.new[kind] for kind in TEXTS)
    return growth > 0 and growth * PLAUSIBLE_FACTOR + PLAUSIBLE_TOKENS >= added


def _divided(total: int, anchor: int | None, parent: Metered | None, sent: Sent) -> Bill:
    """The input of a stateless request."""
    weights = resent, echoed, new = sent.weights
    if sent.whole and not echoed and not new:
        return Bill(total, 0, 0, 0, "exact", "exact")
    if anchor is not None and 0 < anchor <= total:
        echoed, new, basis = _rest(total - anchor, parent, sent)
        return Bill(anchor, echoed, new, 0, "exact", basis)
    if not resent:
        echoed, new, basis = _rest(total, parent, sent)
        return Bill(0, echoed, new, 0, "exact", basis)
    if not echoed and not new:
        return Bill(total, 0, 0, 0, "exact", "exact")
    resent, echoed, new = apportioned(total, weights)
    return Bill(resent, echoed, new, 0, "estimated", "estimated" if echoed and new else "exact")


def _rest(rest: int, parent: Metered | None, sent: Sent) -> tuple[int, int, Basis]:
    """What comes on top of the parent's request: the parent's reply, what follows it, and how they were told apart."""
    _, echoed, new = sent.weights
    if not echoed or not new:
        return (rest, 0, "exact") if echoed else (0, rest, "exact")
    reply = _reply_tokens(parent, sent) if parent else None
    if reply is not None and 0 < reply < rest:
        return reply, rest - reply, "reported"
    echoed, new = apportioned(rest, (echoed, new))
    return echoed, new, "estimated"


def _reply_tokens(parent: Metered, sent: Sent) -> int | None:
    """The reported tokens of what was echoed of the parent's reply; None where it cannot be told.

    Output includes reasoning, which is usually not sent back; it does not include what server tools fetched.
    """
    if not sent.replied or parent.output_tokens is None or parent.reply[TOOL_RESULT]:
        return None
    if sent.echoed[THINKING]:
        return parent.output_tokens
    if parent.reasoning_tokens is not None:
        return parent.output_tokens - parent.reasoning_tokens
    return None if parent.reply[THINKING] else parent.output_tokens


def _from_state(total: int, maybe_empty: bool, parent: Metered | None, sent: Sent) -> Bill:
    """The input of a request that names server-side state: what was sent is counted, the rest was remembered."""
    known = parent.prompt_tokens if parent and not any(sent.resent[PREAMBLE:]) else None
    weights = _capped(total, known, sent.weights)
    counted = sum(weights)
    empty = maybe_empty and parent is None and total <= FRAMING_FACTOR * counted + FRAMING_TOKENS
    if counted >= total or empty:
        resent, echoed, new = apportioned(total, weights)
        return Bill(resent, echoed, new, 0, "estimated", "estimated")
    resent, echoed, new = weights
    basis: Basis = "estimated" if counted else "exact"
    return Bill(resent, echoed, new, total - counted, basis, basis)


def _with_fetched(total: int, anchor: int | None, sent: Sent) -> Bill:
    """The input of a call whose server tools fetched more to read: what was not sent was not new on the wire."""
    resent, echoed, new = sent.weights
    resent = anchor or resent
    fetched = total - resent - echoed - new
    if fetched < 0:
        resent, echoed, new = apportioned(total, sent.weights)
        return Bill(resent, echoed, new, 0, "estimated", "estimated")
    return Bill(resent, echoed, new, fetched, "exact" if anchor else "estimated", "estimated")


def as_read(call: Metered, sent: Sent) -> Sent:
    """What was sent, without the thinking where it cannot have been read: providers skip that of earlier turns.

    https://platform.claude.com/docs/en/build-with-claude/extended-thinking,
    https://developers.openai.com/api/docs/guides/reasoning
    """
    counted, thinking = sum(sent.weights), sum(part[THINKING] for part in (sent.resent, sent.echoed, sent.new))
    if call.input_tokens is None or counted * 100 <= call.input_tokens * UNREAD_PERCENT or thinking in (0, counted):
        return sent
    return replace(sent, resent=_unthought(sent.resent), echoed=_unthought(sent.echoed), new=_unthought(sent.new))


def _unthought(counts: Counts) -> Counts:
    return tuple(0 if kind == THINKING else tokens for kind, tokens in enumerate(counts))


def _capped(total: int, known: int | None, weights: tuple[int, int, int]) -> tuple[int, int, int]:
    """No more is resent than the parent's whole input, and no more is new than the growth over it."""
    if known is None or known > total:
        return weights
    resent, echoed, new = weights
    echoed = min(echoed, total - known)
    return min(resent, known), echoed, min(new, total - known - echoed)
