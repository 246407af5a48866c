"""The findings' page says what the findings say themselves."""

from pathlib import Path

from analytics.findings.documentation import documentation
from analytics.findings.registry import FINDINGS

PAGE = Path(__file__).parents[3] / "docs" / "findings.md"
BEGIN = "<!-- The part up to the next mark is written by `python -m analytics.findings.documentation`. -->"
END = "<!-- The end of that part. -->"


def test_the_page_has_the_findings_own_texts() -> None:
    _, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    part, mark, _ = rest.partition(END)
    assert mark == END
    assert part.strip() == documentation().strip(), "put what python -m analytics.findings.documentation prints there"


def test_every_finding_has_what_happens_and_what_to_do() -> None:
    text = documentation()
    assert text.count("\n**What happens.** ") == text.count("\n**What to do.** ") == len(FINDINGS)
