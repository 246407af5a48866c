"""Captured text made safe to look at: what would steer a terminal, a browser or the eye is shown as a sign. Pure.

A prompt may hold anything: escape sequences, marks that turn the direction of writing so that a text reads otherwise
than it is (CVE-2021-42574), zero-width and invisible tag characters that a model reads and a person does not.
"""

import html
import re
import unicodedata

# Categories of what cannot be seen: controls, formats (marks of direction, tags), private use, surrogates.
UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
# Joins emoji and letters of some scripts; taking it away would change what is read.
JOINERS = frozenset("\u200c\u200d")
_SUSPECT = re.compile(r"[^\x20-\x7e\n\t]")
# What Streamlit's Markdown and LaTeX read as marks.
_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~:$&])")


def visible(text: str) -> str:
    """The text with every character that cannot be seen as a sign (`⟨U+202E⟩`)."""
    return _SUSPECT.sub(_sign, text.replace("\r\n", "\n"))


def one_line(text: str, longest: int) -> str:
    """The beginning of the text on one line, at most so many characters."""
    flat = " ".join(visible(text[: 4 * longest]).split())
    return flat if len(flat) <= longest else flat[: longest - 1].rstrip() + "…"


def in_markdown(text: object) -> str:
    """A captured name as it stands inside a Markdown text: none of its characters is a mark."""
    return _MARKS.sub(r"\\\1", one_line(str(text), 200))


def in_chart(text: object) -> str:
    """A captured name inside a chart's labels, where Plotly reads some HTML."""
    return html.escape(one_line(str(text), 80), quote=True)


def _sign(found: re.Match[str]) -> str:
    character = found.group()
    if unicodedata.category(character) not in UNSEEN or character in JOINERS:
        return character
    return f"⟨U+{ord(character):04X}⟩"
