"""History was sent again.

What happens: the API keeps nothing between calls, so every call of this conversation sent what had been sent before:
tools, instructions, earlier messages, the model's own replies. You were billed for it each time, at the cache's price
where it was read from the prompt cache and at the full price where it was not.

What to do: nothing about it by itself; this is how these APIs work. It shows what there is to gain from the three
levers: have it read from the prompt cache, keep the history at the provider, or send less of it. The other findings
say which of them apply here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.findings.case import Case
from analytics.findings.hit import Hit
from analytics.findings.money import total, usd

# Fewer tokens than this are not worth a line.
LEAST_TOKENS = 2_000


@dataclass(frozen=True, slots=True)
class Resent:
    """`calls` sent something again, of `of_calls`; the tokens of those whose usage is known."""

    calls: int
    of_calls: int
    resent_tokens: int
    echoed_tokens: int
    input_tokens: int
    cache_read_tokens: int
    share: float
    exact_share: float
    unknown_calls: int


def select(case: Case) -> Iterator[Hit]:
    known = [turn for turn in case.turns if turn.resent_tokens is not None and turn.echoed_tokens is not None]
    again = [turn for turn in known if (turn.resent_tokens or 0) + (turn.echoed_tokens or 0)]
    resent, echoed = (sum(getattr(turn, f"{part}_tokens") for turn in again) for part in ("resent", "echoed"))
    if resent + echoed < LEAST_TOKENS:
        return
    asked = sum(turn.input_tokens or 0 for turn in known)
    exact = sum(turn.resent_tokens or 0 for turn in again if turn.token_basis == "exact")  # noqa: S105  # no secret
    paid = total(value for turn in again for value in (turn.resent_usd, turn.echoed_usd))
    evidence = Resent(
        calls=len(again),
        of_calls=len(case.turns),
        resent_tokens=resent,
        echoed_tokens=echoed,
        input_tokens=asked,
        cache_read_tokens=sum(turn.cache_read_tokens or 0 for turn in known),
        share=(resent + echoed) / asked,
        exact_share=exact / resent if resent else 1.0,
        unknown_calls=len(case.turns) - len(known),
    )
    yield Hit(
        exchange_id=again[-1].exchange_id,
        severity="info",
        confidence="certain",
        evidence=evidence,
        advice=f"{evidence.share:.0%} of the input had been sent before, for {usd(paid)}.",
        tokens=resent + echoed,
        bytes=sum(turn.resent_bytes + turn.echoed_bytes for turn in again),
        paid_usd=paid,
    )
