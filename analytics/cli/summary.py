"""The five lines that end `tokenecho run`."""

import click

from analytics.cli.numbers import count, dollars
from analytics.launch.places import Places
from analytics.spool import Spool
from analytics.store.database import Database, DatabaseMissing, sql


def print_summary(at: Places, capture_id: str) -> None:
    """What this run captured, on stderr: stdout belongs to the command that ran."""
    for line in summary(at, capture_id):
        click.echo(line, err=True)


def summary(at: Places, capture_id: str) -> list[str]:
    """Calls, tokens, cost, share of echo, and where the data is."""
    try:
        with Database(at.database).reading() as connection:
            result = connection.execute(sql("capture_summary"), [capture_id])
            names = [column[0] for column in result.description]
            found = dict(zip(names, result.fetchone() or (), strict=True))
    except DatabaseMissing:
        found = {}
    calls = found.get("calls") or 0
    return [
        f"tokenecho  {_calls(calls, found, _missed(at))}",
        f"  tokens   {_tokens(found)}",
        f"  cost     {_cost(calls, found)}",
        f"  echo     {_echo(found)}",
        f"  data     {at.database}",
    ]


def _calls(calls: int, found: dict[str, int], missed: int) -> str:
    notes = [f"{count(found[name])} {name}" for name in ("failed", "incomplete", "unread") if found.get(name)]
    notes += [f"{count(missed)} not stored (see `tokenecho doctor`)"] if missed else []
    return f"{count(calls)} call{'' if calls == 1 else 's'}{f' ({", ".join(notes)})' if notes else ''}"


def _missed(at: Places) -> int:
    """Exchanges of today that were not stored, and those still waiting or set aside."""
    spool = Spool(at.spool)
    missed = sum(number for _, _, number in spool.losses()) + len(spool.set_aside_errors()) + spool.waiting()
    spool.close()
    return missed


def _tokens(found: dict[str, int]) -> str:
    if found.get("input_tokens") is None and found.get("output_tokens") is None:
        return "none reported"
    cached = f" ({count(found['cache_read_tokens'])} from cache)" if found.get("cache_read_tokens") else ""
    silent = f"; {count(found['unmetered'])} calls without usage" if found.get("unmetered") else ""
    return f"{count(found['input_tokens'])} in{cached}, {count(found['output_tokens'])} out{silent}"


def _echo(found: dict[str, float]) -> str:
    if not found.get("calls"):
        return "none"
    if found.get("echo_share") is None:
        return "unknown"
    price = f", which cost {dollars(found['echo_usd'])}" if found.get("echo_usd") is not None else ""
    return f"{found['echo_share']:.1%} of the input, {count(found['echo_tokens'])} tokens sent before{price}"


def _cost(calls: int, found: dict[str, float]) -> str:
    unpriced = int(found.get("unpriced") or 0)
    if found.get("cost_usd") is None:
        return "unknown" if unpriced else "none"
    return dollars(found["cost_usd"]) + (f", and unknown for {unpriced} of {calls} calls" if unpriced else "")
