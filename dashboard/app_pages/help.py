"""Help: the words, the method, the sources, and what is stored where."""

from pathlib import Path

import streamlit as st

from dashboard.data import here

HOME = Path.home()
WORDS = {
    "exchange, call": "one model call: a request and its response",
    "block": "one content part of a call: a message, a tool definition, a tool result, an image …",
    "conversation, turn": "calls that continue one another; a turn counts along a branch",
    "relation": (
        "how a call continues its parent: `append`, `retry`, `fork`, `edit`, `truncate`, `compact`, `state` (by an id "
        "at the provider), `new`"
    ),
    "resent": "input that an earlier call of the conversation had sent before",
    "echoed": "the model's own earlier reply, sent back",
    "new": "input that is on the wire for the first time in its conversation",
    "remembered": "billed without being sent: history that the provider keeps, or what server tools fetched",
    "echo share": "(resent + echoed) ÷ input, over the calls of which the parts are known",
    "cache hits": "input tokens read from the provider's prompt cache ÷ input, over the calls that report it",
    "avoidable": "money that another way of calling would not have cost, net of what that way costs itself",
}
LEDGERS = """
Three ledgers describe every call and are never mixed.

- **Wire**: blocks and bytes that were sent, and sent again. Exact, from what was captured.
- **Billed**: tokens exactly as the provider reported them, divided into new, resent, echoed and remembered; the four
  always sum to the reported input. Money is the provider's own figure, else the tokens at the list price of the model
  that *answered*, on that day.
- **Avoidable**: what the findings say could have been saved. A resent token that was read from the cache has already
  had its discount; only the rest is avoidable. Findings about a smaller history overlap with the others, so their money
  is shown but not added.

**Unknown is shown as unknown, never as 0**, with the number of calls; sums and shares leave those calls out. **≈**
marks figures that stand on an estimate or an assumption.

A call that holds its parent's whole request resends exactly what the parent was billed: no token is counted by us.
Where a history was edited, cut or compacted, the line is drawn with OpenAI's `o200k` encoding, scaled so that the parts
sum to the reported total.

**Server-side state does not make tokens cheaper.** OpenAI and xAI bill the whole chain on every turn; those tokens move
from *resent* to *remembered*, and stay on the bill.

In *What the money bought*, the price classes are laid over the prompt from its front, because caches hold the front:
reads first, then writes, then what is uncached. The new part lies at the end.
"""
SOURCES = """
- Usage: each response as it was on the wire.
- Prices: `prices.toml` in the data folder if there is one, else the price list of
  [genai-prices](https://github.com/pydantic/genai-prices) that comes with this version. Nothing is fetched.
- Findings: every one quotes the rule that it stands on, on its page.
- Times are UTC. A period begins at a whole hour; *this month* is compared with the same stretch of the month before.
- The query behind every figure is in its download menu, as a script for DuckDB.
"""
PRIVACY = """
Everything stays on this machine: nothing is sent anywhere, and nothing is fetched.

- Credentials are never stored: headers and query parameters are kept by a list of names, and an API key only as a keyed
  fingerprint.
- With `--content none` no message text is kept, only keyed hashes and counts.
- In the spool a call rests until the collector has read it; what is deleted there is overwritten.
- Files are for their owner only.
"""


def show() -> None:
    st.header("Words", anchor="words")
    st.markdown("\n".join(f"- **{word}**: {meaning}" for word, meaning in WORDS.items()))
    st.header("Method", anchor="method")
    st.markdown(LEDGERS)
    st.header("Sources", anchor="sources")
    st.markdown(SOURCES)
    st.header("Privacy: what is stored where", anchor="privacy")
    st.markdown(PRIVACY)
    _files()


def _files() -> None:
    """Where the files of this installation are."""
    at = here()
    found = {
        "the database: calls, conversations, findings": at.database,
        "the spool: calls that the collector has yet to read": at.spool,
        "budgets": at.database.with_name("budgets.toml"),
        "findings that are not to be heard of": at.mutes,
        "your own prices": at.prices,
        "the proxy's certificate authority, with its private key": at.authority,
    }
    lines = [f"{_short(path)}\n    {what}{'' if path.exists() else ' (not there)'}" for what, path in found.items()]
    st.text("\n".join(lines))


def _short(path: Path) -> str:
    """With ~ for the home folder: a screenshot need not name its owner."""
    return f"~/{path.relative_to(HOME)}" if path.is_relative_to(HOME) else str(path)


st.title("Help", anchor=False)
show()
