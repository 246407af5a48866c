"""Findings: what could be better, those worth most first; a row tells all of one."""

from typing import Any

import streamlit as st

from analytics.findings.mutes import Mute
from analytics.findings.registry import FINDINGS
from dashboard.data import Result, rows
from dashboard.figures import money, show_table
from dashboard.found import LEVERS, MONEY_OF, show_finding
from dashboard.muting import mutes
from dashboard.notices import show_nothing_here
from dashboard.paging import asked_page, first_page, show_paging
from dashboard.sidebar import chosen

MOST = 50
CONFIDENCES = ("certain", "likely", "possible")
COLUMNS: dict[str, Any] = {
    "finding": st.column_config.TextColumn("finding", pinned=True),
    "usd": "avoidable (USD)",
    "tokens": st.column_config.NumberColumn("tokens", format="compact", help="Billed input tokens it is about."),
    "confidence": "confidence",
    "lever": st.column_config.TextColumn(
        "what helps", help="Money of a smaller history overlaps with that of the others, which add up."
    ),
    "app": "app",
    "model": "model",
    "advice": st.column_config.TextColumn("advice", width=420),
    "started_at": st.column_config.DatetimeColumn("time (UTC)", format="YYYY-MM-DD HH:mm"),
    "team": "team",
    "user_name": "user",
    "paid_usd": "paid for it (USD)",
    "bytes": st.column_config.NumberColumn("bytes", format="compact"),
    "severity": "severity",
    "finding_id": "id",
}


def main() -> None:
    """The filters, the page that is asked for, and the finding that was picked."""
    st.title("Findings", anchor=False)
    decided = mutes()
    asked = _asked()
    found = rows("dashboard_finding_page", chosen(), most=MOST, skipped=(asked_page() - 1) * MOST, **asked)
    if found.rows.empty and asked_page() > 1:
        _first_page()
        found = rows("dashboard_finding_page", chosen(), most=MOST, skipped=0, **asked)
    _say_what_waits()
    if found.rows.empty:
        _show_none(bool(asked["muted"]))
    else:
        _show_page(found, asked)
    _show_picked(decided)


def _asked() -> dict[str, Any]:
    """Which findings, from the widgets above the table."""
    names, levers, confidences = st.columns(3)
    chosen_names = names.multiselect(
        "Finding", [finding.name for finding in FINDINGS], key="finding", bind="query-params", on_change=_first_page,
        placeholder="All",
    )  # fmt: skip
    chosen_levers = levers.multiselect(
        "What helps", list(LEVERS), key="lever", format_func=LEVERS.__getitem__, bind="query-params",
        on_change=_first_page, placeholder="All",
    )  # fmt: skip
    chosen_confidences = confidences.multiselect(
        "Confidence", CONFIDENCES, key="confidence", bind="query-params", on_change=_first_page, placeholder="All"
    )
    muted = st.toggle("Those that are muted", key="muted", bind="query-params", on_change=_first_page)
    return {
        "names": tuple(chosen_names) or None,
        "levers": tuple(chosen_levers) or None,
        "confidences": tuple(chosen_confidences) or None,
        "muted": muted,
    }


def _first_page() -> None:
    """Another question begins at its first page, with nothing picked."""
    first_page()
    st.query_params.pop("found", None)


def _say_what_waits() -> None:
    waiting = int(rows("dashboard_unexamined").rows["conversations"].iloc[0])
    if waiting:
        st.caption(f"{waiting:,} conversations are not examined for findings yet.")


def _show_none(muted: bool) -> None:
    if muted:
        st.info("No finding in this view is muted.", icon=":material/notifications:")
    elif rows("dashboard_totals", chosen()).rows.empty:
        show_nothing_here()
    else:
        st.info("No findings in this view.", icon=":material/check:")


def _show_page(found: Result, asked: dict[str, Any]) -> None:
    """The table of these findings; a chosen row is told in full, and named in the URL."""
    result = rows("dashboard_finding_rows", ids=tuple(found.rows["finding_id"]))
    total, others = int(found.rows["findings"].iloc[0]), int(found.rows["others"].iloc[0])
    shown = Result(result.rows.assign(lever=result.rows["lever"].replace(LEVERS)), result.sql)
    picked = show_table(
        shown,
        COLUMNS
        | {
            "usd": money("avoidable (USD)", shown.rows["usd"], f"{MONEY_OF} Unknown, too, where none is claimed."),
            "paid_usd": money("paid for it (USD)", shown.rows["paid_usd"]),
        },
        title=f"{total:,} finding{'s' if total != 1 else ''}",
        alt=f"A table of {len(shown.rows):,} findings, those worth most first.",
        name="findings",
        height=min(420, 38 + 35 * len(shown.rows)),
        select=True,
    )
    st.caption(f"Tick a row to see why, and what to do.{_rest(others, asked['muted'])}")
    if total > MOST:
        show_paging(total, MOST)
    if picked is not None:
        st.query_params["found"] = str(shown.rows["finding_id"].iloc[picked])


def _rest(others: int, muted: bool) -> str:
    return "" if muted or not others else f" {others:,} more {'is' if others == 1 else 'are'} muted."


def _show_picked(decided: list[Mute]) -> None:
    asked = st.query_params.get("found")
    if asked:
        show_finding(asked, decided)


main()
