"""What teams, apps and users may spend in a month, from `budgets.toml` beside the database, and what they will.

[team]
support = 500  # USD a month

[app]
"code agent" = 200
"""

import math
import os
import secrets
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from analytics.private import create_private

FILE = "budgets.toml"
DIMENSIONS = ("team", "app", "user")
HEAD = "# USD a month, by team, app and user. The dashboard's page of teams writes this file anew."
# A forecast goes on at the pace of the last week.
PACE_DAYS = 7

# USD by (dimension, name).
type Budgets = Mapping[tuple[str, str], float]
# USD by name; None is unknown.
type Spending = Mapping[str, float | None]


class BudgetProblem(Exception):
    """The file cannot be read or written; the message says why."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A month's spending so far and by its end, in USD, and the budget; None where unknown or not set."""

    spent: float | None
    forecast: float | None
    budget: float | None

    @property
    def used(self) -> float | None:
        """The spent share of the budget."""
        return None if self.spent is None or not self.budget else self.spent / self.budget

    @property
    def state(self) -> str:
        """How it stands with the budget, in words."""
        if self.budget is None:
            return "no budget"
        if self.spent is None:
            return "unknown"
        if self.spent > self.budget:
            return "over budget"
        return "will be over" if self.forecast is not None and self.forecast > self.budget else "within"


def read_budgets(folder: Path) -> dict[tuple[str, str], float]:
    """The budgets in this folder's file; none where there is no file. Raises BudgetProblem."""
    path = folder / FILE
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BudgetProblem(f"{path}: {error}") from error
    found = {}
    for dimension, amounts in given.items():
        if dimension not in DIMENSIONS or not isinstance(amounts, dict):
            raise BudgetProblem(f"{path}: {dimension!r} is none of the tables {', '.join(DIMENSIONS)}.")
        for name, amount in amounts.items():
            found[dimension, name] = _checked(path, dimension, name, amount)
    return found


def write_budgets(folder: Path, budgets: Budgets) -> None:
    """Replace the file as a whole, for its owner only. Raises BudgetProblem."""
    path, fresh = folder / FILE, folder / f".{FILE}.{secrets.token_hex(4)}"
    parts = [HEAD]
    for dimension in DIMENSIONS:
        lines = [
            f"{_quoted(name)} = {amount!r}" for (kind, name), amount in sorted(budgets.items()) if kind == dimension
        ]
        parts += [f"\n[{dimension}]", *lines] if lines else []
    try:
        create_private(fresh)
        fresh.write_text("\n".join(parts) + "\n", "utf-8")
        os.replace(fresh, path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise BudgetProblem(f"{path}: {error.strerror}.") from error


def outlooks(
    owner: str, month: Spending, week: Spending, budgets: Budgets, now: datetime, first_hour: datetime
) -> dict[str, Outlook]:
    """How everybody stands who has calls this month or a budget. `owner` is one of `DIMENSIONS`, `now` is UTC.

    `month` is what they spent in this month, `week` in the last `PACE_DAYS` days; `first_hour` is when capture began.
    """
    days = min(float(PACE_DAYS), max((now - first_hour).total_seconds() / 86_400, 1.0))
    names = [*month, *(name for kind, name in budgets if kind == owner and name not in month)]
    return {
        name: _outlook(month.get(name, 0.0), week.get(name, 0.0), days, days_left(now), budgets.get((owner, name)))
        for name in names
    }


def _outlook(spent: float | None, lately: float | None, days: float, left: float, budget: float | None) -> Outlook:
    """The rest of the month goes on at the pace of the last days."""
    return Outlook(spent, None if spent is None else spent + (lately or 0.0) / days * left, budget)


def days_left(now: datetime) -> float:
    """From now to the end of the month (UTC)."""
    year, month = (now.year + 1, 1) if now.month == 12 else (now.year, now.month + 1)
    return (datetime(year, month, 1) - now).total_seconds() / 86_400


def _checked(path: Path, dimension: str, name: str, amount: object) -> float:
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not math.isfinite(amount) or amount < 0:
        raise BudgetProblem(f"{path}: [{dimension}] {name!r} is no amount of USD: {amount!r}.")
    return float(amount)


def _quoted(name: str) -> str:
    """As a key in TOML, whatever is in it. https://toml.io/en/v1.0.0#string"""
    return '"' + "".join(_escaped(mark) for mark in name) + '"'


def _escaped(mark: str) -> str:
    if mark in '"\\':
        return "\\" + mark
    return f"\\u{ord(mark):04X}" if ord(mark) < 0x20 or ord(mark) == 0x7F else mark
