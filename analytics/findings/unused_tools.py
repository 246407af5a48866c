"""Tools were described on every call and never used.

What happens: the definitions of all tools go out with every call and are billed as input every time, at the cache's
price where they are cached. Some of them were not called once in the whole conversation. Fewer than eight calls tell
nothing about that, and less than a twentieth of the input is not worth a line.

What to do: send the tools that the task needs. Choose the set before the conversation begins and keep it: changing it
in the middle breaks the prompt cache. Where there are many, let the model search for tools, or give sub-agents their
own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.findings.case import Case
from analytics.findings.hit import Hit
from analytics.findings.money import total, usd
from analytics.findings.stretch import stretch_usd
from analytics.findings.turn import Turn

# So many calls, or one cannot tell; so many tokens on each and so much of all input, or it is not worth a line.
LEAST_CALLS, SURE_CALLS = 8, 20
LEAST_TOKENS = 300
LEAST_SHARE = 0.05
MOST_NAMES = 40


@dataclass(frozen=True, slots=True)
class Unused:
    """`tokens_per_call` is an estimate: the definitions' weights, scaled to what the provider reported."""

    tools: int
    unused: int
    used_names: list[str]
    unused_names: list[str]
    calls: int
    tokens_per_call: int
    last_exchange_id: str


@dataclass(frozen=True, slots=True)
class Definitions:
    """The tools of a preamble: name and weight of each that has a name of the user's own."""

    weights: dict[str, int]
    whole: int


def select(case: Case) -> Iterator[Hit]:
    turns = [turn for turn in case.turns if turn.tools_tokens and turn.well]
    if len(turns) < LEAST_CALLS or not all(turn.readable for turn in case.turns):
        return
    kinds = {turn.preamble_hash: _definitions(case, turn) for turn in {t.preamble_hash: t for t in turns}.values()}
    used = _used(case)
    unused = {name for found in kinds.values() for name in found.weights} - used
    shortest = {turn.preamble_hash: turn for turn in sorted(turns, key=lambda turn: -(turn.input_tokens or 0))}
    tokens = [_tokens(shortest[turn.preamble_hash], kinds[turn.preamble_hash], unused) for turn in turns]
    if max(tokens) < LEAST_TOKENS or sum(tokens) < LEAST_SHARE * sum(turn.input_tokens or 0 for turn in turns):
        return
    yield _hit(turns, tokens, unused, {name for found in kinds.values() for name in found.weights} & used)


def _definitions(case: Case, turn: Turn) -> Definitions:
    pieces = case.archive.pieces(blocks := case.archive.preamble(turn))
    defined = [pieces[block] for block in blocks if block in pieces and pieces[block].kind == "tools"]
    named = {piece.name: piece.tokens for piece in defined if piece.name}
    return Definitions(named, sum(piece.tokens for piece in defined))


def _used(case: Case) -> set[str]:
    """The names of all tools that were called, in replies and in histories."""
    histories = (case.archive.history(leaf) for leaf in case.leaves)
    replies = (case.archive.reply(turn) for turn in case.turns)
    blocks = {block for found in (*histories, *replies) for block in found}
    pieces = case.archive.pieces(blocks).values()
    return {piece.name for piece in pieces if piece.kind == "tool_call" and piece.name}


def _tokens(turn: Turn, tools: Definitions, unused: set[str]) -> int:
    """What the unused definitions came to in this call, and in all others with the same tools.

    The less else is in a call, the less is estimated along with them.
    """
    weight = sum(weight for name, weight in tools.weights.items() if name in unused)
    return round((turn.tools_tokens or 0) * weight / tools.whole) if tools.whole else 0


def _hit(turns: list[Turn], tokens: list[int], unused: set[str], used: set[str]) -> Hit:
    # Tools stand at the front, where the cache is read first.
    money = total(stretch_usd(turn, 0, count) for turn, count in zip(turns, tokens, strict=True))
    evidence = Unused(
        tools=len(unused) + len(used),
        unused=len(unused),
        used_names=sorted(used)[:MOST_NAMES],
        unused_names=sorted(unused)[:MOST_NAMES],
        calls=len(turns),
        tokens_per_call=max(tokens),
        last_exchange_id=turns[-1].exchange_id,
    )
    return Hit(
        exchange_id=turns[0].exchange_id,
        severity="medium" if sum(tokens) >= 0.2 * sum(turn.input_tokens or 0 for turn in turns) else "low",
        # A tool that was not needed so far may be needed yet; where none is called, they may be called in other ways.
        confidence="likely" if used and len(turns) >= SURE_CALLS else "possible",
        evidence=evidence,
        advice=f"{evidence.unused} of {evidence.tools} tools were never called in {evidence.calls} calls: about "
        f"{evidence.tokens_per_call:,} tokens a call, {usd(money)} in all.",
        tokens=sum(tokens),
        usd=money,
        paid_usd=money,
    )
