"""The history was sent although the provider keeps it.

What happens: the request names the conversation that the provider keeps, and sends its messages once more. The model
reads them twice, and they are billed twice: once restored, once as new input. What was sent twice stays in the kept
conversation, and is billed again on every later turn.

What to do: send only what is new beside the id (the user's message, the results of tools), or send the whole history
without an id. Not both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analytics.findings.case import Case
from analytics.findings.hit import Hit
from analytics.findings.money import by_money, total, usd
from analytics.findings.statefulness import Chain, chains
from analytics.findings.stretch import stretch_usd
from analytics.findings.turn import Turn

# Less than this is a message said twice.
LEAST_TOKENS = 100
# How far our count of what was sent twice may be from the provider's.
SLACK = 1.25
MOST_IDS = 20


@dataclass(frozen=True, slots=True)
class Doubled:
    """`calls` sent `doubled_blocks` blocks (`doubled_bytes`) beside an id that holds them.

    `doubled_tokens` are those the provider billed twice in these calls by its own counts: what the input grew by over
    the call before, less that one's reply and what was new. `carried_tokens` are the same tokens on later turns of the
    chain. None where the provider reports no counts, or leaves the restored history out of them.
    `example_input_tokens` and `example_parent_tokens` are the counts of the last of these calls and of its parent.
    """

    calls: int
    of_calls: int
    exchange_ids: tuple[str, ...]
    state: str
    doubled_blocks: int
    doubled_bytes: int
    doubled_tokens: int | None
    carried_tokens: int | None
    example_input_tokens: int | None
    example_parent_tokens: int | None
    example_parent_output_tokens: int | None


@dataclass(frozen=True, slots=True)
class Twice:
    """One such call. `tokens` is what was billed twice, None where that is unknown, `fresh` what came behind it."""

    turn: Turn
    parent: Turn
    blocks: int
    bytes: int
    fresh: int
    tokens: int | None


def select(case: Case) -> Iterator[Hit]:
    found: list[Twice] = []
    carried: dict[str, int] = {}
    later = 0
    costs: list[float | None] = []
    for turn, parent, chain in chains(case):
        twice = _twice(case, turn, parent, chain)
        own, old = (twice.tokens or 0) if twice else 0, carried.get(parent.exchange_id, 0)
        if twice:
            found.append(twice)
        if turn.well:
            carried[turn.exchange_id] = own + old
            later += old
            costs.append(_cost(turn, own, twice.fresh if twice else 0, old))
    if found:
        yield _hit(case, found, later, total(costs))


def _twice(case: Case, turn: Turn, parent: Turn, chain: Chain) -> Twice | None:
    if not turn.well or not (turn.echoed_bytes or turn.resent_bytes > turn.resent_preamble_bytes):
        return None
    history = case.archive.history(turn)
    held = chain.among(history, turn.exchange_id)
    pieces = case.archive.pieces(history)
    weight = sum(pieces[block].tokens for block in held if block in pieces)
    if weight < LEAST_TOKENS:
        return None
    there = {*held}
    fresh = sum(pieces[block].tokens for block in history if block in pieces and block not in there)
    size = sum(pieces[block].bytes for block in held if block in pieces)
    if turn.input_tokens is None or not parent.input_tokens:
        return Twice(turn, parent, len(held), size, fresh, None)
    reply = (parent.output_tokens or 0) - (parent.reasoning_tokens or 0)
    grown = turn.input_tokens - parent.input_tokens - reply - fresh
    if grown < weight / SLACK / 2:  # by the provider's count it was read once
        return None
    if turn.input_tokens < 2 * weight / SLACK:  # the restored history is left out of the count
        return Twice(turn, parent, len(held), size, fresh, None)
    return Twice(turn, parent, len(held), size, fresh, min(grown, round(weight * SLACK)))


def _cost(turn: Turn, own: int, fresh: int, old: int) -> float | None:
    """What the doubled tokens cost in this call: those sent now, before what is new, and those restored from before."""
    now = stretch_usd(turn, (turn.input_tokens or 0) - fresh - own, own) if own else 0.0
    return total((now, _share(old, turn.remembered_tokens or 0, turn.remembered_usd)))


def _share(part: int, whole: int, paid: float | None) -> float | None:
    if not part:
        return 0.0
    return None if paid is None or not whole else paid * part / whole


def _hit(case: Case, found: Sequence[Twice], later: int, cost: float | None) -> Hit:
    known = all(twice.tokens is not None for twice in found)
    doubled = sum(twice.tokens or 0 for twice in found) if known else None
    last = found[-1]
    evidence = Doubled(
        calls=len(found),
        of_calls=len(case.turns),
        exchange_ids=tuple(twice.turn.exchange_id for twice in found[-MOST_IDS:]),
        state=(last.turn.state_ref or "").partition(":")[0],
        doubled_blocks=sum(twice.blocks for twice in found),
        doubled_bytes=sum(twice.bytes for twice in found),
        doubled_tokens=doubled,
        carried_tokens=later if known else None,
        example_input_tokens=last.turn.input_tokens,
        example_parent_tokens=last.parent.input_tokens,
        example_parent_output_tokens=last.parent.output_tokens,
    )
    wasted = cost if known else None
    return Hit(
        exchange_id=last.turn.exchange_id,
        severity=by_money(wasted),
        # By the provider's own count nothing else explains the growth; without a count it may have seen to it itself.
        confidence="certain" if known else "likely",
        evidence=evidence,
        advice=_advice(evidence, wasted),
        tokens=None if doubled is None else doubled + later,
        bytes=evidence.doubled_bytes,
        usd=wasted,
        paid_usd=wasted,
    )


def _advice(found: Doubled, cost: float | None) -> str:
    said = f"{found.calls} calls sent messages beside `{found.state}`, which holds them already. Send only what is new."
    if found.doubled_tokens is None:
        return f"{said} What the provider billed for it is unknown."
    again = f", and {found.carried_tokens:,} again on later turns" if found.carried_tokens else ""
    return f"{said} {found.doubled_tokens:,} tokens were billed twice{again}: {usd(cost)}."
