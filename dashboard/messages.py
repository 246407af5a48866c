"""A call's messages, on demand: what was sent again folded away, the echo grey, what is new marked. All of it as text.

Only what is looked at is read: the contents of a run when it is unfolded, so many blocks at a time, the beginning of a
long one until the rest is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import access
from dashboard.data import here, rows
from dashboard.differences import difference, first_difference
from dashboard.figures import colours
from dashboard.numbers import count, size
from dashboard.outlines import Outline, Run, beginning, outline
from dashboard.plain_text import in_markdown, visible

# Blocks at a time, characters of a block, and of one that is shown whole: more than that makes the browser slow.
MOST_BLOCKS = 10
LONGEST = 3_000
LONGEST_WHOLE = 200_000
# Taller texts scroll in their box.
TALLEST_PX = 320
TITLES = {
    "resent": "Sent again",
    "echoed": "Echo: the model's own reply, sent back",
    "new": "New",
    "unknown": "Unknown whether sent before",
    "reply": "Reply",
}
PLACES = {"preamble": "tools and instructions", "history": "history", "reply": "reply"}
CHANGES = {
    "changed": "was changed; behind it no cache can help. Word by word: `[-before-]{+now+}`",
    "inserted": "was put in where another one had been",
    "removed": "is gone",
    "moved": "came to another place: the same blocks in another order",
    "dropped": "is gone from the end",
}

type Block = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run is on the page: its call, its number among the runs, and itself."""

    call: str
    number: int
    run: Run

    @property
    def key(self) -> str:
        return f"{self.run.part}-run-{self.call}-{self.number}"


def show_messages(call: str) -> None:
    """The blocks of that call in order, then its reply."""
    found = outline(here().database, call)
    if found is None or not found.runs:
        st.info("The blocks of this call were not read: no dialect knows it yet, or it has none.")
        return
    st.html(_style())
    _say_what_is_missing(found)
    if found.broken:
        _show_broken(found, *found.broken)
    for number, run in enumerate(found.runs):
        _show_run(Place(call, number, run))


def _say_what_is_missing(found: Outline) -> None:
    if not access.may_read_texts():
        st.info("Texts are not shown to you; sizes are.", icon=":material/lock:")
    elif not found.texts:
        st.info("Captured without contents (`--content none`): there are sizes and no texts.", icon=":material/lock:")
    if found.trimmed:
        st.warning("The request was too long to be kept whole: its end is missing here.")


def _show_run(place: Place) -> None:
    """A run of blocks: unfolded if it is new, an echo or the reply, else when it is asked for."""
    run = place.run
    blocks = f"{run.count:,} block{'s' if run.count > 1 else ''}"
    title = TITLES[run.part] + (f" · {PLACES[run.place]}" if run.place != "reply" else "")
    folded = run.part == "resent" or run.place == "preamble"
    with st.expander(f"{title} · {blocks}", expanded=not folded, key=place.key, on_change="rerun") as expander:
        if not expander.open:
            return
        shown = st.session_state.get(f"more-{place.key}", MOST_BLOCKS)
        hashes = run.hashes if run.hashes is not None else beginning(here().database, place.call, run.count)
        _show_blocks(place, hashes[:shown])
        if shown < run.count and st.button(f"{min(MOST_BLOCKS, run.count - shown)} more", key=f"button-{place.key}"):
            st.session_state[f"more-{place.key}"] = shown + MOST_BLOCKS
            st.rerun()


def _show_blocks(place: Place, hashes: Sequence[str]) -> None:
    found = _blocks(hashes, LONGEST)
    for at, digest in enumerate(hashes):
        if digest in found:
            with st.container(key=f"{place.run.part}-{place.key}-{at}", gap="small"):
                _show_block(found[digest], digest, f"{place.key}-{at}")


def _show_block(block: Block, digest: str, key: str) -> None:
    role = f" ({block['role']})" if block["role"] != block["kind"] else ""
    st.caption(
        f"**{in_markdown(block['kind'])}**{in_markdown(role)} · {size(float(block['bytes']))} · "
        f"≈ {count(float(block['tokens']))} tokens"
    )
    content, characters = block["content"], block["characters"]
    if not isinstance(content, str):
        return
    whole = characters > LONGEST and st.toggle(
        f"All {min(int(characters), LONGEST_WHOLE):,} characters", key=f"whole-{key}"
    )
    if whole:
        content = str(_blocks([digest], LONGEST_WHOLE)[digest]["content"])
    show_text(content if whole or characters <= LONGEST else f"{content} …")


def show_text(content: str, language: str | None = None) -> None:
    """A captured text as it is, and nothing that it would do."""
    text = visible(content)
    tall = text.count("\n") > 14 or len(text) > 1_600
    st.code(text, language=language, wrap_lines=True, height=TALLEST_PX if tall else "content")


def _show_broken(found: Outline, place: str, now: Sequence[str], before: Sequence[str]) -> None:
    """The first block in which the request is not the one before it."""
    first = first_difference(now, before)
    pair = [digest for digest in (first.before, first.now) if digest]
    blocks = _blocks(pair, LONGEST_WHOLE)
    if len(blocks) < len(set(pair)):
        return
    kind, texts = in_markdown(blocks[pair[-1]]["kind"]), [blocks[digest]["content"] for digest in pair]
    st.markdown(
        f"**First difference from the call before**: in the {PLACES[place]}, a block `{kind}` {CHANGES[first.change]}."
    )
    if first.change == "moved" or not all(isinstance(text, str) for text in texts):
        return
    if len(texts) > 1:
        show_text(difference(*map(str, texts)), "diff")
    else:
        show_text(str(texts[0])[:LONGEST])


def _blocks(hashes: Sequence[str], longest: int) -> dict[str, Block]:
    """These blocks by hash, with contents where they may be read. Raises DataProblem."""
    wanted = tuple(dict.fromkeys(hashes))
    found = rows("dashboard_conversation_blocks", hashes=wanted, texts=access.may_read_texts(), longest=longest)
    return {str(row["block_hash"]): row for row in found.rows.to_dict("records")}


def _style() -> str:
    """Grey for the echo, a bar beside what is new. Nothing captured is in it."""
    shades = colours()
    return (
        "<style>"
        f'[class*="st-key-echoed-echoed-run"] {{ color: {shades.muted}; border-left: 3px solid {shades["echoed"]}; }}'
        f'[class*="st-key-echoed-echoed-run"] code {{ color: {shades.muted}; }}'
        f'[class*="st-key-new-new-run"] {{ border-left: 4px solid {shades["new"]}; }}'
        f'[class*="st-key-reply-reply-run"] {{ border-left: 4px solid {shades["output"]}; }}'
        '[class*="-run-"][data-testid="stVerticalBlock"] { padding-left: 0.75rem; }'
        "</style>"
    )
