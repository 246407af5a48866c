"""Teams: who spends what, how it develops, and how it stands with the month's budget."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.access import may_set_budgets
from dashboard.budgets import BudgetProblem, Budgets, Spending, outlooks, read_budgets, write_budgets
from dashboard.data import Result, here, now, rows
from dashboard.figures import money, show_head, show_table
from dashboard.filters import MONTH, Filters
from dashboard.notices import show_nothing_here
from dashboard.numbers import known
from dashboard.sidebar import chosen

OWNERS = {"team": "Teams", "app": "Apps", "user": "Users"}
PACE = "7 days"
SPENDING: dict[str, Any] = {
    "name": st.column_config.TextColumn("name", pinned=True, width=140),
    "cost_usd": "spend (USD)",
    "unpriced": st.column_config.NumberColumn(
        "cost unknown", format="localized", help="Calls of unknown cost: no sum has them."
    ),
    "trend": st.column_config.BarChartColumn(
        "spend a day", help="One bar a day, from the first to the last day shown."
    ),
    "echo_share": st.column_config.NumberColumn(
        "echo share", format="percent", help="Input that had been sent before, as a share of all input."
    ),
    "avoidable_usd": "avoidable (USD)",
    "history_usd": "smaller history (USD)",
    "cache_hit_share": st.column_config.NumberColumn("cache hits", format="percent"),
    "exact_share": st.column_config.NumberColumn(
        "counted exactly", format="percent", help="The share of the resent tokens that is exact; the rest is estimated."
    ),
    "calls": st.column_config.NumberColumn("calls", format="localized"),
    "input_tokens": st.column_config.NumberColumn("input tokens", format="compact"),
    "output_tokens": st.column_config.NumberColumn("output tokens", format="compact"),
}
BUDGETS: dict[str, Any] = {
    "name": st.column_config.TextColumn("name", width=140),
    "budget_usd": st.column_config.NumberColumn("budget a month (USD)", format="dollar", min_value=0.0),
    "spent_usd": st.column_config.NumberColumn("this month so far (USD)", format="dollar"),
    "used": st.column_config.ProgressColumn("used", format="percent", min_value=0.0, max_value=1.0),
    "forecast_usd": st.column_config.NumberColumn("forecast (USD)", format="dollar"),
    "state": st.column_config.TextColumn("state"),
}

READ_ONLY = [name for name in BUDGETS if name != "budget_usd"]


def show(filters: Filters) -> None:
    spending = rows("dashboard_owners", filters)
    owner = st.segmented_control("Who", list(OWNERS), default="team", key="owner", bind="query-params", required=True)
    if spending.rows.empty:
        show_nothing_here()
    else:
        mine = Result(spending.rows[spending.rows["dimension"] == owner], spending.sql)
        amounts = {name: money(SPENDING[name], mine.rows[name], about) for name, about in ABOUT_MONEY.items()}
        alt = f"A table of spending by {owner}: {len(mine.rows)} rows, the most expensive first."
        show_table(mine, SPENDING | amounts, title=OWNERS[owner], alt=alt, name=f"by-{owner}", help=ABOUT_SPENDING)
    _budgets(owner)


def _budgets(owner: str) -> None:
    month, lately = rows("dashboard_spent", Filters(MONTH)), rows("dashboard_spent", Filters(PACE))
    head = st.container()
    try:
        budgets = read_budgets(here().database.parent)
    except BudgetProblem as problem:
        st.error("The budgets cannot be read.", icon=":material/savings:")
        st.text(str(problem))
        return
    table = _table(owner, _spent(owner, month), _spent(owner, lately), budgets)
    with head:
        both = Result(table, f"{month.sql}\n{lately.sql}")
        show_head("Budgets of this month", both, f"budgets-{owner}", help=ABOUT_FORECAST)
    if table.empty:
        st.caption("Nothing was called this month, and no budget is set.")
        return
    editable = may_set_budgets()
    edited = st.data_editor(
        table,
        hide_index=True,
        width="stretch",
        column_config=BUDGETS,
        disabled=READ_ONLY if editable else list(BUDGETS),
        placeholder="–",
        key=f"budgets-{owner}",
        alt=f"A table of budgets by {owner}: budget, spending so far, forecast.",
    )
    st.caption("– is not set, or unknown.")
    if editable and st.button("Save budgets", disabled=_amounts(edited) == _amounts(table)):
        _save(owner, _amounts(edited), budgets)


def _table(owner: str, month: Spending, lately: Spending, budgets: Budgets) -> pd.DataFrame:
    """One row for everybody who has calls this month, or a budget; whatever the filters leave out."""
    began = pd.Timestamp(rows("dashboard_began").rows["first_hour"][0]).to_pydatetime()
    found = outlooks(owner, month, lately, budgets, now(), began)
    figures = {
        "budget_usd": [outlook.budget for outlook in found.values()],
        "spent_usd": [outlook.spent for outlook in found.values()],
        "used": [outlook.used for outlook in found.values()],
        "forecast_usd": [outlook.forecast for outlook in found.values()],
    }
    numbers = {name: pd.array(values, "Float64") for name, values in figures.items()}
    return pd.DataFrame({"name": list(found), **numbers, "state": [outlook.state for outlook in found.values()]})


def _spent(owner: str, found: Result) -> dict[str, float | None]:
    mine = found.rows[found.rows["dimension"] == owner]
    return {str(name): known(usd) for name, usd in zip(mine["name"], mine["cost_usd"], strict=True)}


def _amounts(table: pd.DataFrame) -> dict[str, float]:
    """The budgets that are set, by name."""
    amounts = ((str(name), known(usd)) for name, usd in zip(table["name"], table["budget_usd"], strict=True))
    return {name: usd for name, usd in amounts if usd is not None}


def _save(owner: str, amounts: Mapping[str, float], budgets: Budgets) -> None:
    others = {key: usd for key, usd in budgets.items() if key[0] != owner}
    mine = {(owner, name): usd for name, usd in amounts.items()}
    try:
        write_budgets(here().database.parent, others | mine)
    except BudgetProblem as problem:
        st.error("The budgets cannot be saved.", icon=":material/savings:")
        st.text(str(problem))
        return
    st.rerun()


ABOUT_SPENDING = (
    "Calls by whose they were, as the proxy's login, the `x-tokenecho-*` headers or the command line said. Sums leave "
    "out the calls of unknown cost."
)
ABOUT_MONEY = {
    "cost_usd": "What the calls cost, without those of unknown cost.",
    "avoidable_usd": "What findings would save, counted once where they speak of the same calls.",
    "history_usd": "What a smaller history would not have cost. It overlaps with the avoidable money.",
}
ABOUT_FORECAST = (
    "The calendar month in UTC, of all calls, whatever the filters. The forecast is what was spent so far, and the "
    "rest of the month at the pace of the last seven days. Budgets are in `budgets.toml` beside the database."
)

st.title("Teams", anchor=False)
show(chosen())
