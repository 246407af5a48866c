"""The figures of a whole conversation, from its calls. Pure."""

import pandas as pd

from dashboard.numbers import compact, dollars, known, share
from dashboard.stacks import floats

SUMMED = ("input_tokens", "resent_tokens", "echoed_tokens", "cache_read_tokens", "output_tokens", "cost_usd")
EXACT = "exact"


def totals(calls: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Label, value and what it counts; `calls` are rows of `dashboard_conversation_turns`."""
    sums = {name: known(floats(calls[name]).sum(min_count=1)) for name in SUMMED}
    unpriced = int(floats(calls["cost_usd"]).isna().sum())
    assumed = "≈ " if calls["cost_reason"][floats(calls["cost_usd"]).notna()].notna().any() else ""
    cost = sums["cost_usd"]
    return [
        ("Input tokens", compact(sums["input_tokens"]), f"Of {len(calls):,} calls, as the provider reported them."),
        ("Sent before", *_echo(calls)),
        (
            "From cache",
            share(_share(calls, ("cache_read_tokens",))),
            "The share of the input that was read from a cache, over the calls that report it.",
        ),
        ("Output tokens", compact(sums["output_tokens"]), "As the provider reported them, with reasoning."),
        (
            "Cost" + (f", {unpriced:,} unknown" if unpriced and cost is not None else ""),
            dollars(cost) if cost is None else f"{assumed}{dollars(cost)}",
            "In USD, after the discounts of caches. A call of unknown cost adds nothing."
            + (" ≈ marks a price that stands on an assumption." if assumed else ""),
        ),
    ]


def _echo(calls: pd.DataFrame) -> tuple[str, str]:
    """The share that had been sent before, marked where it is not exact throughout, and what it counts."""
    found = _share(calls, ("resent_tokens", "echoed_tokens"))
    split = floats(calls["resent_tokens"]).notna()
    rough = int(((calls["token_basis"] != EXACT) | (calls["echo_basis"] == "estimated"))[split].sum())
    about = "The share of the input that was sent again or was the model's own reply, where that is known."
    if found is not None and rough:
        return f"≈ {share(found)}", f"{about} Of {rough:,} of {int(split.sum()):,} calls it is an estimate."
    return share(found), about


def _share(calls: pd.DataFrame, parts: tuple[str, ...]) -> float | None:
    """These tokens as a share of the input of the calls in which they are known."""
    numbers = [floats(calls[name]) for name in parts]
    told = numbers[0].notna()
    whole = known(floats(calls["input_tokens"])[told].sum())
    part = known(sum(number[told].sum() for number in numbers))
    return part / whole if part is not None and whole else None
