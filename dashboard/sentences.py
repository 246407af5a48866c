"""What a conversation's figures say, in sentences: for those who do not see the chart, and beside it. Pure."""

from collections import Counter

import pandas as pd

from dashboard.charts.growth import MARKS, failures
from dashboard.numbers import compact, share
from dashboard.plain_text import one_line
from dashboard.stacks import floats
from dashboard.trends import Trend, trend

# From these on the history is another one: growth before them says nothing of the growth since.
CUTS = ("truncate", "compact")


def growth_sentence(calls: pd.DataFrame) -> str:
    """What the growth chart shows."""
    tokens = floats(calls["input_tokens"])
    known = tokens.dropna()
    if known.empty:
        return f"Input of {len(calls):,} calls: the provider reported no token counts."
    said = f"Input of {len(calls):,} calls, from {known.iloc[0]:,.0f} to {known.iloc[-1]:,.0f} tokens"
    split = floats(calls["resent_tokens"]).notna() & tokens.notna()
    if split.any():
        again = (floats(calls["resent_tokens"]) + floats(calls["echoed_tokens"]))[split].sum()
        said += f"; {share(again / tokens[split].sum())} of it had been sent before or was the model's own reply"
    read = floats(calls["cache_read_tokens"])
    if read.notna().any():
        said += f"; {share(read.sum() / tokens[read.notna()].sum())} was read from a cache"
    marks = _marks(calls)
    return f"{said}.{f' Marked: {marks}.' if marks else ''}"


def _marks(calls: pd.DataFrame) -> str:
    counts = Counter(relation for relation in calls["relation"] if relation in MARKS)
    counts["failed"] = sum(failures(calls))
    return ", ".join(f"{count:,} × {MARKS[kind][0]}" for kind, count in counts.items() if count)


def fitted(calls: pd.DataFrame) -> Trend | None:
    """The trend of a line's input since its history was last cut: of every turn the last call that succeeded."""
    cut = [at for at, relation in enumerate(calls["relation"]) if relation in CUTS]
    rest = calls.iloc[cut[-1] :] if cut else calls
    tokens = floats(rest["input_tokens"])
    good = rest[tokens.notna() & ~pd.Series(failures(rest), index=rest.index)].drop_duplicates("turn", keep="last")
    windows = floats(calls["context_window"]).dropna()
    window = float(windows.iloc[-1]) if len(windows) else None
    return trend([int(turn) for turn in good["turn"]], list(floats(good["input_tokens"])), window)


def trend_sentence(calls: pd.DataFrame, found: Trend | None) -> str:
    """How fast the input grows, and when it no longer fits."""
    if found is None:
        return "Growth per turn: unknown (it takes three turns with known input since the history was last cut)."
    if found.slope <= 0:
        return f"Growth per turn: none over the last {found.points:,} turns, so the context window is not in danger."
    said = f"Growth: **{compact(found.slope)} tokens per turn** (least squares over {found.points:,} turns, "
    said += f"r² {found.fit:.2f})."
    windows = floats(calls["context_window"]).dropna()
    if windows.empty:
        return f"{said} When the context window is full is unknown: no list states the window of this model."
    window = float(windows.iloc[-1])
    if found.full_at is None:
        return said
    last = int(calls["turn"].max())
    return (
        f"{said} At this rate the input alone exceeds the context window of {window:,.0f} tokens at "
        f"**turn {found.full_at:,}**, {found.full_at - last:,} from here."
    )


def endings(calls: pd.DataFrame) -> list[tuple[str, int]]:
    """Why the calls stopped, the most frequent first: the provider's words, an error's code, or that it is unknown."""
    failed = failures(calls)
    words = [
        f"failed: {code if isinstance(code, str) else 'no code'}" if bad else reason if isinstance(reason, str) else ""
        for bad, code, reason in zip(failed, calls["error_code"], calls["stop_reason"], strict=True)
    ]
    ended = [
        word or ("unknown" if complete else "cut off") for word, complete in zip(words, calls["complete"], strict=True)
    ]
    return [(one_line(word, 60), count) for word, count in Counter(ended).most_common()]
