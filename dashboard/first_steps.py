"""The kinds of findings worth most, each with its advice in full and the way to all of them."""

from typing import Any

import streamlit as st

from dashboard.data import Result
from dashboard.figures import show_head
from dashboard.found import LEVERS
from dashboard.numbers import UNKNOWN, dollars, known, size
from dashboard.plain_text import in_markdown, one_line

FINDINGS = "app_pages/findings.py"
LONGEST_ADVICE = 600
HELP = (
    "The kinds of findings worth most in this view, with the advice for the largest of each. Money of a smaller "
    "history overlaps with that of the others. Server-side state saves upload and time, and no tokens."
)


def show_first_steps(found: Result) -> None:
    """One box for each kind (rows of `dashboard_top_findings`), in their order."""
    show_head("What to do first", found, "top-findings", help=HELP)
    if found.rows.empty:
        st.caption("No findings in this view.")
    for step in found.rows.to_dict("records"):
        with st.container(border=True, gap="small"):
            st.markdown(headline(step))
            # Advice may quote names that were captured: they are text.
            st.text(one_line(str(step["advice"]), LONGEST_ADVICE))
            _link(str(step["finding"]), int(step["times"]))


def headline(step: dict[Any, Any]) -> str:
    """Name, worth, how often, how sure; in Markdown."""
    times, conversations = int(step["times"]), int(step["conversations"])
    where = f"{conversations:,} conversation{'s' if conversations > 1 else ''}"
    often = f"{times:,} time{'s' if times > 1 else ''} in {where}"
    told = [worth(step), LEVERS.get(step["lever"], ""), often, f"{step['confidence']}"]
    return f"**{in_markdown(step['finding'])}** · {' · '.join(part for part in told if part)}".replace("$", r"\$")


def worth(step: dict[Any, Any]) -> str:
    """What could be saved: money, with the findings whose worth is unknown; bytes, where money is not saved."""
    usd, paid, sent = known(step["usd"]), known(step["paid_usd"]), known(step["bytes"])
    if usd is None:
        return f"saving {UNKNOWN}" if paid is None else f"{dollars(paid)} paid for it"
    unpriced = int(step["unpriced"])
    rest = f" + {unpriced:,} of unknown worth" if unpriced else ""
    if usd:
        return f"{dollars(usd)} avoidable{rest}"
    return f"no money, {size(sent)} of upload{rest}" if sent else f"no money{rest}"


def _link(finding: str, times: int) -> None:
    st.page_link(
        FINDINGS,
        label=f"Show {'it' if times == 1 else f'all {times:,}'}",
        icon=":material/lightbulb:",
        query_params={"finding": finding},
    )
