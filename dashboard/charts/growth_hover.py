"""What the growth chart says of a bar: every figure of the call, and which of them are estimates."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from dashboard.numbers import UNKNOWN, compact, known
from dashboard.plain_text import in_chart
from dashboard.stacks import BANDS

type Row = Mapping[str, object]

RELATIONS = {
    "append": "goes on from the call before",
    "retry": "retry: the same request again",
    "fork": "fork: goes on from an earlier call",
    "edit": "edit: an earlier message was changed",
    "truncate": "truncation: the oldest messages were dropped",
    "compact": "compaction: earlier messages were replaced by fewer",
    "state": "continues server-side state",
    "ambiguous": "parent ambiguous: what was sent before is unknown",
    "new": "the first call",
}
MONEY = {"remembered": "remembered_usd", "echoed": "echoed_usd", "new": "new_usd"}
EXACT, ESTIMATED = "exact", " ≈"


def call_text(row: Row) -> str:
    """All figures of one call; `≈` marks what was counted by us and not by the provider."""
    lines = [*_head(row), "", *_input(row), *_classes(row), "", *_rest(row)]
    return "<br>".join(lines)


def group_text(row: Row) -> str:
    """The means of a bar of several calls."""
    lines = [f"<b>Calls {row['first']} to {row['last']}</b>, on average:"]
    lines += [f"input {_tokens(row['input_tokens'])}", *_bands(row)]
    lines += [f"read from cache {_tokens(row['cache_read_tokens'])}", f"output {_tokens(row['output_tokens'])}"]
    return "<br>".join([*lines, f"cost {_usd(row['cost_usd'])}", "Narrow the range for single calls."])


def _head(row: Row) -> Iterator[str]:
    started = row["started_at"]
    at = f"{started:%Y-%m-%d %H:%M:%S} UTC" if isinstance(started, datetime) else UNKNOWN
    yield f"<b>Turn {row['turn']}</b> · {at} · {_name(row['model'])}"
    yield RELATIONS.get(str(row["relation"]), in_chart(row["relation"]))
    if isinstance(row["error_code"], str) or (known(row["status"]) or 0) >= 400:
        yield f"failed: {_name(row['error_code'])}, status {_number(row['status'])}"


def _input(row: Row) -> Iterator[str]:
    yield f"<b>input {_tokens(row['input_tokens'])}</b>"
    if known(row["resent_tokens"]) is None:
        yield "not divided: what was sent before is unknown"
        return
    rough = "" if row["token_basis"] == EXACT else ESTIMATED
    yield f"sent again {_tokens(row['resent_tokens'])}{rough}, cost {_usd(row['resent_usd'])}"
    yield from _bands(row)


def _bands(row: Row) -> Iterator[str]:
    """The bands that there are. How what was sent again is divided is always an estimate."""
    for band, name in BANDS.items():
        tokens = known(row[band])
        if not tokens or band == "undivided":
            continue
        indent = " – " if band in ("tools", "system", "history") else ""
        money = f", cost {_usd(row[MONEY[band]])}" if MONEY.get(band) in row else ""
        yield f"{indent}{name} {_tokens(tokens)}{_roughly(band, row)}{money}"


def _roughly(band: str, row: Row) -> str:
    """The mark of an estimate; means of several calls have none of their own."""
    if band in ("tools", "system", "history"):
        return ESTIMATED
    bases = {row.get("token_basis"), *((row.get("echo_basis"),) if band in ("echoed", "new") else ())}
    return ESTIMATED if "estimated" in bases else ""


def _classes(row: Row) -> Iterator[str]:
    yield f"read from cache {_tokens(row['cache_read_tokens'])}, written {_tokens(row['cache_write_tokens'])}"


def _rest(row: Row) -> Iterator[str]:
    reasoning = known(row["reasoning_tokens"])
    thought = f", {_tokens(reasoning)} of it reasoning" if reasoning else ""
    yield f"<b>output {_tokens(row['output_tokens'])}</b>{thought}, cost {_usd(row['output_usd'])}"
    yield f"<b>cost {_usd(row['cost_usd'])}</b>"
    window, tokens = known(row["context_window"]), known(row["input_tokens"])
    yield f"context window {f'{tokens / window:.1%} full' if window and tokens is not None else UNKNOWN}"
    yield f"stopped by {_name(row['stop_reason'])}"
    yield f"first byte {_seconds(row['ttft_ms'], 1e-3)}, took {_seconds(row['duration_ms'], 1e-3)}"
    yield f"idle before {_seconds(row['idle_seconds'], 1.0)}"


def _tokens(value: object) -> str:
    number = known(value)
    return UNKNOWN if number is None else f"{number:,.0f}"


def _number(value: object) -> str:
    number = known(value)
    return UNKNOWN if number is None else f"{number:.0f}"


def _usd(value: object) -> str:
    number = known(value)
    return UNKNOWN if number is None else f"${number:,.5f}"


def _seconds(value: object, unit: float) -> str:
    number = known(value)
    return (
        UNKNOWN
        if number is None
        else f"{compact(round(number * unit, 1)) if number * unit >= 1000 else f'{number * unit:.1f}'} s"
    )


def _name(value: object) -> str:
    return in_chart(value) if isinstance(value, str) and value else UNKNOWN
