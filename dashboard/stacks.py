"""A call's input as a stack of bands that sum to `input_tokens`. Pure.

| band | tokens |
|---|---|
| `remembered` | `remembered_tokens` |
| `tools`, `system` | tool definitions and instructions that were sent again: `tools_tokens − new_tools_tokens`, … |
| `history` | the rest of `resent_tokens` |
| `echoed`, `new` | `echoed_tokens`, `new_tokens`; tools and instructions that are sent for the first time are new |
| `undivided` | the whole input of a call whose parts are unknown |

So `tools + system + history = resent_tokens`, as exact as that is; the line between the three is always an estimate
(docs/ledgers.md). The order is that of the prompt, from its front: what was read from a cache is the lower end.
"""

from math import nan

import pandas as pd

BANDS = {
    "remembered": "remembered, not sent",
    "tools": "tools, resent",
    "system": "instructions, resent",
    "history": "history, resent",
    "echoed": "echoed replies",
    "new": "new",
    "undivided": "not divided",
}
# As many bars can be told apart on a wide screen.
MOST_BARS = 240
MEANS = (*BANDS, "input_tokens", "output_tokens", "cache_read_tokens", "cost_usd")


def stacked(calls: pd.DataFrame) -> pd.DataFrame:
    """The calls, one a row, with their bands; NULL in all of them where the provider reported no input."""
    numbers = {name: floats(calls[name]) for name in _COLUMNS}
    known = numbers["resent_tokens"].notna()
    tools = (numbers["tools_tokens"] - numbers["new_tools_tokens"]).fillna(0)
    system = (numbers["system_tokens"] - numbers["new_system_tokens"]).fillna(0)
    bands = {
        "remembered": numbers["remembered_tokens"],
        "tools": tools,
        "system": system,
        "history": numbers["resent_tokens"] - tools - system,
        "echoed": numbers["echoed_tokens"],
        "new": numbers["new_tokens"],
    }
    bands = {name: band.where(known, 0.0) for name, band in bands.items()}
    bands["undivided"] = numbers["input_tokens"].where(~known, 0.0)
    reported = numbers["input_tokens"].notna()
    return calls.assign(**{name: band.where(reported) for name, band in bands.items()})


def floats(column: pd.Series) -> pd.Series:
    """The column's numbers, NaN where they are unknown."""
    return pd.Series(pd.to_numeric(column).to_numpy(dtype=float, na_value=nan), index=column.index)


def condensed(stack: pd.DataFrame, most: int = MOST_BARS) -> pd.DataFrame:
    """At most so many rows: each is the mean of `calls` consecutive calls, from position `first` to `last`.

    Means are over the calls where the figure is known; so are those of the bands, which sum to the mean input.
    """
    size = -(-len(stack) // most) if len(stack) else 1
    group = pd.RangeIndex(len(stack)) // size
    means: pd.DataFrame = stack[list(MEANS)].apply(floats).groupby(group).mean()
    at = stack["position"].reset_index(drop=True).groupby(group)
    return means.assign(first=at.min(), last=at.max(), calls=at.count())


_COLUMNS = (
    "input_tokens",
    "resent_tokens",
    "echoed_tokens",
    "new_tokens",
    "remembered_tokens",
    "tools_tokens",
    "system_tokens",
    "new_tools_tokens",
    "new_system_tokens",
)
