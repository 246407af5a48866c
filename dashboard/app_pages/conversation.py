"""Conversation: how one conversation grew, call by call, what that cost, and what was said."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.charts.cumulative import cumulative, paid
from dashboard.charts.growth import growth
from dashboard.charts.times import times
from dashboard.data import Result, here, rows
from dashboard.figures import colours, money, show_chart, show_figures, show_head, show_table, tokens
from dashboard.found import LEVERS, MONEY_OF
from dashboard.lines import EVERY, Line, line, lines
from dashboard.messages import show_messages
from dashboard.numbers import dollars, known
from dashboard.parts import show_parts
from dashboard.plain_text import in_markdown, one_line
from dashboard.sentences import endings, fitted, growth_sentence, trend_sentence
from dashboard.stacks import MOST_BARS, floats
from dashboard.totals import totals
from dashboard.ways import Ways, ways

FINDINGS = "app_pages/findings.py"
LIST = "app_pages/conversations.py"
MESSAGES = "Messages"
# Findings named in one line.
MOST_NAMED = 5
COLUMNS: dict[str, Any] = {
    "turn": st.column_config.NumberColumn("turn", format="localized"),
    "started_at": st.column_config.DatetimeColumn("time (UTC)", format="YYYY-MM-DD HH:mm:ss"),
    "relation": "relation",
    "model": "model",
    "status": st.column_config.NumberColumn("status", format="%d"),
    "stop_reason": "stopped by",
    "error_code": "error",
    "input_tokens": tokens("input tokens"),
    "resent_tokens": tokens("sent again"),
    "echoed_tokens": tokens("echoed"),
    "new_tokens": tokens("new"),
    "remembered_tokens": tokens("remembered"),
    "token_basis": st.column_config.TextColumn("basis", help="Whether the parts are exact or estimated."),
    "cache_read_tokens": tokens("from cache"),
    "cache_write_tokens": tokens("to cache"),
    "output_tokens": tokens("output tokens"),
    "cost_usd": "cost (USD)",
    "cost_reason": st.column_config.TextColumn("about the cost", help="Why it is unknown, or what it assumes."),
    "ttft_ms": st.column_config.NumberColumn("first byte (ms)", format="localized"),
    "duration_ms": st.column_config.NumberColumn("took (ms)", format="localized"),
    "idle_seconds": st.column_config.NumberColumn("idle before (s)", format="%.1f"),
    "exchange_id": "call",
}
FOUND: dict[str, Any] = {
    "finding": "finding",
    "usd": "avoidable (USD)",
    "confidence": "confidence",
    "advice": st.column_config.TextColumn("advice", width="large"),
    "lever": "what helps",
    "tokens": st.column_config.NumberColumn("tokens", format="compact", help="Billed input tokens it is about."),
}


def main() -> None:
    """The conversation of the URL, or where to find one."""
    st.page_link(LIST, label="All conversations", icon=":material/arrow_back:")
    conversation = st.query_params.get("conversation", "")
    found = rows("dashboard_conversation_turns", conversation=conversation)
    if found.rows.empty:
        st.title("Conversation", anchor=False)
        st.warning(
            "There is no conversation with this id here. The list of all conversations has those that there are."
        )
        st.text(one_line(conversation, 120))
        return
    _head(found.rows)
    calls = Result(_picked_line(found.rows), found.sql)
    narrowed = Result(_narrowed(calls.rows, conversation), found.sql)
    _show_growth(narrowed)
    found_here = rows("dashboard_conversation_findings", conversation=conversation)
    _say_found(found_here.rows)
    show_parts(
        "part",
        {
            "Cost": partial(_show_cost, calls, conversation),
            MESSAGES: partial(_show_call, calls, conversation),
            "Findings": partial(_show_found, found_here),
            "Times": partial(_show_times, narrowed),
            "Calls": partial(_show_calls, calls),
        },
        default=MESSAGES if "exchange" in st.query_params else None,
    )


def _show_calls(calls: Result) -> None:
    """Every figure; of a call that went well there is no error, and nothing more to say of its cost."""
    silent = {name: calls.rows[name].fillna("") for name in ("error_code", "cost_reason")}
    whole = {name: floats(calls.rows[name]).round() for name in ("ttft_ms", "duration_ms")}
    show_table(
        Result(calls.rows.assign(**silent, **whole), calls.sql),
        COLUMNS | {"cost_usd": money("cost (USD)", calls.rows["cost_usd"])},
        title="Calls",
        alt=f"A table of these {len(calls.rows):,} calls with their figures.",
        name="calls",
        height=min(420, 38 + 35 * len(calls.rows)),
    )


def _head(calls: pd.DataFrame) -> None:
    """Whose conversation it is, and its totals over all lines."""
    first, last = calls.iloc[0], calls.iloc[-1]
    turns = int(calls["turn"].max())
    st.title(f"Conversation of {turns:,} turn{'s' if turns > 1 else ''}", anchor=False)
    whose = [last["model"], *(first[name] for name in ("client", "app", "team", "user_name"))]
    named = " · ".join(in_markdown(name) for name in whose if isinstance(name, str) and name)
    st.caption(
        f"{named} · {first['started_at']:%Y-%m-%d %H:%M} to {last['started_at']:%Y-%m-%d %H:%M} UTC · "
        f"id {in_markdown(calls['exchange_id'].iloc[0])}"
    )
    show_figures(totals(calls))


def _picked_line(calls: pd.DataFrame) -> pd.DataFrame:
    """The calls of the line that was picked: where there is only one, all of them."""
    found = lines(calls)
    if len(found) == 1:
        return line(calls, EVERY)
    names = {each.branch: _named(each) for each in found} | {EVERY: f"Every call in the order of time ({len(calls):,})"}
    asked, options = st.query_params.get("branch"), list(names)
    called = calls.loc[calls["exchange_id"] == st.query_params.get("exchange"), "branch"]
    wanted = asked if asked in options else called.iloc[0] if len(called) else options[0]
    picked = st.selectbox(
        f"Line ({len(found):,} branches)",
        options,
        index=options.index(wanted),
        format_func=lambda name: names[name],
        help="A line leads from the first call to the last one of a branch.",
    )
    return line(calls, picked)


def _named(found: Line) -> str:
    begins = "from the beginning" if found.turn is None else f"branch at turn {found.turn:,} ({found.relation})"
    return f"{begins} · {found.calls:,} calls · {one_line(found.branch, 12)}"


def _narrowed(calls: pd.DataFrame, conversation: str) -> pd.DataFrame:
    """Of a long line the calls of a range."""
    if len(calls) <= MOST_BARS:
        return calls
    first, last = st.slider(
        "Calls",
        1,
        len(calls),
        (1, len(calls)),
        key=f"range-{conversation}-{len(calls)}",
        help=f"Up to {MOST_BARS} calls have a bar each.",
    )
    return calls.iloc[first - 1 : last]


def _show_growth(calls: Result) -> None:
    found = fitted(calls.rows)
    show_chart(
        growth(calls.rows, colours(), found),
        calls,
        title="Input by call",
        alt=growth_sentence(calls.rows),
        name="growth",
        help="From the front of the prompt: what was sent again, echoed, remembered, and new. "
        "Where the line between tools, instructions and history runs is an estimate; ≈ marks estimates.",
    )
    st.caption(growth_sentence(calls.rows))
    st.markdown(trend_sentence(calls.rows, found))


def _show_cost(calls: Result, conversation: str) -> None:
    costs = [known(cost) for cost in calls.rows["cost_usd"]]
    if all(cost is None for cost in costs):
        st.info("What these calls cost is unknown: no price list has the model, or no usage was reported.")
        return
    curve, other = paid([int(turn) for turn in calls.rows["turn"]], costs), Ways((), ())
    compared = st.toggle(
        "Compare with other ways of calling",
        key="compare",
        bind="query-params",
        help="Ideal prompt caching, server-side state as the provider bills it, a shorter history. Takes some seconds.",
    )
    if compared:
        other = ways(here().database, conversation, tuple(calls.rows["exchange_id"]))
    curves = [curve, *other.curves]
    sums = {each.name: each.cumulative_usd for each in curves if len(each.cumulative_usd) == len(calls.rows)}
    show_chart(
        cumulative(curves, colours()),
        Result(calls.rows.assign(**{f"so far, {name} (USD)": values for name, values in sums.items()}), calls.sql),
        title="Cost so far",
        alt="; ".join(f"{each.name}: a line that rises to {dollars(each.cumulative_usd[-1])}" for each in curves) + ".",
        name="cost-so-far",
    )
    said = [*(f"**{each.name}**: {each.assumption}" for each in curves), *other.unknown]
    st.caption("  \n".join(said).replace("$", r"\$"))


def _say_found(found: pd.DataFrame) -> None:
    """In a line what could be better, with the money that it could save where that is known."""
    told = []
    for finding, amount in zip(found["finding"], map(known, found["usd"]), strict=True):
        told.append(in_markdown(finding) + (f" ({in_markdown(dollars(amount))})" if amount else ""))
    if told:
        more = f" and {len(told) - MOST_NAMED:,} more" if len(told) > MOST_NAMED else ""
        st.markdown(f"Found here: {', '.join(told[:MOST_NAMED])}{more}.")


def _show_found(found: Result) -> None:
    """What could be better in it; a row leads to all of a finding."""
    if found.rows.empty:
        st.caption("Nothing was found that could be better in this conversation, so far as it was examined.")
        return
    shown = Result(found.rows.assign(lever=found.rows["lever"].replace(LEVERS)), found.sql)
    picked = show_table(
        shown,
        FOUND
        | {"usd": money("avoidable (USD)", found.rows["usd"], f"{MONEY_OF} Unknown, too, where none is claimed.")},
        title="Findings",
        alt=f"A table of the {len(found.rows):,} findings about this conversation, those worth most first.",
        name="conversation-findings",
        select=True,
        help="Tick a row to see why, and what to do.",
    )
    if picked is not None:
        st.switch_page(FINDINGS, query_params={"found": str(found.rows["finding_id"].iloc[picked])})


def _show_call(calls: Result, conversation: str) -> None:
    """The messages of a call that can be picked; a link may name it (`?exchange=`)."""
    st.subheader("Messages of a call", anchor=False)
    options = list(calls.rows["exchange_id"])
    texts = {call["exchange_id"]: _call_text(call) for call in calls.rows.to_dict("records")}
    asked = st.query_params.get("exchange")
    picked = st.selectbox(
        "Call",
        options,
        index=options.index(asked) if asked in options else len(options) - 1,
        format_func=lambda key: texts[key],
        key=f"call-{conversation}",
        on_change=_keep_call,
        args=(conversation,),
    )
    show_messages(picked)


def _keep_call(conversation: str) -> None:
    """So that the call can be shared."""
    st.query_params["exchange"] = st.session_state[f"call-{conversation}"]


def _call_text(call: dict[Any, Any]) -> str:
    sent = known(call["input_tokens"])
    said = "input unknown" if sent is None else f"{sent:,.0f} tokens"
    return f"Turn {call['turn']} · {call['started_at']:%H:%M:%S} · {call['relation']} · {said}"


def _show_times(calls: Result) -> None:
    figure = times(calls.rows, colours())
    if figure.data:
        show_chart(
            figure,
            calls,
            title="Times",
            alt=f"Seconds that each of {len(calls.rows):,} calls took, to its first byte, and the pause before it.",
            name="times",
            help="Idle: from the end of the call before on this line. It is what a cache has to outlast.",
        )
    else:
        show_head("Times", calls, "times")
        st.caption("How long these calls took is unknown.")
    ended = ", ".join(f"{count:,} × {in_markdown(word)}" for word, count in endings(calls.rows))
    st.markdown(f"Ended by: {ended}.")


main()
