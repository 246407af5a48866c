"""The report as a page: figures, charts, and nothing that a captured text could do to its reader."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import orjson
import pytest

from analytics.findings.mutes import Mute
from analytics.record import Who
from analytics.reporting import Selection
from analytics.store.database import Database
from benchmarks.scenarios import repeated_request, unused_tools
from benchmarks.scenarios.examined import collected
from dashboard.report.material import load
from dashboard.report.page import page
from tests.analytics.cli.terminal import called
from tests.dashboard.talks import everything, long
from tests.dashboard.traffic import ADA, HOSTILE, conversation, stored

# Tags that the page is made of; a captured text adds none.
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "section", "noscript", "script"),
    *("h1", "h2", "h3", "p", "br", "small", "dl", "div", "dt", "dd", "ul", "li", "figure", "figcaption"),
    *("table", "thead", "tr", "th", "td"),
}


class Parsed(HTMLParser):
    """The page's tags with their attributes, and its texts outside of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside != "style":
            (self.scripts if self._inside == "script" else self.texts).append(data)

    @property
    def text(self) -> str:
        return " ".join(self.texts)


def made(database: Database, **chosen: str) -> str:
    return page(load(database.path, Selection(**chosen), []))  # type: ignore[arg-type]  # app and team


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Conversations of all kinds, hostile ones among them, with names that are hostile too."""
    hostile = conversation(700, 3, 9_000.0, Who(HOSTILE, HOSTILE, HOSTILE))
    records = [*everything(), *long(12), *hostile, *conversation(100, 4, 8_000.0, ADA)]
    return stored(tmp_path_factory.mktemp("page") / "calls.duckdb", records)


def test_it_has_the_figures_of_the_report(database: Database) -> None:
    with database.reading() as connection:
        row = connection.execute("select count(*), sum(cost_usd) from exchanges").fetchone()
    assert row
    parsed = Parsed(made(database))
    assert f"{row[0]:,} calls in " in parsed.text
    assert f"${row[1]:.4f}" in parsed.text
    for heading in ("Findings", "By app", "Most expensive conversations", "Method and sources"):
        assert heading in parsed.texts


def test_it_draws_what_was_paid_for_how_input_grows_and_what_findings_are_worth(tmp_path: Path) -> None:
    tools = next(scenario for scenario in unused_tools.HITS if "anthropic" in scenario.name)
    twice = [scenario for scenario in repeated_request.HITS if "gemini" in scenario.name][1]
    parsed = Parsed(made(collected((*tools.calls, *twice.calls), tmp_path)))
    figures = orjson.loads(parsed.scripts[0])
    assert list(figures) == ["spending", "growth", "worth"]
    assert all(figure["light"]["data"] and figure["dark"]["data"] for figure in figures.values())
    drawn = {name: attributes for tag, attributes in parsed.tags if (name := attributes.get("id")) in figures}
    assert all(drawn[name]["aria-label"] for name in figures)
    assert {trace["name"] for trace in figures["worth"]["light"]["data"]} <= {"certain", "likely", "possible"}
    assert "unused_tools" in parsed.text
    assert "What to do: send the tools that the task needs." in parsed.text


def test_what_was_captured_is_text_and_nothing_else(database: Database) -> None:
    text = made(database)
    parsed = Parsed(text)
    assert {tag for tag, _ in parsed.tags} <= TAGS
    attributes = {name for _, found in parsed.tags for name in found}
    assert attributes <= {
        "charset", "class", "content", "http-equiv", "id", "aria-label", "lang", "name", "role", "type"
    }  # fmt: skip
    assert "<img src=x onerror=alert(1)>" in parsed.text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\U000e0000-\U000e007f]", parsed.text)
    # Of the charts' data nothing can end the script that holds it.
    assert "\\u003cbr" in parsed.scripts[0]
    assert "<" not in parsed.scripts[0]


def test_no_script_runs_but_its_own_and_nothing_is_asked_for(database: Database) -> None:
    parsed = Parsed(made(database))
    [policy] = [found["content"] or "" for tag, found in parsed.tags if found.get("http-equiv")]
    rules = {name: sources for name, *sources in map(str.split, policy.split("; "))}
    own = [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in parsed.scripts[1:]]
    assert len(own) == 2
    assert rules["script-src"] == own
    assert rules["default-src"] == ["'none'"]
    assert not any("src" in found or "href" in found for _, found in parsed.tags)


def test_it_speaks_of_the_calls_that_were_chosen(database: Database) -> None:
    chosen = Parsed(made(database, app="shop")).text
    assert "app shop" in chosen
    assert "4 calls in 1 conversations" in chosen
    nothing = Parsed(made(database, app="nobody"))
    assert "calls" in nothing.text
    assert [tag for tag, _ in nothing.tags].count("script") == 1


def test_what_is_muted_is_not_in_it(tmp_path: Path) -> None:
    tools = next(scenario for scenario in unused_tools.HITS if "anthropic" in scenario.name)
    database = collected(tools.calls, tmp_path)
    muted = page(load(database.path, Selection(), [Mute("unused_tools", None, "Known.", "2026-11-21")]))
    assert "unused_tools" not in Parsed(muted).text
    assert "unused_tools" in Parsed(made(database)).text


def test_the_command_writes_it_to_a_file_of_the_owners(database: Database, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    ran = called(tmp_path, "report", "--db", str(database.path), "--format", "html", "--output", str(target))
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr == f"{target.stat().st_size / 1e6:,.1f} MB in {target}.\n"
    assert target.read_text("utf-8").startswith("<!doctype html>")
    assert target.stat().st_mode & 0o777 == 0o600


def test_what_goes_wrong_is_said_in_a_line(tmp_path: Path) -> None:
    missing = called(tmp_path, "report", "--db", str(tmp_path / "none.duckdb"), "--format", "html")
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert missing.stderr.startswith(f"Error: {tmp_path / 'none.duckdb'}: no database there yet")
