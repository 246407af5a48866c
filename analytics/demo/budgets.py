"""Budgets for the demo: one that is spent, one that will be, and one that is large enough, whatever day it is today."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from analytics.private import create_private
from analytics.store.database import sql

FILE = "budgets.toml"
# Of what each team has spent this month, those that spent most first. The others have no budget.
SHARES = (0.8, 1.05, 5.0)


def fitting_budgets(connection: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """USD a month by team; empty where nothing was spent this month."""
    month = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    spent = connection.execute(sql("demo_spending"), {"since": month}).fetchall()
    return {team: float(f"{usd * share:.2g}") for (team, usd), share in zip(spent, SHARES, strict=False)}


def write_budgets(folder: Path, budgets: dict[str, float]) -> None:
    """The file that the dashboard reads. The names are the sample's own and need no quoting."""
    create_private(folder / FILE)
    lines = ["[team]", *(f"{team} = {usd}" for team, usd in budgets.items())]
    (folder / FILE).write_text("\n".join(lines) + "\n", "utf-8")
