"""One finding in full: what it is about, why it is so, what to do, and where."""

from typing import Any

import orjson
import pandas as pd
import streamlit as st

from analytics.findings.evidence import facts, quotes
from analytics.findings.fixes import SDKS, fixes
from analytics.findings.listing import exchange_ids
from analytics.findings.mutes import Mute
from analytics.findings.registry import FINDINGS
from dashboard import access
from dashboard.data import Result, rows
from dashboard.figures import money, show_table, tokens
from dashboard.messages import show_text
from dashboard.muting import show_mute
from dashboard.numbers import compact, dollars, known, size
from dashboard.plain_text import in_markdown, visible

CONVERSATION = "app_pages/conversation.py"
TEXTS = {finding.name: finding.text for finding in FINDINGS}
# What helps, in a word or two.
LEVERS = {"caching": "prompt caching", "state": "server-side state", "history": "a smaller history", "calls": "calls"}
MONEY_OF = "What another way of calling would not have cost, net of what that way costs itself."


def show_finding(finding_id: str, decided: list[Mute]) -> None:
    """The finding with this id: figures, advice, evidence, code, the turns, and whether it is muted."""
    found = rows("dashboard_finding_rows", ids=(finding_id,)).rows
    if found.empty:
        st.warning("This finding is no longer there: its conversation was examined again since.")
        return
    finding = {name: value for name, value in found.to_dict("records")[0].items() if not _missing(value)}
    with st.container(border=True):
        st.subheader(str(finding["finding"]), anchor=False)
        st.caption(_whose(finding))
        st.text(visible(str(finding["advice"])))
        _show_figures(finding)
        _show_text(str(finding["finding"]))
        _show_code(finding)
        read = rows("dashboard_finding_evidence", finding_id=finding_id)
        evidence = orjson.loads(str(read.rows["evidence"].iloc[0]))
        _show_evidence(evidence, read.sql)
        _show_turns(finding, evidence)
        show_mute(str(finding["finding"]), finding.get("app"), decided)


def _missing(value: object) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or value != value


def _whose(finding: dict[Any, Any]) -> str:
    named = [finding.get(name) for name in ("app", "team", "user_name", "client", "provider", "model")]
    told = " · ".join(in_markdown(name) for name in named if name)
    return f"{finding['severity']} · {finding['confidence']} · {told} · {finding['started_at']:%Y-%m-%d %H:%M} UTC"


def _show_figures(finding: dict[Any, Any]) -> None:
    figures = [
        ("Avoidable", dollars(known(finding.get("usd"))), f"{MONEY_OF} Unknown, too, where none is claimed."),
        ("Paid for it", dollars(known(finding.get("paid_usd"))), "What these tokens cost, after the cache's discount."),
        ("Tokens", compact(known(finding.get("tokens"))), "Billed input tokens that it is about."),
    ]
    sent = known(finding.get("bytes"))
    if sent is not None:  # many are not about bytes
        figures.append(("On the wire", size(sent), "Bytes sent."))
    for column, (label, value, about) in zip(st.columns(4)[: len(figures)], figures, strict=True):
        column.metric(label, value, help=about)


def _show_text(name: str) -> None:
    """*What happens* and *What to do*, which are our own words."""
    for paragraph in TEXTS.get(name, "").split("\n\n")[1:]:
        title, _, text = paragraph.partition(": ")
        said = " ".join(text.split())
        st.markdown(f"**{title}.** {said[:1].upper()}{said[1:]}")


def _show_code(finding: dict[Any, Any]) -> None:
    """The change of code for the SDK that made the call, or for those that its API's users have."""
    found = fixes(str(finding["finding"]), finding.get("client"), str(finding["api"]))
    if not found:
        return
    for tab, fix in zip(st.tabs([SDKS[fix.sdk] for fix in found]), found, strict=True):
        with tab:
            st.code(fix.code, language="python" if fix.sdk.endswith("python") else "typescript", wrap_lines=True)
            if fix.note:
                st.caption(fix.note.replace("$", r"\$"))


def _show_evidence(evidence: dict[str, Any], query: str) -> None:
    shown = pd.DataFrame([(name, visible(value)) for name, value in facts(evidence)], columns=["what", "value"])
    if len(shown):
        columns = {"what": "what", "value": "value"}
        alt = f"A table of the evidence: {', '.join(shown['what'])}."
        show_table(Result(shown, query), columns, title="Evidence", alt=alt, name="evidence")
    quoted = list(quotes(evidence))
    if quoted and not access.may_read_texts():
        st.caption("What it quotes from the messages is not shown to you.")
        return
    for name, text in quoted:
        show_text(text, "diff" if name == "diff" else None)


def _show_turns(finding: dict[Any, Any], evidence: dict[str, Any]) -> None:
    ids = sorted({str(finding["exchange_id"]), *exchange_ids(evidence)})
    turns = rows("finding_evidence_turns", ids=tuple(ids))
    st.page_link(
        CONVERSATION,
        label="Open the conversation",
        icon=":material/chat:",
        query_params={"conversation": finding["conversation_id"], "exchange": finding["exchange_id"]},
    )
    if turns.rows.empty:
        return
    picked = show_table(
        turns,
        TURN | {"cost_usd": money("cost (USD)", turns.rows["cost_usd"])},
        title="Its calls",
        alt=f"A table of the {len(turns.rows):,} calls that the evidence names.",
        name="finding-turns",
        select=True,
        help="Tick a row to open its conversation at that call.",
    )
    if picked is not None:
        _open(turns, picked)


def _open(turns: Result, picked: int) -> None:
    call = turns.rows.iloc[picked]
    asked = {"conversation": str(call["conversation_id"]), "exchange": str(call["exchange_id"])}
    st.switch_page(CONVERSATION, query_params=asked)


_TOKENS = {
    "input_tokens": "input tokens",
    "cache_read_tokens": "from cache",
    "cache_write_tokens": "to cache",
    "resent_tokens": "sent again",
    "echoed_tokens": "echoed",
    "new_tokens": "new",
    "output_tokens": "output tokens",
}
TURN: dict[str, Any] = {
    "turn": st.column_config.NumberColumn("turn", format="localized"),
    "started_at": st.column_config.DatetimeColumn("time (UTC)", format="YYYY-MM-DD HH:mm:ss"),
    "relation": "relation",
    **{name: tokens(title) for name, title in _TOKENS.items()},
    "cost_usd": "cost (USD)",
    "ended": "ended",
    "model": "model",
}
