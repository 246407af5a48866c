"""The findings' part of docs/findings.md, from their own texts: `python -m analytics.findings.documentation`."""

from collections.abc import Iterator

from analytics.findings.fixes import SDKS, fixes
from analytics.findings.hit import Finding
from analytics.findings.registry import FINDINGS

LEVERS = {
    "caching": "prompt caching",
    "state": "server-side state",
    "history": "a smaller history",
    "calls": "calls that go right",
}


def documentation() -> str:
    """Every finding with its text, what would help, and the SDKs for which there is a change of code."""
    return "\n".join(line for finding in FINDINGS for line in _lines(finding))


def _lines(finding: Finding) -> Iterator[str]:
    title, *paragraphs = finding.text.split("\n\n")
    yield f"### `{finding.name}`"
    yield ""
    yield f"{' '.join(title.split())} *Lever: {LEVERS[finding.lever]}.*"
    for paragraph in paragraphs:
        name, _, text = " ".join(paragraph.split()).partition(": ")
        yield ""
        yield f"**{name}.** {text[:1].upper()}{text[1:]}"
    known = [SDKS[sdk] for sdk in SDKS if fixes(finding.name, sdk, "")]
    if known:
        yield ""
        yield f"Code for {'; '.join(known)}."
    yield ""


if __name__ == "__main__":
    print(documentation())
